"""Plan and reality of work: schedules, states, exceptions, absences and paid time agree, and so do their counts."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from simulator.clock import midnight
from tests.unit.simulator.conftest import FIRST_DAY, Record, seconds

ZONES = {"BER": "Europe/Berlin", "NYC": "America/New_York"}
ON_QUEUE = {"available", "ringing", "on_contact", "acw", "consult"}
BASE = midnight("Europe/Berlin", FIRST_DAY) - 86_400
COMPLETE = [FIRST_DAY + timedelta(days=number) for number in range(15)]
"""All simulated days but the last: on that one shifts are still going on."""


def bits(rows: list[Record], start: str = "start_at", end: str = "end_at") -> int:
    """Seconds of rows as the bits of one number, so that overlaps are ``&`` and counts are ``bit_count``."""
    found = 0
    for row in rows:
        since, until = seconds(row[start]) - BASE, seconds(row[end]) - BASE
        found |= ((1 << (until - since)) - 1) << since
    return found


def in_force(rows: list[Record]) -> list[Record]:
    """Of one agent's activities those not replaced by a later version of the same local day."""
    newest: dict[str, str] = {}
    for row in rows:
        newest[row["_local"]] = max(newest.get(row["_local"], ""), row["version_published_at"])
    return [row for row in rows if row["version_published_at"] == newest[row["_local"]]]


@dataclass
class Work:
    """Everything about one agent, as delivered last."""

    zone: str
    scheduled: list[Record] = field(default_factory=list)
    states: list[Record] = field(default_factory=list)
    exceptions: list[Record] = field(default_factory=list)
    absences: list[Record] = field(default_factory=list)


@pytest.fixture(scope="module")
def work(clean: Any) -> dict[str, Work]:
    found = {row["agent_id"]: Work(ZONES[row["site_id"]]) for row in clean.delivered("agents")}
    for row in clean.delivered("schedules"):
        zone = ZoneInfo(found[row["agent_id"]].zone)
        local = datetime.fromtimestamp(seconds(row["start_at"]), zone).date()
        found[row["agent_id"]].scheduled.append(row | {"_local": local.isoformat()})
    for agent in found.values():
        agent.scheduled = in_force(agent.scheduled)
    for row in clean.delivered("agent_states"):
        found[row["agent_id"]].states.append(row)
    for row in clean.delivered("adherence_exceptions"):
        found[row["agent_id"]].exceptions.append(row)
    for row in clean.latest("absences", "absence_id"):
        found[row["agent_id"]].absences.append(row)
    return found


def recount(work: dict[str, Work]) -> dict[str, Counter[str]]:
    """Count every local day again from the files alone."""
    count: dict[str, Counter[str]] = defaultdict(Counter)
    for agent in work.values():
        kinds: dict[str, list[Record]] = defaultdict(list)
        for row in agent.scheduled:
            kinds[row["activity"]].append(row)
        states: dict[str, list[Record]] = defaultdict(list)
        for row in agent.states:
            states["on_queue" if row["state"] in ON_QUEUE else row["state"]].append(row)
        on_queue = bits(states["on_queue"], "started_at", "ended_at")
        planned = bits([row for row in agent.scheduled if row["counts_for_adherence"] == "true"])
        paid = bits([row for row in agent.scheduled if row["is_paid"] == "true"])
        adherent = 0
        for kind, rows in kinds.items():
            adherent |= bits(rows) & bits(states[kind], "started_at", "ended_at")
        excused = bits([row for row in agent.exceptions if row["is_excused"] == "true"]) & planned
        unplanned = [row for row in agent.absences if row["is_planned"] == "false"]
        unapproved = [row for row in unplanned if row["approval_status"] == "unapproved"]
        found = {
            "scheduled_paid_seconds": paid,
            "scheduled_on_queue_seconds": bits(kinds["on_queue"]),
            "scheduled_adherence_seconds": planned,
            "planned_leave_seconds": bits([row for row in agent.absences if row["is_planned"] == "true"]) & paid,
            "on_queue_seconds": on_queue,
            "adherent_strict_seconds": adherent,
            "adherent_seconds": adherent | excused,
            "shrinkage_seconds": paid & ~on_queue,
            "absence_unplanned_seconds": bits(unplanned) & paid,
            "absence_unapproved_seconds": bits(unapproved) & paid,
        }
        for day in COMPLETE:
            start, end = (midnight(agent.zone, day + timedelta(days=n)) - BASE for n in (0, 1))
            whole = ((1 << (end - start)) - 1) << start
            for name, value in found.items():
                count[name][day.isoformat()] += (value & whole).bit_count()
    return count


def test_every_day_counts_what_its_schedules_states_exceptions_and_absences_say(
    clean: Any, work: dict[str, Work]
) -> None:
    for name, days in recount(work).items():
        expected = {day: clean.summary.daily[name].get(day, 0) for day in days}
        assert days == expected, name
        assert sum(days.values()) > 0, name


