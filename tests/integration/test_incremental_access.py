"""Late changes of telephony rebuild what they touch, and nothing that they do not."""

import shutil
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from tests.support.nights import Nights, differences, golden_night

LATE_CHANGES: list[dict[str, str]] = [
    {
        # a queue opens longer, another on a day without contacts, a third never existed; one stays open over midnight
        "operating_hours": (
            "queue_id,local_date,open_at,close_at\n"
            "SUP,2024-10-25,2024-10-25T09:00:00Z,2024-10-25T18:10:00Z\n"
            "CHT,2024-10-26,2024-10-26T09:00:00Z,2024-10-26T10:00:00Z\n"
            "NONE,2024-10-26,2024-10-26T09:00:00Z,2024-10-26T10:00:00Z\n"
            "SUP,2024-10-26,2024-10-26T20:00:00Z,2024-10-27T03:00:00Z\n"
            "SAL,2024-10-25,2024-10-25T14:00:00Z,2024-10-25T16:00:00Z\n"
        ),
        # somebody waits, and still does when the night comes; of another only the end of the contact is known
        "contacts": (
            "contact_id,channel,direction,initiation_method,customer_id,site_id,contact_reason_id,started_at,ended_at,"
            "is_test,last_updated_at\n"
            "W1,voice,inbound,inbound,C1,BER,BILLING,2024-10-29T21:00:00Z,,false,2024-10-29T21:00:00Z\n"
            "W2,voice,inbound,inbound,C2,BER,BILLING,2024-10-29T21:00:00Z,2024-10-29T21:30:00Z,false,2024-10-29T21:30:00Z\n"
        ),
        "contact_segments": (
            "segment_id,contact_id,segment_seq,leg_type,queue_id,queued_at,dequeued_at,queue_outcome\n"
            "W1-1,W1,1,queue,SUP,2024-10-29T21:00:10Z,,in_queue\nW2-1,W2,1,queue,SUP,2024-10-29T21:00:10Z,,in_queue\n"
        ),
    },
    {
        # a callback is promised for a time that passes in the next night, another is done; a session before all others,
        # one of a customer who calls within a day; the carrier corrects itself
        "callbacks": (
            "callback_id,contact_id,queue_id,requested_at,due_at,attempts,connected_at,status\n"
            "CB3,W1,SUP,2024-10-29T22:00:00Z,2024-10-31T12:00:00Z,0,,pending\n"
            "CB2,K19,SUP,2024-10-25T14:00:50Z,2024-10-25T15:00:00Z,3,2024-10-25T14:30:50Z,completed\n"
            "CB4,NONE,NONE,2024-10-27T00:30:00Z,,1,,failed\n"
        ),
        "self_service_sessions": (
            "session_id,session_type,contact_id,customer_id,started_at,ended_at,goal_completed,agent_requested,exit_type\n"
            "I-S6,bot,,C8,2024-10-24T10:00:00Z,2024-10-24T10:02:00Z,true,false,completed\n"
            "I-S7,app,,C4,2024-10-27T23:30:00Z,,true,false,completed\n"
        ),
        "trunk_intervals": (
            "trunk_group_id,interval_start_at,interval_minutes,connected_attempts,blocked_attempts,all_trunks_busy_seconds\n"
            "TG1,2024-10-25T22:00:00Z,1440,1,3,600\n"
        ),
    },
    {
        # the customer calls; the earliest session turns out to be of a test; the contact of a callback moves
        "contacts": (
            "contact_id,channel,direction,initiation_method,customer_id,site_id,contact_reason_id,started_at,ended_at,"
            "is_test,last_updated_at\n"
            "L1,voice,inbound,inbound,C4,BER,BILLING,2024-10-28T20:00:00Z,2024-10-28T20:05:00Z,false,2024-11-01T00:00:00Z\n"
            "K09,chat,inbound,inbound,C6,XXX,CANCEL,2024-10-25T11:10:00Z,2024-10-25T11:32:40Z,false,2024-11-01T00:00:00Z\n"
        ),
        "self_service_sessions": (
            "session_id,session_type,contact_id,customer_id,started_at,goal_completed,agent_requested,exit_type\n"
            "I-S6,bot,KT1,C8,2024-10-24T10:00:00Z,true,false,completed\n"
        ),
    },
    {
        # the wait ends; a queue turns out to be one that only sorts
        "contact_segments": (
            "segment_id,contact_id,segment_seq,leg_type,queue_id,queued_at,dequeued_at,queue_outcome,agent_id,answered_at\n"
            "W1-1,W1,1,queue,SUP,2024-10-29T21:00:10Z,2024-10-31T10:00:00Z,abandoned,,\n"
            "L1-1,L1,1,queue,SUP,2024-10-28T20:00:00Z,2024-10-28T20:00:09Z,answered,A1,2024-10-28T20:00:09Z\n"
        ),
        "callbacks": (
            "callback_id,contact_id,queue_id,requested_at,due_at,attempts,connected_at,status\n"
            "CB3,W1,SUP,2024-10-29T22:00:00Z,2024-10-31T12:00:00Z,1,2024-10-31T13:00:00Z,completed\n"
        ),
        "queues": (
            "queue_id,queue_name,channel,site_id,service_level_threshold_seconds,short_abandon_seconds,is_triage\n"
            "SUP,Support voice,voice,BER,20,5,true\n"
        ),
        "agents": (
            "agent_id,role,team_id,site_id,employer_type,vendor_id,fte,valid_from,valid_to\n"
            "A2,agent,T1,BER,vendor,V1,1.0,2023-06-01,\n"
        ),
    },
]
"""What arrives night after night on top of the golden example."""


