"""Forecasts, required staff and systems: what is published, and what the simulator counts of it."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from simulator.clock import HALF_HOUR
from simulator.staffing import erlang_c, servers_needed
from simulator.world import queue_of, zone_of_queue
from tests.unit.simulator.conftest import FIRST_DAY, seconds

LAST_DAY = FIRST_DAY + timedelta(days=15)


def test_each_open_half_hour_of_a_queue_has_one_locked_forecast_published_before_it(clean: Any) -> None:
    versions: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for row in clean.delivered("forecasts"):
        versions[row["queue_id"], row["interval_start_at"]][row["is_baseline"]] += 1
        assert row["interval_minutes"] == "30"
        assert seconds(row["interval_start_at"]) % HALF_HOUR == 0
        assert row["_day"] <= row["interval_start_at"][:10] or row["_day"] == FIRST_DAY.isoformat()
    assert {found["true"] for found in versions.values()} == {1}
    assert any(found["false"] for found in versions.values())
    hours = {
        row["queue_id"]: [(r["open_at"], r["close_at"]) for r in clean.delivered("operating_hours")
                          if r["queue_id"] == row["queue_id"]]
        for row in clean.delivered("queues") if row["channel"] != "email"
    }  # fmt: skip
    for queue, windows in hours.items():
        slots = sum((seconds(close) - seconds(opens)) // HALF_HOUR for opens, close in windows)
        assert sum(q == queue and start < windows[-1][1] for q, start in versions) == slots


def test_the_error_of_the_locked_forecast_is_that_of_the_files(clean: Any) -> None:
    forecast = {
        (row["queue_id"], row["interval_start_at"]): round(float(row["forecast_contacts"]) * 100)
        for row in clean.delivered("forecasts")
        if row["is_baseline"] == "true"
    }
    real = {
        row["contact_id"] for row in clean.contacts() if row["is_test"] == "false" and row["direction"] == "inbound"
    }
    actual: Counter[tuple[str, str]] = Counter()
    for leg in clean.segments():
        if leg["contact_id"] in real and leg["segment_seq"] == "1" and leg["leg_type"] == "queue":
            waited = seconds(leg["dequeued_at"]) - seconds(leg["queued_at"])
            if leg["queue_outcome"] != "abandoned" or waited >= queue_of(leg["queue_id"]).short_abandon:
                at = seconds(leg["queued_at"])
                began = datetime.fromtimestamp(at - at % HALF_HOUR, ZoneInfo("UTC"))
                actual[leg["queue_id"], f"{began:%Y-%m-%dT%H:%M:%SZ}"] += 1
    found: Counter[str] = Counter()
    for queue, start in forecast.keys() | actual.keys():
        day = datetime.fromtimestamp(seconds(start), ZoneInfo(zone_of_queue(queue))).date()
        if day <= LAST_DAY:
            difference = abs(actual[queue, start] * 100 - forecast.get((queue, start), 0))
            found[day.isoformat()] += difference
    assert dict(found) == clean.summary.daily["forecast_error_hundredths"]
    assert clean.summary.truth["forecast_actual"] == sum(actual.values())
    assert clean.summary.truth["forecast_error_hundredths"] / 100 < sum(actual.values())


def test_over_and_under_staffing_are_the_gaps_between_required_and_scheduled(clean: Any) -> None:
    truth = clean.summary.daily
    required: Counter[str] = Counter()
    zones = {row["site_id"]: ZoneInfo(row["timezone"]) for row in clean.delivered("sites")}
    rows = clean.delivered("staff_requirements")
    assert len(rows) == len({(row["site_id"], row["interval_start_at"]) for row in rows})
    for row in rows:
        day = datetime.fromtimestamp(seconds(row["interval_start_at"]), zones[row["site_id"]]).date()
        if day <= LAST_DAY:
            required[day.isoformat()] += round(float(row["required_fte"]) * HALF_HOUR)
    assert dict(required) == truth["required_fte_seconds"]
    for day, planned in truth["scheduled_on_queue_seconds"].items():
        if day in truth["over_fte_seconds"]:
            gap = truth["over_fte_seconds"][day] - truth["under_fte_seconds"][day]
            assert gap == planned - required[day]


def test_servers_needed_are_the_fewest_that_reach_the_target() -> None:
    """100 calls in half an hour of 3 minutes each: 10 erlangs, 14 agents for 80 % in 20 s by the published tables."""
    assert servers_needed(100 / 1_800, 180.0, 20.0) == 14
    assert 0.17 < erlang_c(14, 10.0) < 0.18


def test_every_system_has_service_hours_every_day_and_outages_overlap_or_are_planned(clean: Any) -> None:
    days = clean.delivered("system_service_days")
    assert len(days) == 4 * 16
    outages = clean.latest("system_outages", "outage_id")
    assert {row["is_planned"] for row in outages} == {"true", "false"}
    assert any(not row["end_at"] for row in clean.delivered("system_outages")), "none was delivered while it lasted"
    overlapping = [
        (first["outage_id"], second["outage_id"])
        for first in outages for second in outages
        if first["system_id"] == second["system_id"] and first["start_at"] < second["start_at"] < first["end_at"]
    ]  # fmt: skip
    assert overlapping
    down: dict[tuple[str, str], set[int]] = defaultdict(set)
    for row in outages:
        if row["is_planned"] == "false":
            for day in days:
                if day["system_id"] == row["system_id"]:
                    start = max(seconds(row["start_at"]), seconds(day["window_start_at"]))
                    end = min(seconds(row["end_at"]), seconds(day["window_end_at"]))
                    down[row["system_id"], day["service_date"]].update(range(start, end))
    found: Counter[str] = Counter()
    for (_, day), marked in down.items():
        found[day] += len(marked)
    assert {day: count for day, count in clean.summary.daily["down_seconds"].items() if count} == +found
    assert date.fromisoformat(min(found)) >= FIRST_DAY