def test_activities_of_one_agent_and_version_do_not_overlap_and_fill_the_shift(work: dict[str, Work]) -> None:
    for agent in work.values():
        ordered = sorted(agent.scheduled, key=lambda row: row["start_at"])
        for row, following in pairwise(ordered):
            assert row["start_at"] < row["end_at"] <= following["start_at"]
            gap = seconds(following["start_at"]) - seconds(row["end_at"])
            assert gap == 0 or gap >= 8 * 3600


def test_some_shifts_are_published_again_before_they_begin_with_other_breaks(clean: Any) -> None:
    rows = clean.delivered("schedules")
    versions: dict[tuple[str, str], set[str]] = defaultdict(set)
    for row in rows:
        versions[row["agent_id"], row["start_at"][:10]].add(row["version_published_at"])
        assert row["version_published_at"] < row["start_at"] or row["_day"] == FIRST_DAY.isoformat()
    assert 0 < sum(len(found) > 1 for found in versions.values()) < len(versions) / 10
    assert {row["activity"] for row in rows} >= {"on_queue", "break", "meal", "training", "meeting", "leave"}
    assert {row["is_paid"] for row in rows if row["activity"] == "meal"} == {"false"}


def test_an_absence_meets_a_shift_and_no_absence_of_an_agent_meets_another(work: dict[str, Work]) -> None:
    kinds: Counter[str] = Counter()
    for agent in work.values():
        scheduled = bits(agent.scheduled)
        seen = 0
        for row in agent.absences:
            kinds[row["absence_type"]] += 1
            span = bits([row])
            assert row["start_at"] < row["end_at"]
            assert not span & seen
            seen |= span
            if row["end_at"] < "2024-11-05":
                assert span & scheduled
    assert set(kinds) == {"sick", "vacation", "no_show", "family"}


def test_nobody_is_logged_in_while_sick_and_late_ones_log_in_when_their_exception_ends(work: dict[str, Work]) -> None:
    late = 0
    for agent in work.values():
        away = bits([row for row in agent.absences if row["absence_type"] in ("sick", "no_show", "vacation")])
        assert not away & bits(agent.states, "started_at", "ended_at")
        logins = {row["started_at"] for row in agent.states}
        for row in agent.exceptions:
            if row["exception_type"] == "late" and row["_day"] < "2024-11-05":
                late += 1
                assert row["end_at"] in logins
    assert late > 3


def test_nobody_works_into_the_night_of_a_day_off(work: dict[str, Work]) -> None:
    for agent in work.values():
        off = bits([row for row in agent.absences if row["is_planned"] == "true"])
        assert not off & bits([row for row in agent.scheduled if row["activity"] != "leave"])


def test_excused_exceptions_name_a_state_the_agent_was_in(work: dict[str, Work]) -> None:
    states = {"system_outage": "system_down", "approved_offline": "offline_work"}
    for agent in work.values():
        for row in agent.exceptions:
            if row["exception_type"] in states:
                (state,) = [one for one in agent.states if one["started_at"] == row["start_at"]]
                assert (state["state"], state["ended_at"]) == (states[row["exception_type"]], row["end_at"])


def test_paid_time_is_one_row_per_agent_and_day_and_none_for_a_no_show(clean: Any, work: dict[str, Work]) -> None:
    rows = clean.latest("paid_time", "agent_id", "work_date")
    assert len(rows) == len({(row["agent_id"], row["work_date"]) for row in clean.delivered("paid_time")})
    by_day: Counter[str] = Counter()
    for row in rows:
        by_day[row["work_date"]] += int(row["paid_seconds"])
    assert {day: count for day, count in clean.summary.daily["paid_seconds"].items() if count} == dict(by_day)
    paid = {(row["agent_id"], row["work_date"]): int(row["paid_seconds"]) for row in rows}
    for agent_id, agent in work.items():
        for row in agent.absences:
            if row["absence_type"] == "no_show" and row["end_at"] < "2024-11-05":
                day = next(r["_local"] for r in agent.scheduled if r["start_at"] == row["start_at"])
                assert paid[agent_id, day] == 0


def test_nobody_works_more_than_is_paid_on_a_date_that_is_over(clean: Any, work: dict[str, Work]) -> None:
    paid = {
        (row["agent_id"], row["work_date"]): int(row["paid_seconds"])
        for row in clean.latest("paid_time", "agent_id", "work_date")
    }
    worked: Counter[tuple[str, str]] = Counter()
    for agent_id, agent in work.items():
        logged_in = bits([row for row in agent.states if row["state"] != "meal"], "started_at", "ended_at")
        for day in COMPLETE:
            start, end = (midnight(agent.zone, day + timedelta(days=n)) - BASE for n in (0, 1))
            worked[agent_id, day.isoformat()] = (logged_in >> start & ((1 << (end - start)) - 1)).bit_count()
    assert [key for key, seconds in worked.items() if seconds > paid.get(key, 0)] == []
    assert len({row["_day"] for row in clean.delivered("paid_time")}) == 16