@pytest.fixture(scope="module")
def by_night(tmp_path_factory: pytest.TempPathFactory) -> Nights:
    """Return the warehouse after the nights of the late changes."""
    nights = golden_night(tmp_path_factory.mktemp("nights"), tmp_path_factory.mktemp("state"), datetime(2024, 10, 29))
    for number, changes in enumerate(LATE_CHANGES):
        for entity, text in changes.items():
            target = nights.home / "landing" / "standard" / entity / f"{entity}_2024-11-{number + 1:02}.csv"
            target.write_text(text)
        nights.night(datetime(2024, 10, 30) + timedelta(days=number))
    return nights


def test_late_telephony_rebuilds_what_it_touches(by_night: Nights, tmp_path: Path) -> None:
    rebuilt = Nights(tmp_path / "home", by_night.state)
    shutil.copytree(by_night.home, rebuilt.home)
    rebuilt.night(datetime(2024, 10, 30) + timedelta(days=len(LATE_CHANGES) - 1), full=True)

    assert differences(by_night.warehouse, rebuilt.warehouse) == []


def test_models_that_are_built_anew_fit_to_those_that_are_continued(by_night: Nights, tmp_path: Path) -> None:
    """All changes come at once, in a refresh that builds anew one extract's staging and what reads from there."""
    at_once = golden_night(tmp_path / "home", by_night.state, datetime(2024, 10, 29))
    shutil.copytree(by_night.home / "landing", at_once.home / "landing", dirs_exist_ok=True)
    last = datetime(2024, 10, 30) + timedelta(days=len(LATE_CHANGES) - 1)
    at_once.night(last, anew=["stg_standard__contact_segments", "fct_callback"])
    rebuilt = at_once.query("select count(*) filter (where is_rebuilt), count(*) from meta.planned_model")

    assert 0 < rebuilt[0][0] < rebuilt[0][1]
    assert differences(by_night.warehouse, at_once.warehouse) == []


def test_the_changes_reach_the_tables(by_night: Nights) -> None:
    assert by_night.query(
        "select business_date, sum(open_seconds), sum(queue_entries) from core.fct_queue_interval"
        " where queue_id in ('SUP', 'CHT', 'SAL') and business_date between '2024-10-25' and '2024-10-27'"
        " group by business_date order by business_date"
    ) == [
        # the queue that closes at 18:10 is open ten minutes of its last interval; the hour from 2 to 3 comes twice
        (date(2024, 10, 25), 33000 + 7 * 3600 + 6 * 3600, 16),
        (date(2024, 10, 26), 3600 + 2 * 3600, 1),
        (date(2024, 10, 27), 5 * 3600, 1),
    ]
    assert by_night.query(
        "select interval_local_start, interval_id from core.fct_queue_interval"
        " where queue_id = 'SUP' and interval_local_start = timestamp '2024-10-27 02:30:00' order by interval_start_at"
    ) == [(datetime(2024, 10, 27, 2, 30), "02:30"), (datetime(2024, 10, 27, 2, 30), "02:30 again")]
    assert by_night.query(
        "select segment_id, wait_seconds, waiting_seconds from core.fct_contact_segment"
        " where contact_id in ('W1', 'W2') order by segment_id"
    ) == [("W1-1", 133190, 133190), ("W2-1", None, 1790)]
    assert by_night.query(
        "select sum(handled_legs_past_triage) from marts.kpi_component_leg where queue_id = 'SUP'"
    ) == [(0,)]
    assert by_night.query("select distinct agent_id from marts.kpi_component_leg where vendor_id = 'V1'") == [("A2",)]
    assert by_night.query(
        "select callback_id, is_closed, is_promise_due, is_promise_kept, wait_seconds from core.fct_callback order by 1"
    ) == [
        ("CB1", True, False, False, 1150),
        ("CB2", True, True, True, 1800),
        ("CB3", True, True, False, 140400),
        ("CB4", True, False, False, None),
    ]
    assert by_night.query(
        "select session_id from core.fct_self_service_session"
        " where has_agent_contact_within_24h and is_contained order by session_id"
    ) == [("I-S1",), ("I-S3",), ("I-S7",)]
    assert by_night.query("select min(business_date) from core.fct_self_service_session") == [(date(2024, 10, 25),)]
