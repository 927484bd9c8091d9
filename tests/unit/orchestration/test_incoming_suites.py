"""The incoming border on real loads: honest files pass, and every written or derived expectation has a failing case."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.ingest.books import create_books, finish_refresh, start_refresh
from orchestration.ingest.declarations import ColumnDeclaration, ExtractDeclaration
from orchestration.ingest.load import load_landing
from orchestration.ingest.raw import ensure_raw_tables
from orchestration.settings import PROJECT_DIR
from orchestration.validate.borders import check_incoming, incoming_suites

AS_OF = datetime(2024, 11, 2)
DAY = "2024-11-01T10:00:00Z"


def extract(entity: str, columns: Sequence[ColumnDeclaration | str], **more: Any) -> ExtractDeclaration:
    typed = tuple(c if isinstance(c, ColumnDeclaration) else ColumnDeclaration(c, "varchar", c) for c in columns)
    return ExtractDeclaration(
        "standard", entity, f"standard__{entity}", f"standard/{entity}/**/*", ("csv",), typed, **more
    )


def instant(name: str) -> ColumnDeclaration:
    return ColumnDeclaration(name, "timestamp", name)


def whole(name: str) -> ColumnDeclaration:
    return ColumnDeclaration(name, "integer", name)


def day(name: str) -> ColumnDeclaration:
    return ColumnDeclaration(name, "date", name)


DECLARED = (
    extract(
        "contacts",
        [
            ColumnDeclaration("contact_id", "varchar", "contact_id", required=True, pattern="[a-z0-9]+"),
            ColumnDeclaration("channel", "varchar", "channel", accepted_values=("voice", "chat")),
            ColumnDeclaration("score", "double", "score", minimum=-1, maximum=1),
            ColumnDeclaration("phone", "varchar", "phone", accepted_values=("secret",), personal_data="phone"),
            instant("started_at"),
        ],
        required=True,
    ),
    extract("contact_segments", ["segment_id", "contact_id"]),
    extract("callbacks", ["callback_id", "contact_id"]),
    extract("self_service_sessions", ["session_id", instant("started_at")]),
    extract("trunk_intervals", ["trunk_group_id", instant("interval_start_at"), whole("interval_minutes")]),
    extract("queues", ["queue_id"]),
    extract("operating_hours", ["queue_id", day("local_date")]),
    extract("customers", ["customer_id"]),
    extract("orders", ["order_id", "customer_id", "campaign_id", "currency", instant("ordered_at")]),
    extract("campaigns", ["campaign_id"]),
    extract("tickets", ["ticket_id"]),
    extract("ticket_events", ["event_id", "ticket_id"]),
    extract("retention_attempts", ["contact_id", "customer_id", "outcome"]),
    extract("system_service_days", ["system_id", day("service_date")]),
    extract("system_outages", ["outage_id", "system_id"]),
    extract("order_lines", ["order_id", "line_no"]),
    extract("cost_ledger", ["entry_id", day("period_end"), "currency"]),
    extract("fx_rates", [day("rate_date"), "currency"]),
    extract("agents", ["agent_id"]),
    extract("sites", ["site_id"]),
    extract("agent_states", ["agent_id", instant("started_at"), instant("ended_at")]),
    extract("schedules", ["schedule_segment_id", "agent_id"]),
    extract(
        "forecasts",
        [
            "forecast_version",
            ColumnDeclaration("is_baseline", "boolean", "is_baseline"),
            "queue_id",
            instant("interval_start_at"),
        ],
    ),
    extract("staff_requirements", ["site_id", instant("interval_start_at")]),
    extract("qa_evaluations", ["evaluation_id", "contact_id"]),
    extract("qa_section_scores", ["evaluation_id", "section_code"]),
    extract("survey_invitations", ["invitation_id", instant("sent_at")]),
    extract("survey_responses", ["response_id", "invitation_id", instant("responded_at")]),
)
HONEST = {
    "contacts": ["contact_id,channel,score,started_at", *(f"c{n},voice,0.5,{DAY}" for n in range(10))],
    "contact_segments": ["segment_id,contact_id", *(f"s{n},c{n}" for n in range(10))],
    "callbacks": ["callback_id,contact_id", "b1,c1"],
    "self_service_sessions": ["session_id,started_at", f"i1,{DAY}"],
    "trunk_intervals": [
        "trunk_group_id,interval_start_at,interval_minutes",
        f"t1,{DAY},30",
        "t1,2024-11-01T10:30:00Z,30",
    ],
    "queues": ["queue_id", "q1"],
    "operating_hours": ["queue_id,local_date", "q1,2024-11-01"],
    "customers": ["customer_id", "u1"],
    "orders": ["order_id,customer_id,campaign_id,currency,ordered_at", f"o1,u1,p1,USD,{DAY}"],
    "campaigns": ["campaign_id", "p1"],
    "tickets": ["ticket_id", "t1"],
    "ticket_events": ["event_id,ticket_id", "e1,t1"],
    "retention_attempts": ["contact_id,customer_id,outcome", "c1,u1,saved"],
    "system_service_days": ["system_id,service_date", "ACD,2024-11-01"],
    "system_outages": ["outage_id,system_id", "x1,ACD"],
    "cost_ledger": ["entry_id,period_end,currency", "l1,2024-11-01,USD", "l2,2024-11-01,EUR"],
    "fx_rates": ["rate_date,currency", "2024-11-01,USD"],
    "order_lines": ["order_id,line_no", "o1,1"],
    "agents": ["agent_id", "a1"],
    "sites": ["site_id", "s1"],
    "agent_states": ["agent_id,started_at,ended_at", f"a1,{DAY},2024-11-01T11:00:00Z", "a1,2024-11-01T11:00:00Z,"],
    "schedules": ["schedule_segment_id,agent_id", "g1,a1"],
    "forecasts": ["forecast_version,is_baseline,queue_id,interval_start_at", f"v1,true,q1,{DAY}", f"v2,false,q1,{DAY}"],
    "staff_requirements": ["site_id,interval_start_at", f"s1,{DAY}"],
    "qa_evaluations": ["evaluation_id,contact_id", "e1,c1", "e2,"],
    "qa_section_scores": ["evaluation_id,section_code", "e1,procedure"],
    "survey_invitations": ["invitation_id,sent_at", f"i1,{DAY}"],
    "survey_responses": ["response_id,invitation_id,responded_at", "r1,i1,2024-11-01T11:00:00Z"],
}


@dataclass
class Border:
    """A warehouse and a landing folder."""

    con: duckdb.DuckDBPyConnection
    landing: Path
    suites: Any = field(default_factory=lambda: incoming_suites(PROJECT_DIR / "expectations", DECLARED))

    def land(self, entity: str, lines: Sequence[str], name: str = "a.csv") -> Path:
        file = self.landing / "standard" / entity / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("\n".join(lines) + "\n")
        return file

    def load(self) -> int:
        number = start_refresh(self.con, run_id="r", as_of=AS_OF)
        load_landing(self.con, self.landing, DECLARED, number)
        return number

    def failures(self) -> dict[str, str]:
        outcomes = list(check_incoming(self.con, self.suites, DECLARED, AS_OF, "EUR"))
        assert sorted(o.key for o in outcomes) == sorted(key for suite in self.suites for key in suite.promises())
        return {o.key: o.detail for o in outcomes if not o.succeeded}


@pytest.fixture
def border(tmp_path: Path) -> Iterator[Border]:
    with duckdb.connect() as con:
        create_books(con)
        ensure_raw_tables(con, DECLARED)
        there = Border(con, tmp_path / "landing")
        for entity, lines in HONEST.items():
            there.land(entity, lines)
        yield there


def test_honest_files_pass_every_expectation(border: Border) -> None:
    border.load()
    assert border.failures() == {}


def bad_contacts(count: int) -> list[str]:
    return [f"x{n},fax,0.5,{DAY}" for n in range(count)]


LANDED: dict[str, tuple[str, list[str], str, str]] = {
    "incoming_delivery.rejected_rows.few_rows_are_rejected": (
        "contacts", HONEST["contacts"] + bad_contacts(1), "a.csv", "extract=standard.contacts",
    ),
    "incoming_delivery.rejected_rows.most_rows_are_good": (
        "contacts", HONEST["contacts"] + bad_contacts(90), "a.csv", "rejected_rows=90",
    ),
    "incoming_delivery.refused_files.no_file_is_refused": (
        "contacts", ["nothing,known", "1,2"], "b.csv", "path=standard/contacts/b.csv",
    ),
    "incoming_delivery.file_dates.not_from_the_future": (
        "customers", ["customer_id", "u2"], "customers_2025-11-01.csv", "customers_2025-11-01.csv",
    ),
    "incoming_telephony.contact_times.most_are_of_this_age": (
        "contacts", ["contact_id,started_at", "z1,1970-01-20T10:00:00Z"], "epoch.csv", "contacts/epoch.csv",
    ),
    "incoming_telephony.leg_contacts.few_are_unknown": (
        "contact_segments", ["segment_id,contact_id", "s99,nobody"], "b.csv", "example=nobody",
    ),
    "incoming_telephony.callback_contacts.few_are_unknown": (
        "callbacks", ["callback_id,contact_id", "b9,nobody"], "b.csv", "example=b9",
    ),
    "incoming_telephony.session_times.most_are_of_this_age": (
        "self_service_sessions", ["session_id,started_at", "i9,1970-01-20T10:00:00Z"], "epoch.csv", "epoch.csv",
    ),
    "incoming_telephony.trunk_overlaps.follow_each_other": (
        "trunk_intervals", ["trunk_group_id,interval_start_at,interval_minutes", "t1,2024-11-01T10:15:00Z,30"], "b.csv",
        "trunk_group_id=t1",
    ),
    "incoming_telephony.open_queues.few_are_unknown": (
        "operating_hours", ["queue_id,local_date", "q9,2024-11-01"], "b.csv", "example=q9",
    ),
    "incoming_crm.order_customers.few_are_unknown": (
        "orders", ["order_id,customer_id,currency,ordered_at", f"o9,nobody,EUR,{DAY}"], "b.csv", "example=o9",
    ),
    "incoming_crm.line_orders.few_are_unknown": ("order_lines", ["order_id,line_no", "o9,1"], "b.csv", "example=o9"),
    "incoming_crm.order_campaigns.few_are_unknown": (
        "orders", ["order_id,customer_id,campaign_id,currency,ordered_at", f"o9,u1,p9,EUR,{DAY}"], "b.csv",
        "example=o9",
    ),
    "incoming_crm.event_tickets.few_are_unknown": (
        "ticket_events", ["event_id,ticket_id", "e9,nobody"], "b.csv", "example=e9",
    ),
    "incoming_crm.attempt_contacts.few_are_unknown": (
        "retention_attempts", ["contact_id,customer_id,outcome", "nobody,u1,saved"], "b.csv", "example=nobody",
    ),
    "incoming_technology.outage_systems.all_have_service_hours": (
        "system_outages", ["outage_id,system_id", "x9,CRM"], "b.csv", "example=x9",
    ),
    "incoming_finance.ledger_rates.all_have_a_rate": (
        "cost_ledger", ["entry_id,period_end,currency", "l9,2024-10-31,USD"], "b.csv", "example=l9",
    ),
    "incoming_finance.order_rates.all_have_a_rate": (
        "orders", ["order_id,customer_id,currency,ordered_at", f"o9,u1,GBP,{DAY}"], "b.csv", "example=o9",
    ),
    "incoming_workforce.states.few_are_of_unknown_agents": (
        "agent_states", ["agent_id,started_at,ended_at", f"nobody,{DAY},"], "b.csv", "example=nobody",
    ),
    "incoming_workforce.states.few_overlap": (
        "agent_states", ["agent_id,started_at,ended_at", "a1,2024-11-01T10:30:00Z,2024-11-01T10:40:00Z"], "b.csv",
        "example=a1",
    ),
    "incoming_workforce.schedules.few_are_of_unknown_agents": (
        "schedules", ["schedule_segment_id,agent_id", "g9,nobody"], "b.csv", "example=nobody",
    ),
    "incoming_workforce.forecasts.few_are_of_unknown_queues": (
        "forecasts", ["forecast_version,is_baseline,queue_id,interval_start_at", f"v1,true,q9,{DAY}"], "b.csv",
        "example=q9",
    ),
    "incoming_workforce.forecasts.each_interval_has_one_baseline": (
        "forecasts", ["forecast_version,is_baseline,queue_id,interval_start_at", f"v3,true,q1,{DAY}"], "b.csv",
        "example=q1",
    ),
    "incoming_workforce.requirements.few_are_of_unknown_sites": (
        "staff_requirements", ["site_id,interval_start_at", f"s9,{DAY}"], "b.csv", "example=s9",
    ),
    "incoming_quality.evaluation_contacts.few_are_unknown": (
        "qa_evaluations", ["evaluation_id,contact_id", "e9,nobody"], "b.csv", "example=e9",
    ),
    "incoming_quality.section_evaluations.few_are_unknown": (
        "qa_section_scores", ["evaluation_id,section_code", "e9,procedure"], "b.csv", "example=e9",
    ),
    "incoming_survey.responses.few_are_uninvited": (
        "survey_responses", ["response_id,invitation_id,responded_at", f"r9,nobody,{DAY}"], "b.csv", "example=r9",
    ),
    "incoming_survey.responses.few_come_before_their_invitation": (
        "survey_responses", ["response_id,invitation_id,responded_at", "r9,i1,2024-10-01T10:00:00Z"], "b.csv",
        "example=r9",
    ),
}  # fmt: skip


@pytest.mark.parametrize("key", LANDED)
def test_each_written_expectation_fails_on_its_mistake_and_says_where(border: Border, key: str) -> None:
    entity, lines, name, told = LANDED[key]
    border.land(entity, lines, name)
    border.load()
    found = border.failures()
    assert key in found
    assert told in found[key]


DERIVED = {
    "types": ("alter table raw.standard__contacts alter score type varchar", "score VARCHAR"),
    "required": ("update raw.standard__contacts set contact_id = null where contact_id = 'c1'", "contact_id"),
    "contact_id_has_pattern": ("update raw.standard__contacts set contact_id = 'C 1' where contact_id = 'c1'", "C 1"),
    "channel_is_accepted": ("update raw.standard__contacts set channel = 'fax' where contact_id = 'c1'", "fax"),
    "score_is_in_bounds": ("update raw.standard__contacts set score = 7 where contact_id = 'c1'", "7.0"),
    "was_delivered": ("update meta.loaded_file set status = 'refused' where entity = 'contacts'", "0"),
}


@pytest.mark.parametrize("name", DERIVED)
def test_each_derived_expectation_fails_when_a_loaded_row_breaks_the_declaration(border: Border, name: str) -> None:
    border.load()
    spoil, told = DERIVED[name]
    border.con.execute(spoil)
    found = border.failures()
    assert told in found[f"incoming_declared.standard__contacts.{name}"]


def test_no_incoming_expectation_is_without_a_failing_case(border: Border) -> None:
    keys = {key for suite in border.suites for key in suite.promises()}
    derived = {key for key in keys if key.startswith("incoming_declared.standard__contacts.")}
    assert {key.rsplit(".", 1)[1] for key in derived} == set(DERIVED)
    assert {key for key in keys if not key.startswith("incoming_declared.")} == set(LANDED)


def test_personal_data_is_in_no_message_and_in_no_expectation(border: Border) -> None:
    assert "phone" not in json.dumps([key for suite in border.suites for key in suite.promises()])


def test_only_files_that_no_complete_refresh_has_seen_are_judged(border: Border) -> None:
    border.land("contacts", HONEST["contacts"] + bad_contacts(90))
    finish_refresh(border.con, border.load(), "complete")
    border.land("customers", ["customer_id", "u3"], "later.csv")
    border.load()
    assert border.failures() == {}


def test_a_bad_delivery_is_repaired_by_a_corrected_file_in_its_place_and_not_by_removing_it(border: Border) -> None:
    key = "incoming_delivery.rejected_rows.most_rows_are_good"
    file = border.land("contacts", HONEST["contacts"] + bad_contacts(90), "bad.csv")
    finish_refresh(border.con, border.load(), "failed")
    assert key in border.failures()
    file.unlink()
    assert key in border.failures()
    border.land("contacts", [*HONEST["contacts"], f"c11,chat,0,{DAY}"], "bad.csv")
    border.load()
    assert border.failures() == {}
