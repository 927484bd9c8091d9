"""Menus and bots before contacts, sessions that need no agent, trunks, and the days on which lines are closed."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any

import pytest

from simulator.clock import HALF_HOUR
from simulator.holidays import easter, is_holiday
from simulator.self_service import erlang_b
from tests.unit.simulator.conftest import seconds


def test_every_call_but_a_rare_one_at_midnight_begins_in_the_menu_and_leaves_it_for_the_line(clean: Any) -> None:
    sessions = {row["contact_id"]: row for row in clean.delivered("self_service_sessions") if row["contact_id"]}
    queued = {row["contact_id"]: row["queued_at"] for row in clean.segments() if row["segment_seq"] == "1"}
    calls = [row for row in clean.contacts() if row["channel"] == "voice" and row["direction"] == "inbound"]
    assert sum(row["contact_id"] not in sessions for row in calls) < len(calls) / 200
    for contact in clean.contacts():
        session = sessions.get(contact["contact_id"])
        if session is not None:
            assert (session["started_at"], session["ended_at"]) == (
                contact["started_at"],
                queued[contact["contact_id"]],
            )
            assert session["customer_id"] == contact["customer_id"]
            assert session["session_type"] == ("ivr" if contact["channel"] == "voice" else "bot")


def test_a_session_belongs_to_a_contact_exactly_when_it_asked_for_an_agent(clean: Any) -> None:
    rows = clean.delivered("self_service_sessions")
    assert {row["exit_type"] for row in rows} == {
        "agent_transfer", "completed", "customer_hangup", "timeout", "error"
    }  # fmt: skip
    for row in rows:
        asked = row["exit_type"] == "agent_transfer"
        assert asked == bool(row["contact_id"]) == (row["agent_requested"] == "true")
        assert (row["goal_completed"] == "true") == (row["exit_type"] == "completed")
        assert row["started_at"] <= row["ended_at"]


def test_sessions_and_trunks_are_counted_as_in_the_files(clean: Any) -> None:
    test_contacts = {row["contact_id"] for row in clean.contacts() if row["is_test"] == "true"}
    rows = [r for r in clean.delivered("self_service_sessions") if r["contact_id"] not in test_contacts]
    trunks = clean.delivered("trunk_intervals")
    assert {name: clean.summary.truth[name] for name in ("sessions_started", "sessions_no_agent", "sessions_contained",
                                                         "trunk_connected", "trunk_blocked")} == {
        "sessions_started": len(rows),
        "sessions_no_agent": sum(row["agent_requested"] == "false" for row in rows),
        "sessions_contained": sum((row["goal_completed"], row["agent_requested"]) == ("true", "false") for row in rows),
        "trunk_connected": sum(int(row["connected_attempts"]) for row in trunks),
        "trunk_blocked": sum(int(row["blocked_attempts"]) for row in trunks),
    }  # fmt: skip


def test_trunks_carry_every_call_in_the_half_hour_in_which_it_began(clean: Any) -> None:
    began: Counter[tuple[str, int]] = Counter()
    for row in clean.contacts():
        if row["channel"] == "voice" and row["direction"] == "inbound":
            began[row["site_id"], seconds(row["started_at"]) // HALF_HOUR] += 1
    carried = {
        (row["trunk_group_id"][3:], seconds(row["interval_start_at"]) // HALF_HOUR): int(row["connected_attempts"])
        for row in clean.delivered("trunk_intervals")
    }
    assert len(carried) == len(clean.delivered("trunk_intervals"))
    assert [key for key, count in began.items() if key in carried and carried[key] < count] == []


def test_too_few_trunks_block_calls(run: Any) -> None:
    rows = run(days=3, contacts_per_day=900).delivered("trunk_intervals")
    blocked = [row for row in rows if row["blocked_attempts"] != "0"]
    assert blocked
    assert all(0 < int(row["all_trunks_busy_seconds"]) <= HALF_HOUR for row in blocked)


def test_erlang_b_agrees_with_a_printed_table() -> None:
    """10 trunks lose 1 % of 4.46 erlangs; 50 trunks lose 1 % of 37.9."""
    assert erlang_b(10, 4.46) == pytest.approx(0.01, abs=2e-4)
    assert erlang_b(50, 37.9) == pytest.approx(0.01, abs=2e-4)


def test_holidays_are_those_of_the_calendar() -> None:
    assert [easter(year) for year in (2024, 2025, 2038)] == [date(2024, 3, 31), date(2025, 4, 20), date(2038, 4, 25)]
    assert is_holiday("DE", date(2025, 5, 29))
    assert is_holiday("DE", date(2024, 10, 3))
    assert is_holiday("US", date(2024, 11, 28))
    assert is_holiday("US", date(2025, 5, 26))
    assert not is_holiday("US", date(2024, 10, 3))


def test_on_a_holiday_only_the_emergency_line_of_that_country_is_open(run: Any) -> None:
    extracts = run(days=5, start_date=date(2024, 10, 1))
    queues = {row["queue_id"] for row in extracts.delivered("operating_hours") if row["local_date"] == "2024-10-03"}
    assert queues == {"BER-EMG", "NYC-SUP", "NYC-SAL", "NYC-CHT", "NYC-EML"}
    first = [row for row in extracts.segments() if row["leg_type"] == "queue" and row["segment_seq"] == "1"]
    joined = {row["queue_id"] for row in first if "2024-10-03T06" <= row["queued_at"] < "2024-10-03T20"}
    assert joined == {"BER-EMG", "NYC-SUP", "NYC-SAL", "NYC-CHT"}


def test_customers_join_a_line_while_it_is_open(clean: Any) -> None:
    windows: dict[str, list[tuple[str, str]]] = {}
    for row in clean.delivered("operating_hours"):
        windows.setdefault(row["queue_id"], []).append((row["open_at"], row["close_at"]))
    for leg in clean.segments():
        if leg["leg_type"] == "queue" and leg["segment_seq"] == "1":
            assert any(opens <= leg["queued_at"] <= closes for opens, closes in windows[leg["queue_id"]])
