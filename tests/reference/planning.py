"""Staffing and forecast: KPIs 53 to 55, 59 and 60, per interval, and system availability, KPI 76."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from fractions import Fraction

from tests.reference.center import Center
from tests.reference.demand import offered
from tests.reference.handling import handle
from tests.reference.records import Row, day, flag, instant, number, seconds
from tests.reference.spans import Span, length, merged, overlap, without
from tests.reference.sums import PERIODS, Definition, Fact, IntervalFact, Parts, PeriodFact, period_start, scope_keys
from tests.reference.workforce import ON_QUEUE, agent_days

DEFINITIONS = [
    Definition("schedule_efficiency", "default", "required_fte - over_fte - under_fte", "required_fte", 100),
    Definition(
        "schedule_efficiency", "intervals_within_tolerance", "staffing_intervals_met", "staffing_intervals", 100
    ),
    Definition("overstaffing_rate", "default", "over_fte", "required_fte", 100),
    Definition("understaffing_rate", "default", "under_fte", "required_fte", 100),
    Definition("understaffing_rate", "actual_staff_basis", "under_actual_fte", "required_fte_present", 100),
    Definition("staffing_vs_requirement_rate", "default", "staffed_seconds", "required_fte_seconds", 100),
    Definition("staffing_vs_requirement_rate", "headcount_basis", "staffed_agents", "required_fte_present", 100),
    Definition(
        "forecast_accuracy", "aht_accuracy", "forecast_handle_seconds - handle_error", "forecast_handle_seconds", 100
    ),
    Definition("forecast_accuracy", "default", "actual_contacts - abs_error_contacts", "actual_contacts", 100),
    Definition("forecast_accuracy", "day_total_net", "day_contacts - day_error", "day_contacts", 100),
    Definition("forecast_accuracy", "bias", "forecast_contacts - actual_contacts", "actual_contacts", 100),
    Definition("forecast_accuracy", "mape", "percent_error", "intervals_with_contacts", 100),
    Definition("system_availability", "default", "service_seconds - down_seconds", "service_seconds", 100),
    Definition(
        "system_availability", "degraded_half", "service_seconds - down_seconds - half_degraded", "service_seconds", 100
    ),
    Definition("system_availability", "incl_planned", "service_seconds - down_or_planned", "service_seconds", 100),
]


@dataclass
class Forecast:
    """Contacts forecast for an interval, cut or joined from others, and handle times with their weights."""

    contacts: Fraction = Fraction(0)
    handle_times: list[tuple[Fraction, Fraction]] = field(default_factory=list)

    def add(self, row: Row, share: Fraction) -> None:
        """Add a share of a delivered forecast."""
        contacts = number(row["forecast_contacts"]) * share
        self.contacts += contacts
        if row.get("forecast_aht_seconds"):
            self.handle_times.append((contacts, number(row["forecast_aht_seconds"])))

    @property
    def handle_time(self) -> Fraction | None:
        """The mean handle time, weighted by contacts; the longest where none are expected."""
        weight = sum((contacts for contacts, _ in self.handle_times), Fraction(0))
        if not weight:
            return max((seconds for _, seconds in self.handle_times), default=None)
        return sum((contacts * seconds for contacts, seconds in self.handle_times), Fraction(0)) / weight


def facts(center: Center) -> Iterator[Fact | PeriodFact | IntervalFact]:
    """Yield the facts of all subjects of this module."""
    yield from staffing_facts(center)
    yield from forecast_facts(center)
    yield from system_facts(center)


def staffing_facts(center: Center) -> Iterator[Fact | IntervalFact]:
    """Yield one fact per site and complete interval with a requirement: required, scheduled and actual FTE.

    What is required for other intervals is cut or joined to those of the parameters; requirements of a site add up.
    A schedule, or states, that are silent for a whole site and day are missing, not zero.
    """
    scheduled: dict[tuple[str, date], dict[str, list[Span]]] = defaultdict(lambda: defaultdict(list))
    actual: dict[tuple[str, date], dict[str, list[Span]]] = defaultdict(lambda: defaultdict(list))
    for (agent_id, on), of_day in agent_days(center).items():
        site_id = center.of_agent(agent_id, on)["site"]
        if of_day.activities:
            scheduled[(site_id, on)][agent_id] += of_day.activities.get("on_queue", [])
        if of_day.logged_in():
            actual[(site_id, on)][agent_id] += of_day.in_states(ON_QUEUE)
    required_at: dict[tuple[str, Span], Fraction] = defaultdict(Fraction)
    for row in center.rows("staff_requirements"):
        start = instant(row["interval_start_at"])
        span = (start, start + timedelta(minutes=int(row["interval_minutes"])))
        for interval in center.intervals(span, row["site_id"]):
            share = length(overlap([span], [interval])) / seconds(*interval)
            required_at[(row["site_id"], interval)] += number(row["required_fte"]) * share
    for (site_id, interval), required in required_at.items():
        if interval[1] > center.as_of:
            continue
        on = center.local_day(interval[0], site_id)
        size = seconds(*interval)
        parts: Parts = {}
        if (site_id, on) in scheduled:
            planned = sum(
                (length(overlap(spans, [interval])) for spans in scheduled[(site_id, on)].values()), Fraction(0)
            )
            gap = planned / size - required
            parts |= {
                "required_fte": required,
                "over_fte": max(gap, Fraction(0)),
                "under_fte": max(-gap, Fraction(0)),
                "staffing_intervals": 1,
                "staffing_intervals_met": int(abs(gap) <= required * center.parameters.staffing_tolerance_pct / 100),
            }
        if (site_id, on) in actual:
            there = [length(overlap(spans, [interval])) for spans in actual[(site_id, on)].values()]
            parts |= {
                "required_fte_present": required,
                "under_actual_fte": max(required - sum(there, Fraction(0)) / size, Fraction(0)),
                "staffed_seconds": sum(there, Fraction(0)),
                "staffed_agents": sum(spent > 0 for spent in there),
                "required_fte_seconds": required * size,
            }
        yield Fact(on, {"site": site_id}, parts)
        yield center.interval_fact("staffing", interval[0], site_id, {"site": site_id}, parts)


def forecast_facts(center: Center) -> Iterator[Fact | PeriodFact | IntervalFact]:
    """Yield one fact per queue and complete interval of a day with a baseline forecast and any contact at all."""
    actual: Counter[tuple[str, datetime]] = Counter()
    handled: dict[tuple[str, datetime], tuple[int, Fraction]] = defaultdict(lambda: (0, Fraction(0)))
    contact_days: set[date] = set()

    def site_of(queue_id: str, at: datetime) -> str | None:
        return center.queue(queue_id, at.date()).get("site_id")

    for contact_id in center.contacts:
        for leg in center.legs.get(contact_id, []):
            contact_days.add(center.leg_day(leg))
        for leg in center.inbound_handling_legs(contact_id):
            if center.is_handled(contact_id) and leg.get("queue_id"):
                at = center.leg_start(leg)
                key = (leg["queue_id"], center.interval(at, site_of(leg["queue_id"], at)))
                handled[key] = (handled[key][0] + int(bool(leg["talk_seconds"])), handled[key][1] + handle(leg))
    for first, _, scopes, is_short in offered(center):
        if not is_short:
            at = instant(first["queued_at"])
            actual[(scopes["queue"], center.interval(at, site_of(scopes["queue"], at)))] += 1
    versions: dict[tuple[str, datetime], Row] = {}
    for row in sorted(center.rows("forecasts"), key=lambda row: row["forecast_version"]):
        if flag(row["is_baseline"]) and instant(row["interval_start_at"]) < center.as_of:
            versions[(row["queue_id"], instant(row["interval_start_at"]))] = row
    planned: dict[tuple[str, datetime], Forecast] = defaultdict(Forecast)
    forecast_days: set[tuple[str, date]] = set()
    for (queue_id, start), row in versions.items():
        span = start, start + timedelta(minutes=int(row["interval_minutes"]))
        for interval in center.intervals(span, site_of(queue_id, start)):
            share = length(overlap([span], [interval])) / seconds(*span)
            planned[(queue_id, interval[0])].add(row, share)
            forecast_days.add((queue_id, center.local_day(interval[0], site_of(queue_id, interval[0]))))
    net: dict[tuple[date, str, str | None], tuple[int, Fraction]] = defaultdict(lambda: (0, Fraction(0)))
    for queue_id, start in sorted({*actual, *planned, *handled}):
        site_id = site_of(queue_id, start)
        on = center.local_day(start, site_id)
        is_over = start + timedelta(minutes=center.parameters.interval_minutes) <= center.as_of
        if (queue_id, on) not in forecast_days or on not in contact_days or not is_over:
            continue
        queue = center.queue(queue_id, on)
        scopes = {"queue": queue_id, "channel": queue["channel"], "site": queue.get("site_id") or ""}
        forecast = planned.get((queue_id, start))
        came, expected = actual[(queue_id, start)], forecast.contacts if forecast else Fraction(0)
        parts: Parts = {
            "actual_contacts": came,
            "forecast_contacts": expected,
            "abs_error_contacts": abs(came - expected),
            "percent_error": abs(came - expected) / came if came else 0,
            "intervals_with_contacts": int(came > 0),
        }
        if forecast and forecast.handle_time is not None:
            legs, spent = handled[(queue_id, start)]
            parts["forecast_handle_seconds"] = spent
            parts["handle_error"] = abs(forecast.handle_time * legs - spent)
        yield Fact(on, scopes, parts)
        yield center.interval_fact("forecast", start, site_id, scopes, parts)
        for scope in scope_keys(scopes):
            known = net[(on, *scope)]
            net[(on, *scope)] = (known[0] + came, known[1] + expected)
    for (on, scope_type, scope_id), (came, expected) in net.items():
        parts = {"day_contacts": came, "day_error": abs(came - expected)}
        for period_type in PERIODS:
            yield PeriodFact(period_type, period_start(period_type, on), (scope_type, scope_id), parts)


def system_facts(center: Center) -> Iterator[Fact]:
    """Yield one fact per system and service day: agreed seconds, and those in merged outages."""
    windows: dict[tuple[str, date], list[Span]] = defaultdict(list)
    for row in center.rows("system_service_days"):
        span = instant(row["window_start_at"]), min(instant(row["window_end_at"]), center.as_of)
        windows[(row["system_id"], day(row["service_date"]))].append(span)
    for (system_id, on), spans in windows.items():
        down: dict[str, list[Span]] = {"down": [], "planned": [], "degraded": []}
        for row in center.rows("system_outages"):
            if row["system_id"] == system_id:
                end = instant(row["end_at"]) if row.get("end_at") else center.as_of
                kind = "planned" if flag(row["is_planned"]) else "degraded" if flag(row.get("is_degraded")) else "down"
                down[kind].append((instant(row["start_at"]), end))
        worse = down["down"] + down["planned"]
        parts: Parts = {
            "service_seconds": length(merged(spans)),
            "down_seconds": length(overlap(spans, down["down"])),
            "down_or_planned": length(overlap(spans, worse)),
            "half_degraded": length(without(overlap(spans, down["degraded"]), worse)) / 2,
        }
        yield Fact(on, {"system": system_id}, parts)
