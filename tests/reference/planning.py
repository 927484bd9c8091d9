"""Staffing and forecast: KPIs 53 to 55, 59 and 60, per interval, and system availability, KPI 76."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

from tests.reference.center import Center
from tests.reference.records import day, flag, instant, number, seconds
from tests.reference.spans import Span, length, merged, overlap
from tests.reference.sums import Definition, Fact
from tests.reference.telephony import offered
from tests.reference.workforce import ON_QUEUE, current_schedules

DEFINITIONS = [
    Definition("schedule_efficiency", "default", "required_fte - over_fte - under_fte", "required_fte", 100),
    Definition("overstaffing_rate", "default", "over_fte", "required_fte", 100),
    Definition("understaffing_rate", "default", "under_fte", "required_fte", 100),
    Definition("understaffing_rate", "actual_staff_basis", "under_actual_fte", "required_fte", 100),
    Definition("staffing_vs_requirement_rate", "default", "staffed_seconds", "required_fte_seconds", 100),
    Definition("forecast_accuracy", "default", "actual_contacts - abs_error_contacts", "actual_contacts", 100),
    Definition("forecast_accuracy", "day_total_net", "actual_contacts - abs_error_day", "actual_contacts", 100),
    Definition("forecast_accuracy", "bias", "forecast_contacts - actual_contacts", "actual_contacts", 100),
    Definition("forecast_accuracy", "mape", "percent_error", "intervals_with_contacts", 100),
    Definition("system_availability", "default", "service_seconds - down_seconds", "service_seconds", 100),
    Definition("system_availability", "incl_planned", "service_seconds - down_or_planned", "service_seconds", 100),
]


def facts(center: Center) -> Iterator[Fact]:
    """Yield the facts of all subjects of this module."""
    yield from staffing_facts(center)
    yield from forecast_facts(center)
    yield from system_facts(center)


def staffing_facts(center: Center) -> Iterator[Fact]:
    """Yield one fact per site and interval with a requirement: required, scheduled and actual FTE."""
    scheduled: dict[str, list[Span]] = defaultdict(list)
    actual: dict[str, list[Span]] = defaultdict(list)
    for row in current_schedules(center):
        if row["activity"] == "on_queue":
            scheduled[row["agent_id"]].append((instant(row["start_at"]), instant(row["end_at"])))
    for row in center.rows("agent_states"):
        if row["state"] in ON_QUEUE:
            end = min(instant(row["ended_at"]), center.as_of) if row.get("ended_at") else center.as_of
            actual[row["agent_id"]].append((instant(row["started_at"]), end))

    def staffed(spans: dict[str, list[Span]], interval: Span, on: date, site_id: str) -> Fraction:
        return sum(
            (
                length(overlap(of_agent, [interval]))
                for agent_id, of_agent in spans.items()
                if center.of_agent(agent_id, on).get("site") == site_id
            ),
            Fraction(0),
        )

    for row in center.rows("staff_requirements"):
        start = instant(row["interval_start_at"])
        if start >= center.as_of:
            continue
        span = (start, start + timedelta(minutes=int(row["interval_minutes"])))
        on = center.local_day(start, row["site_id"])
        size = seconds(*span)
        required = number(row["required_fte"])
        planned = staffed(scheduled, span, on, row["site_id"]) / size
        there = staffed(actual, span, on, row["site_id"])
        base = Fraction(size, center.parameters.interval_minutes * 60)
        parts = {
            "required_fte": required * base,
            "over_fte": max(planned - required, Fraction(0)) * base,
            "under_fte": max(required - planned, Fraction(0)) * base,
            "under_actual_fte": max(required - there / size, Fraction(0)) * base,
            "staffed_seconds": there,
            "required_fte_seconds": required * size,
        }
        yield Fact(on, {"site": row["site_id"]}, parts)


def forecast_facts(center: Center) -> Iterator[Fact]:
    """Yield one fact per queue and interval of a day with a baseline forecast, and one per queue and day."""
    actual: Counter[tuple[str, datetime]] = Counter()
    for at, _, scopes, is_short in offered(center):
        if not is_short:
            actual[
                (scopes["queue"], begin(at, center.zone(center.queue(scopes["queue"], at.date()).get("site_id"))))
            ] += 1
    planned: dict[tuple[str, datetime], Fraction] = defaultdict(Fraction)
    forecast_days: set[tuple[str, date]] = set()

    def day_of(queue_id: str, at: datetime) -> date:
        return center.local_day(at, center.queue(queue_id, at.date()).get("site_id"))

    for row in center.rows("forecasts"):
        if not flag(row["is_baseline"]):
            continue
        start = instant(row["interval_start_at"])
        if start < center.as_of:
            planned[(row["queue_id"], start)] += number(row["forecast_contacts"])
            forecast_days.add((row["queue_id"], day_of(row["queue_id"], start)))
    net: dict[tuple[str, date], Fraction] = defaultdict(Fraction)
    for queue_id, start in sorted({*actual, *planned}):
        on = day_of(queue_id, start)
        if (queue_id, on) not in forecast_days:
            continue
        came, expected = Fraction(actual[(queue_id, start)]), planned[(queue_id, start)]
        net[(queue_id, on)] += came - expected
        queue = center.queue(queue_id, on)
        scopes = {"queue": queue_id, "channel": queue["channel"], "site": queue.get("site_id") or ""}
        parts = {
            "actual_contacts": came,
            "forecast_contacts": expected,
            "abs_error_contacts": abs(came - expected),
            "percent_error": abs(came - expected) / came if came else 0,
            "intervals_with_contacts": int(came > 0),
        }
        yield Fact(on, scopes, parts)
    by_day: dict[date, Fraction] = defaultdict(Fraction)
    for (_, on), error in net.items():
        by_day[on] += error
    for on, error in by_day.items():
        yield Fact(on, {}, {"abs_error_day": abs(error)})


def begin(at: datetime, zone: ZoneInfo) -> datetime:
    """Return the start of the local half-hour of an instant."""
    local = at.astimezone(zone)
    return at - timedelta(minutes=local.minute % 30, seconds=local.second)


def system_facts(center: Center) -> Iterator[Fact]:
    """Yield one fact per system and service day: agreed seconds, and those in merged outages."""
    windows: dict[tuple[str, date], list[Span]] = defaultdict(list)
    for row in center.rows("system_service_days"):
        span = instant(row["window_start_at"]), min(instant(row["window_end_at"]), center.as_of)
        windows[(row["system_id"], day(row["service_date"]))].append(span)
    for (system_id, on), spans in windows.items():
        down: dict[bool, list[Span]] = {True: [], False: []}
        for row in center.rows("system_outages"):
            if row["system_id"] == system_id:
                end = instant(row["end_at"]) if row.get("end_at") else center.as_of
                down[flag(row["is_planned"])].append((instant(row["start_at"]), end))
        parts = {
            "service_seconds": length(merged(spans)),
            "down_seconds": length(overlap(spans, down[False])),
            "down_or_planned": length(overlap(spans, down[False] + down[True])),
        }
        yield Fact(on, {"system": system_id}, parts)
