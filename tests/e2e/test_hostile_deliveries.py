"""Contradictory rows and references to nobody: the night goes on, nothing is lost, and what was wrong is counted."""

from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.night import RefreshOutcome
from orchestration.settings import Settings
from tests.support.nights import land_golden, warm_refresh

HOSTILE = {
    "contacts": """\
contact_id,channel,direction,initiation_method,customer_id,site_id,contact_reason_id,started_at,ended_at,is_test,last_updated_at
H1,voice,inbound,inbound,NOBODY,NOWHERE,NOREASON,2024-10-25T09:00:00Z,2024-10-25T09:03:30Z,false,2024-11-01T00:00:00Z
H2,voice,inbound,inbound,C1,BER,BILLING,2024-10-26T09:00:00Z,,false,2024-11-01T00:00:00Z
H4,voice,internal,api,,BER,,2024-10-26T10:00:00Z,2024-10-26T10:01:00Z,false,2024-11-01T00:00:00Z
H5,voice,inbound,inbound,C2,BER,TECH,2025-10-26T10:00:00Z,2025-10-26T10:01:00Z,false,2025-11-01T00:00:00Z
H6,voice,inbound,inbound,C2,MARS,TECH,2024-10-26T10:00:00Z,2024-10-26T10:01:00Z,false,2024-11-01T00:00:00Z
H7,pigeon,inbound,inbound,C2,BER,TECH,2024-10-26T10:00:00Z,2024-10-26T10:01:00Z,false,2024-11-01T00:00:00Z
""",
    "contact_segments": """\
segment_id,contact_id,segment_seq,leg_type,queue_id,queued_at,dequeued_at,queue_outcome,agent_id,answered_at,talk_seconds
H1-1,H1,1,queue,NOQUEUE,2024-10-25T09:00:00Z,2024-10-25T09:00:10Z,answered,GHOST,2024-10-25T09:00:10Z,180
H1-2,H1,1,queue,SUP,2024-10-25T09:01:00Z,2024-10-25T09:01:10Z,answered,A1,2024-10-25T09:01:10Z,18
H2-1,H2,3,queue,SUP,2024-10-26T09:00:00Z,,in_queue,,,
H4-1,H4,1,direct,,,,,A2,2024-10-26T10:00:00Z,100
H5-1,H5,1,queue,SUP,2025-10-26T10:00:00Z,2025-10-26T10:00:10Z,abandoned,,,
H6-1,H6,1,queue,SUP,2024-10-26T10:00:00Z,2024-10-26T10:00:09Z,abandoned,,,
H9-1,H9,1,queue,SUP,2024-10-26T09:00:00Z,2024-10-26T09:00:10Z,abandoned,,,
""",
    "agents": """\
agent_id,role,team_id,site_id,fte,valid_from,valid_to
A1,agent,T2,BER,1.0,2024-10-01,2024-10-31
A7,agent,NOTEAM,NOWHERE,1.0,2024-10-01,
""",
    "employment_spells": """\
spell_id,employee_id,started_on,ended_on,end_type
X1,A1,2024-01-01,2024-10-20,voluntary
X2,A8,2024-01-01,,
""",
    "orders": """\
order_id,customer_id,contact_id,agent_id,ordered_at,order_channel,status,currency
Z1,C1,K07,,2024-10-25T12:00:00Z,web,completed,EUR
Z2,NOBODY,NOCONTACT,GHOST,2024-10-25T12:00:00Z,web,completed,XXX
Z3,,,,2024-10-25T12:00:00Z,web,completed,EUR
""",
    "order_lines": "order_id,line_no,line_type,net_amount\nZ1,1,primary,5\nZ9,1,primary,5\nZ2,1,primary,7\n",
    "subscriptions": """\
subscription_id,customer_id,started_on,ended_on,mrr_amount,currency,billing_model
Q1,NOBODY,2024-01-01,,5,EUR,contract
Q2,C1,2024-01-01,2024-12-31,5,EUR,contract
""",
    "survey_invitations": """\
invitation_id,survey_id,contact_id,customer_id,sent_at,delivery_status
V1,POST,NOCONTACT,C1,2024-10-25T09:05:00Z,delivered
V2,POST,KT1,C1,2024-10-25T08:05:00Z,delivered
""",
    "survey_responses": """\
response_id,invitation_id,responded_at,is_complete
W1,V1,2024-10-25T10:05:00Z,true
W2,V2,2024-10-25T10:05:00Z,true
W3,NOINV,2024-10-25T10:05:00Z,true
W4,I10,2024-10-01T10:05:00Z,true
""",
    "survey_answers": """\
response_id,question_code,score,scale_min,scale_max
W1,CSAT,5,1,5
W2,CSAT,1,1,5
W3,CSAT,1,1,5
W4,CSAT,9,1,5
W9,CSAT,1,1,5
""",
    "tickets": "ticket_id,customer_id,channel,priority,created_at,status\nT9,NOBODY,email,x,2024-10-25T08:00:00Z,new\n",
    "ticket_messages": """\
message_id,ticket_id,direction,author_type,agent_id,is_public,is_automated,requires_reply,sent_at
N1,T9,outbound,agent,GHOST,true,false,false,2024-10-25T09:00:00Z
N2,NOTICKET,outbound,agent,A1,true,false,false,2024-10-25T09:00:00Z
""",
    "ticket_time_entries": "ticket_id,agent_id,worked_on,seconds\nT9,GHOST,2024-10-25,60\nNOTICKET,A1,2024-10-25,60\n",
    "cost_ledger": """\
entry_id,period_start,period_end,site_id,cost_category,behaviour,direct_channel,amount,currency
Y1,2024-10-25,2024-10-31,NOWHERE,labour,variable,,70,EUR
Y2,2024-10-25,2024-10-31,,labour,variable,social,70,EUR
""",
    "queues": """\
queue_id,queue_name,channel,site_id,service_level_threshold_seconds,short_abandon_seconds
Q9,Queue nine,voice,NOWHERE,20,5
""",
    "sites": "site_id,site_name,timezone\nMARS,Mars,Mars/Olympus\n",
}


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, RefreshOutcome]:
    """Return the home and the outcome of a night over the golden example with hostile files beside it."""
    home = tmp_path_factory.mktemp("hostile")
    land_golden(home)
    for entity, text in HOSTILE.items():
        (home / "landing" / "standard" / entity / f"{entity}_2024-11-01.csv").write_text(text)
    return home, warm_refresh(Settings(home=home), datetime(2024, 11, 2), {"survey_response_window_days": 5})


