"""The clean extracts obey the cross-entity rules of the input contract (X01 to X06, X08, X11 to X13, X22)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, date, datetime
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest

ZONES = {"BER": ZoneInfo("Europe/Berlin"), "NYC": ZoneInfo("America/New_York")}
CONTACT_STATES = {"ringing", "on_contact", "acw", "consult"}


def at(text: str) -> int:
    return int(datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC).timestamp())


def by(rows: Iterable[dict[str, str]], column: str) -> dict[str, list[dict[str, str]]]:
    groups: dict[str, list[dict[str, str]]] = defaultdict(list)
    for row in rows:
        groups[row[column]].append(row)
    return groups


FOREIGN_KEYS = [
    ("contact_segments", "contact_id", "contacts", "contact_id"),
    ("contact_segments", "queue_id", "queues", "queue_id"),
    ("contact_segments", "agent_id", "agents", "agent_id"),
    ("contacts", "customer_id", "customers", "customer_id"),
    ("contacts", "site_id", "sites", "site_id"),
    ("contacts", "contact_reason_id", "contact_reasons", "contact_reason_id"),
    ("contacts", "campaign_id", "campaigns", "campaign_id"),
    ("callbacks", "contact_id", "contacts", "contact_id"),
    ("agent_states", "agent_id", "agents", "agent_id"),
    ("self_service_sessions", "contact_id", "contacts", "contact_id"),
    ("self_service_sessions", "customer_id", "customers", "customer_id"),
    ("operating_hours", "queue_id", "queues", "queue_id"),
    ("schedules", "agent_id", "agents", "agent_id"),
    ("absences", "agent_id", "agents", "agent_id"),
    ("adherence_exceptions", "agent_id", "agents", "agent_id"),
    ("paid_time", "agent_id", "agents", "agent_id"),
    ("forecasts", "queue_id", "queues", "queue_id"),
    ("staff_requirements", "site_id", "sites", "site_id"),
    ("qa_evaluations", "contact_id", "contacts", "contact_id"),
    ("qa_evaluations", "ticket_id", "tickets", "ticket_id"),
    ("qa_evaluations", "agent_id", "agents", "agent_id"),
    ("qa_evaluations", "evaluator_id", "agents", "agent_id"),
    ("qa_section_scores", "evaluation_id", "qa_evaluations", "evaluation_id"),
    ("calibration_scores", "evaluation_id", "qa_evaluations", "evaluation_id"),
    ("qa_defects", "evaluation_id", "qa_evaluations", "evaluation_id"),
    ("qa_defects", "response_id", "survey_responses", "response_id"),
    ("training_assignments", "agent_id", "agents", "agent_id"),
    ("system_outages", "system_id", "system_service_days", "system_id"),
    ("agents", "team_id", "teams", "team_id"),
    ("teams", "team_lead_id", "agents", "agent_id"),
    ("employment_spells", "employee_id", "agents", "agent_id"),
    ("subscriptions", "customer_id", "customers", "customer_id"),
    ("orders", "customer_id", "customers", "customer_id"),
    ("orders", "contact_id", "contacts", "contact_id"),
    ("orders", "agent_id", "agents", "agent_id"),
    ("order_lines", "order_id", "orders", "order_id"),
    ("opportunities", "contact_id", "contacts", "contact_id"),
    ("retention_attempts", "contact_id", "contacts", "contact_id"),
    ("tickets", "contact_id", "contacts", "contact_id"),
    ("tickets", "customer_id", "customers", "customer_id"),
    ("ticket_events", "ticket_id", "tickets", "ticket_id"),
    ("ticket_messages", "ticket_id", "tickets", "ticket_id"),
    ("ticket_messages", "agent_id", "agents", "agent_id"),
    ("ticket_time_entries", "ticket_id", "tickets", "ticket_id"),
    ("survey_invitations", "contact_id", "contacts", "contact_id"),
    ("survey_invitations", "ticket_id", "tickets", "ticket_id"),
    ("survey_responses", "invitation_id", "survey_invitations", "invitation_id"),
    ("survey_answers", "response_id", "survey_responses", "response_id"),
]


@pytest.mark.parametrize(("entity", "column", "target", "key"), FOREIGN_KEYS)
def test_references_are_delivered_no_later_than_what_refers_to_them(
    clean: Any, entity: str, column: str, target: str, key: str
) -> None:
    first_seen: dict[str, str] = {}
    for row in clean.delivered(target):
        first_seen.setdefault(row[key], row["_day"])
    used = [(row[column], row["_day"]) for row in clean.delivered(entity) if row[column]]
    assert used, "nothing refers to anything"
    assert [value for value, day in used if first_seen.get(value, "9999") > day] == []


def test_waits_and_contacts_do_not_run_backwards(clean: Any) -> None:
    for row in clean.contacts():
        assert row["ended_at"]
        assert row["started_at"] <= row["ended_at"] <= row["last_updated_at"]
    for row in clean.segments():
        if row["leg_type"] == "queue":
            assert row["queued_at"] <= row["dequeued_at"]
            assert not row["answered_at"] or row["answered_at"] == row["dequeued_at"]


def test_a_queue_leg_is_answered_exactly_when_its_outcome_says_so(clean: Any) -> None:
    legs = [row for row in clean.segments() if row["leg_type"] == "queue"]
    assert {row["queue_outcome"] for row in legs} >= {"answered", "abandoned", "overflow_out", "callback_requested"}
    for row in legs:
        assert (row["queue_outcome"] == "answered") == bool(row["answered_at"])
        assert bool(row["answered_at"]) == bool(row["agent_id"])


def test_segments_of_a_contact_are_numbered_without_gaps(clean: Any) -> None:
    numbers = {
        contact: sorted(int(row["segment_seq"]) for row in legs)
        for contact, legs in by(clean.segments(), "contact_id").items()
    }
    assert set(numbers) == {row["contact_id"] for row in clean.contacts()}
    assert all(found == list(range(1, len(found) + 1)) for found in numbers.values())
    assert max(map(len, numbers.values())) >= 3


def test_an_overflow_is_followed_by_another_queue_leg(clean: Any) -> None:
    for legs in by(clean.segments(), "contact_id").values():
        ordered = sorted(legs, key=lambda row: int(row["segment_seq"]))
        for leg, following in zip(ordered, [*ordered[1:], None], strict=True):
            if leg["queue_outcome"] == "overflow_out":
                assert following is not None
                assert following["leg_type"] == "queue"
                assert 0 <= at(following["queued_at"]) - at(leg["dequeued_at"]) <= 60


def test_requested_callbacks_have_a_row_and_completed_ones_a_leg(clean: Any) -> None:
    callbacks = by(clean.latest("callbacks", "callback_id"), "contact_id")
    legs = clean.segments()
    asked = {row["contact_id"] for row in legs if row["queue_outcome"] == "callback_requested"}
    assert asked == set(callbacks)
    called = {row["contact_id"]: row["answered_at"] for row in legs if row["leg_type"] == "callback"}
    completed = {row["contact_id"]: row["connected_at"] for rows in callbacks.values() for row in rows
                 if row["status"] == "completed"}  # fmt: skip
    assert completed
    assert called == completed


def test_agents_on_legs_have_an_assignment_on_that_local_day(clean: Any) -> None:
    assignments = by(clean.latest("agents", "agent_id", "valid_from"), "agent_id")
    for leg in clean.segments():
        if leg["answered_at"]:
            day = datetime.fromtimestamp(at(leg["answered_at"]), UTC)
            valid = [
                row
                for row in assignments[leg["agent_id"]]
                if row["valid_from"]
                <= day.astimezone(ZONES[row["site_id"]]).date().isoformat()
                <= (row["valid_to"] or "9999")
            ]
            assert len(valid) == 1


def test_assignments_and_employment_do_not_overlap(run: Any) -> None:
    long = run(days=120, contacts_per_day=120)
    assert long.summary.truth["leavers"] > 0
    assert long.summary.truth["hires"] > 0
    for entity, key, person, start, end in (
        ("agents", ("agent_id", "valid_from"), "agent_id", "valid_from", "valid_to"),
        ("employment_spells", ("spell_id",), "employee_id", "started_on", "ended_on"),
        ("subscriptions", ("subscription_id",), "customer_id", "started_on", "ended_on"),
    ):
        for rows in by(long.latest(entity, *key), person).values():
            ordered = sorted(rows, key=lambda row: row[start])
            for row in ordered:
                assert row[start] <= (row[end] or "9999")
            for row, following in pairwise(ordered):
                assert row[end]
                assert row[end] < following[start]
    ended = [row for row in long.latest("employment_spells", "spell_id") if row["ended_on"] >= "2024-10-21"]
    assert len(ended) == long.summary.truth["leavers"]
    assert all(row["end_type"] for row in ended)


def test_no_agent_holds_two_voice_contacts_and_no_chat_agent_more_than_three(clean: Any) -> None:
    channel = {row["contact_id"]: row["channel"] for row in clean.contacts()}
    most: dict[str, int] = defaultdict(int)
    for legs in by((row for row in clean.segments() if row["answered_at"]), "agent_id").values():
        events = []
        for leg in legs:
            start = at(leg["answered_at"])
            stop = start + int(leg["talk_seconds"]) + int(leg["hold_seconds"])
            events += [(start, 1, channel[leg["contact_id"]]), (stop, -1, channel[leg["contact_id"]])]
        held = 0
        for _, step, kind in sorted(events, key=lambda event: event[:2]):
            held += step
            most[kind] = max(most[kind], held)
    assert most["voice"] == 1
    assert 2 <= most["chat"] <= 3


def test_agent_states_neither_overlap_nor_leave_gaps_within_a_shift(clean: Any) -> None:
    for rows in by(clean.delivered("agent_states"), "agent_id").values():
        ordered = sorted(rows, key=lambda row: row["started_at"])
        for row in ordered:
            assert row["started_at"] < row["ended_at"]
        for row, following in pairwise(ordered):
            gap = at(following["started_at"]) - at(row["ended_at"])
            assert gap == 0 or gap > 8 * 3600


def test_legs_lie_inside_the_contact_states_of_their_agent(clean: Any) -> None:
    busy = {
        agent: [(at(row["started_at"]), at(row["ended_at"])) for row in rows if row["state"] in CONTACT_STATES]
        for agent, rows in by(clean.delivered("agent_states"), "agent_id").items()
    }
    inside = total = 0
    for leg in clean.segments():
        if not leg["answered_at"] or leg["_day"] == "2024-11-05":
            continue  # states still going on at the last midnight are not delivered yet
        start = at(leg["answered_at"])
        stop = start + int(leg["talk_seconds"]) + int(leg["hold_seconds"]) + int(leg["acw_seconds"])
        total += stop - start
        inside += sum(max(0, min(stop, until) - max(start, since)) for since, until in busy[leg["agent_id"]])
    assert inside / total > 0.999


def test_answers_follow_invitations_and_invitations_follow_the_contact(clean: Any) -> None:
    ended = {row["contact_id"]: row["ended_at"] for row in clean.contacts()}
    invitations = {row["invitation_id"]: row for row in clean.delivered("survey_invitations")}
    assert all(not row["contact_id"] or row["sent_at"] >= ended[row["contact_id"]] for row in invitations.values())
    assert all(row["contact_id"] or row["ticket_id"] or row["customer_id"] for row in invitations.values())
    responses = clean.delivered("survey_responses")
    for row in responses:
        assert row["responded_at"] >= invitations[row["invitation_id"]]["sent_at"]
        assert invitations[row["invitation_id"]]["delivery_status"] == "delivered"
    assert len(responses) > len(by(responses, "invitation_id")), "no one answered twice"


def test_scores_lie_on_their_scale_and_nps_runs_from_zero_to_ten(clean: Any) -> None:
    for row in clean.delivered("survey_answers"):
        if row["question_code"] == "VERBATIM":
            assert row["answer_text"]
            assert not row["score"]
        else:
            assert float(row["scale_min"]) <= float(row["score"]) <= float(row["scale_max"])
        if row["question_code"] == "NPS":
            assert (row["scale_min"], row["scale_max"]) == ("0", "10")


def test_the_status_of_a_ticket_is_what_its_events_say(clean: Any) -> None:
    events = by(clean.delivered("ticket_events"), "ticket_id")
    tickets = clean.latest("tickets", "ticket_id")
    assert {row["status"] for row in tickets} == {"new", "open", "pending", "solved", "closed"}
    for ticket in tickets:
        changes = [row for row in events[ticket["ticket_id"]] if row["event_type"] == "status_changed"]
        assert ticket["status"] == (changes[-1]["to_value"] if changes else "new")
        for change, following in pairwise(changes):
            assert change["to_value"] == following["from_value"]
        assert all(row["event_at"] >= ticket["created_at"] for row in events[ticket["ticket_id"]])


def test_the_contact_of_an_order_is_with_the_same_customer(clean: Any) -> None:
    customer = {row["contact_id"]: row["customer_id"] for row in clean.contacts()}
    orders = [row for row in clean.latest("orders", "order_id") if row["contact_id"]]
    assert orders
    assert all(customer[row["contact_id"]] == row["customer_id"] for row in orders)
    assert all(bool(row["cancelled_at"]) == (row["status"] == "cancelled") for row in clean.delivered("orders"))


def test_the_ledger_covers_every_closed_day_once_and_reverses_one_entry(clean: Any) -> None:
    ledger = clean.delivered("cost_ledger")
    periods = sorted({(r["period_start"], r["period_end"]) for r in ledger if r["cost_category"] == "labour"})
    assert periods == [("2024-10-21", "2024-10-27"), ("2024-10-28", "2024-10-31"), ("2024-11-01", "2024-11-03")]
    assert all(r["period_end"] <= r["_day"] for r in ledger)
    (reversal,) = [row for row in ledger if row["amount"].startswith("-")]
    original = [row for row in ledger if row["amount"] == reversal["amount"][1:]]
    assert len(original) == 1
    assert original[0]["_day"] < reversal["_day"]
    assert {row["rate_date"] for row in clean.delivered("fx_rates")} >= {date(2024, 10, 21).isoformat(), "2024-11-05"}
