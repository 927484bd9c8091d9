"""Nights of late tickets equal a full rebuild: late events, reopenings, corrected replies, promises, calendars."""

import shutil
from datetime import datetime, timedelta
from pathlib import Path

from tests.support.nights import Nights, differences, golden_night

EVENTS = "event_id,ticket_id,event_type,from_value,to_value,actor_type,actor_id,event_at\n"
MESSAGES = "message_id,ticket_id,direction,author_type,agent_id,is_public,is_automated,requires_reply,sent_at\n"
TICKETS = "ticket_id,customer_id,contact_id,channel,priority,group_id,created_at,status,first_response_sla_seconds\n"
LATE_CHANGES: list[dict[str, str]] = [
    {
        # a reopening that was not known, and the solution after it; a reply that was a note after all
        "ticket_events": EVENTS
        + (
            "E20,TK1,status_changed,solved,open,customer,C1,2024-10-27T09:00:00Z\n"
            "E21,TK1,status_changed,open,solved,agent,A3,2024-10-29T23:30:00Z\n"
        ),
        "ticket_messages": MESSAGES
        + (
            "M06,TK2,internal,agent,A1,false,false,false,2024-10-25T11:00:00Z\n"
            "M20,TK4,outbound,agent,A1,true,false,false,2024-10-29T22:30:00Z\n"
        ),
        # every ticket was asked about, one before it was delivered
        "survey_invitations": (
            "invitation_id,survey_id,ticket_id,sent_at,delivery_status\n"
            "S1,POST,TK1,2024-10-26T10:00:00Z,delivered\nS2,POST,TK2,2024-10-26T23:30:00Z,delivered\n"
            "S3,POST,TK3,2024-10-27T23:30:00Z,delivered\nS4,POST,TK4,2024-10-28T10:00:00Z,delivered\n"
            "S6,POST,TK6,2024-10-29T15:30:00Z,delivered\n"
        ),
        "survey_responses": "response_id,invitation_id,responded_at\n"
        + "".join(f"RS{number},S{number},2024-10-29T20:00:00Z\n" for number in (1, 2, 3, 4, 6)),
        "survey_answers": "response_id,question_code,score,scale_min,scale_max\n"
        + "".join(f"RS{number},CSAT,{number % 5 + 1},1,5\n" for number in (1, 2, 3, 4, 6)),
        "qa_defects": (
            "defect_id,response_id,defect_type,root_cause\nDS3,RS3,process,training\nDS6,RS6,product,training\n"
        ),
    },
    {
        # a solution moves to another day, another is withdrawn by being of another ticket, one comes days late
        "ticket_events": EVENTS
        + (
            "E13,TK3,status_changed,open,solved,agent,A3,2024-10-27T23:30:00Z\n"
            "E08,TK5,assigned,,A2,system,,2024-11-01T12:30:00Z\n"
            "E22,TK4,status_changed,open,pending,agent,A1,2024-10-28T10:00:00Z\n"
        ),
    },
    {
        # a ticket changes group, priority and promise; another is solved without an event; another has no history yet
        "tickets": TICKETS
        + (
            "TK3,C3,,email,urgent,T2,2024-10-25T16:00:00Z,solved,14400\n"
            "TK4,C4,K16,email,high,SUP,2024-10-28T09:00:00Z,solved,600\n"
            "TK6,C6,K08,chat,low,,2024-10-26T09:00:00Z,open,\n"
            "TK7,C6,,email,low,,2024-10-20T09:00:00Z,closed,\n"
        ),
        "ticket_events": EVENTS
        + (
            "E30,TK2,sla_applied,,normal 7200,system,,2024-10-25T10:00:01Z\n"
            "E31,TK2,sla_applied,,urgent 900,system,,2024-10-25T10:30:00Z\n"
            "E32,TK2,sla_applied,gold,resolution 86400,system,,2024-10-25T10:30:00Z\n"
            "E33,TK5,sla_applied,gold,resolution urgent 1800,system,,2024-11-01T12:00:00Z\n"
        ),
    },
    {
        # the history arrives; a ticket is deleted by an event; one is merged; one was escalated after all; a customer
        # who was asked about a ticket, and about no contact, changes
        "customers": "customer_id,segment,country,created_at\nC3,business,DE,2023-01-01T00:00:00Z\n",
        "ticket_events": EVENTS
        + (
            "E40,TK6,created,,,agent,A2,2024-10-26T09:00:00Z\n"
            "E41,TK6,assigned,,A2,system,,2024-10-26T09:00:00Z\n"
            "E42,TK6,escalated,tier1,tier2,agent,A2,2024-10-31T09:00:00Z\n"
            "E43,TK7,status_changed,open,solved,agent,A2,2024-10-21T09:00:00Z\n"
            "E44,TK1,deleted,,,system,,2024-10-31T09:00:00Z\n"
            "E45,TK4,merged,,TK5,agent,A1,2024-10-30T09:00:00Z\n"
        ),
        "ticket_messages": MESSAGES
        + (
            "M40,TK6,outbound,agent,A2,true,false,false,2024-10-26T09:00:00Z\n"
            "M41,TK6,outbound,agent,A2,true,false,false,2024-10-26T12:00:00Z\n"
            "M42,TK6,inbound,customer,,true,false,true,2024-10-26T10:00:00Z\n"
        ),
    },
    {
        # hours of past weeks and of the running one, of a queue that is known and of one that is not yet
        "operating_hours": (
            "queue_id,local_date,open_at,close_at\n"
            "SUP,2024-10-28,2024-10-28T07:00:00Z,2024-10-28T11:00:00Z\n"
            "SUP,2024-10-26,2024-10-26T20:00:00Z,2024-10-27T06:00:00Z\n"
            "NEW,2024-11-01,2024-11-01T12:00:00Z,2024-11-01T20:00:00Z\n"
        ),
    },
    {
        # the queue arrives with its site; agents moved; a contact was elsewhere
        "queues": (
            "queue_id,queue_name,channel,site_id,service_level_threshold_seconds,short_abandon_seconds,valid_from\n"
            "NEW,New queue,voice,BER,20,5,2024-10-26\n"
        ),
        "agents": (
            "agent_id,role,team_id,site_id,fte,valid_from,valid_to\n"
            "A2,agent,T2,BER,1.0,2023-06-01,2024-10-26\nA2,agent,T1,LIS,1.0,2024-10-27,\n"
        ),
        "sites": "site_id,site_name,timezone,country\nLIS,Lisbon,Europe/Lisbon,PT\n",
    },
    {
        # reference rows change meaning: country and zone of a site
        "sites": "site_id,site_name,timezone,country\nBER,Berlin,Asia/Tokyo,DE\n",
        "teams": "team_id,team_name,site_id,employer_type\nT2,Sales,LIS,in_house\n",
    },
]
"""What arrives night after night on top of the golden example."""