def ask(home: Path, sql: str) -> list[tuple[Any, ...]]:
    """Return the rows of a query over the warehouse."""
    with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as con:
        return con.execute(sql).fetchall()


def test_the_night_is_published_all_the_same(night: tuple[Path, RefreshOutcome]) -> None:
    home, outcome = night
    assert (outcome.status, outcome.reasons) == ("complete", [])
    assert (home / "published" / "kpi.duckdb").is_file()


def test_rows_against_their_contract_are_rejected_with_file_line_rule_column_and_value(
    night: tuple[Path, RefreshOutcome],
) -> None:
    rejected = ask(
        night[0],
        "select file.path, row.line_number, row.rule, row.column_name, row.value from meta.rejected_row as row"
        " inner join meta.loaded_file as file on row.file_id = file.file_id order by all",
    )
    assert rejected == [
        ("standard/contacts/contacts_2024-11-01.csv", 7, "accepted_values", "channel", "pigeon"),
        ("standard/survey_answers/survey_answers_2024-11-01.csv", 5, "score_lies_on_its_scale", "score", "9"),
    ]


def test_references_to_nobody_keep_the_row_and_go_to_the_unknown_member(night: tuple[Path, RefreshOutcome]) -> None:
    legs = ask(
        night[0],
        "select segment_id, queue_id, delivered_queue_id, agent_id, site_id, service_level_threshold_seconds,"
        " business_date from core.fct_contact_segment where contact_id in ('H1', 'H6') order by segment_id",
    )
    assert legs == [
        ("H1-1", "unknown", "NOQUEUE", "unknown", "unknown", 20, date(2024, 10, 25)),
        ("H1-2", "SUP", "SUP", "A1", "unknown", 20, date(2024, 10, 25)),
        ("H6-1", "SUP", "SUP", None, "unknown", 20, date(2024, 10, 26)),
    ]
    team = "select team_id, site_id from core.dim_team where team_id = 'NOTEAM'"
    assert ask(night[0], team) == [("NOTEAM", "unknown")]


def test_contradictions_are_settled_by_rule_and_never_counted_twice(night: tuple[Path, RefreshOutcome]) -> None:
    home = night[0]
    assignments = "select valid_from, valid_to from core.dim_agent where agent_id = 'A1' order by valid_from"
    assert ask(home, assignments) == [
        (date(2023, 6, 1), date(2024, 9, 30)),
        (date(2024, 10, 1), date(2024, 10, 31)),
    ]
    headcount = "select count(*), count(*) filter (where is_leaver) from core.fct_headcount_day where agent_id = 'A1'"
    october = " and business_date between date '2024-10-01' and date '2024-10-31'"
    assert ask(home, headcount + october) == [(31, 0)]
    assert ask(home, "select count(*), count(distinct contact_id) from core.fct_contact") == [(25, 25)]
    entries = "select count(*) from core.fct_contact_segment where contact_id = 'H1' and is_original_entry"
    assert ask(home, entries) == [(1,)]


def test_surveys_of_tests_strangers_and_early_birds_count_nowhere(night: tuple[Path, RefreshOutcome]) -> None:
    valid = ask(night[0], "select response_id from core.fct_survey_answer where response_id like 'W%' order by all")
    assert valid == [("W1",)]