STATUS_ONLY = 2
"""The night after which two tickets are solved by their status and by no event."""


def place(nights: Nights, entity: str, number: int, text: str) -> None:
    """Write a standard extract."""
    target = nights.home / "landing" / "standard" / entity / f"{entity}_2024-11-{number + 1:02}.csv"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text)


def test_every_kind_of_late_ticket_rebuilds_what_it_touches(tmp_path: Path) -> None:
    nights = golden_night(tmp_path / "home", tmp_path / "state", datetime(2024, 10, 29))
    # in the week of the example only six hours of Friday are open: one of the three replies was waited for in them
    assert nights.query(
        "select numerator, denominator from marts.kpi_value where kpi_id = 'average_first_response_time'"
        " and variant = 'business_hours' and period_type = 'week' and period_start = '2024-10-21'"
        " and scope_type = 'enterprise'"
    ) == [(3600, 3)]
    for number, changes in enumerate(LATE_CHANGES):
        for entity, text in changes.items():
            place(nights, entity, number, text)
        last = datetime(2024, 10, 30) + timedelta(days=number)
        nights.night(last)
        if number == STATUS_ONLY:
            assert nights.query(
                "select record_id from meta.contradiction where rule = 'X13' and entity = 'tickets' order by record_id"
            ) == [("TK4",), ("TK7",)]
        assert nights.query("select * from meta.touched_day where business_date is null") == []
        # the last nights change what everything refers to, which would hide what the others left undone
        if number >= len(LATE_CHANGES) - 3:
            rebuilt = Nights(tmp_path / f"rebuilt_{number}", tmp_path / "state")
            shutil.copytree(nights.home / "landing", rebuilt.home / "landing")
            rebuilt.night(last, full=True)
            assert differences(nights.warehouse, rebuilt.warehouse) == [], f"night {number}"
