"""Demand by the clock: contacts offered, busiest intervals, middle waits and open hours of every period and scope."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date
from fractions import Fraction

from tests.reference.center import Center
from tests.reference.records import Row, instant, seconds
from tests.reference.spans import Span, length, merged
from tests.reference.sums import PERIODS, IntervalFact, Parts, PeriodFact, period_start, scope_keys


def offered(center: Center) -> Iterator[tuple[Row, date, dict[str, str], bool]]:
    """Yield the first queue entry of every inbound contact, with its business date, scopes and shortness."""
    for contact_id, contact in center.contacts.items():
        entries = [leg for leg in center.legs.get(contact_id, []) if leg["leg_type"] == "queue"]
        if contact["direction"] == "inbound" and entries:
            first = entries[0]
            scopes = {"site": contact["site_id"], "channel": contact["channel"], "queue": first["queue_id"]}
            yield first, center.leg_day(first), scopes, center.is_short(first)


def peaks(center: Center) -> Iterator[PeriodFact]:
    """Yield the busiest interval, and the busiest hour that begins with one, of every period and scope.

    Intervals that several sites' clocks call the same are one; a repeated hour is two. An hour ends with its day.
    """
    length_of = center.parameters.interval_minutes * 60
    counts: dict[tuple[str, str | None], Counter[tuple[date, int, int]]] = defaultdict(Counter)
    elapsed: dict[tuple[tuple[str, str | None], date, int, int], int] = {}
    for first, on, scopes, _ in offered(center):
        at, clock = instant(first["queued_at"]), center.leg_site(first)
        local = center.local(at, clock)
        name = (on, (local.hour * 60 + local.minute) * 60 // length_of, local.fold)
        since = seconds(center.midnight(on, clock), at) // length_of * length_of
        for scope in scope_keys(scopes):
            counts[scope][name] += 1
            elapsed[(scope, *name)] = min(since, elapsed.get((scope, *name), since))
    for scope, by_name in counts.items():
        for (on, number_of, fold), count in by_name.items():
            start = elapsed[(scope, on, number_of, fold)]
            hour = sum(
                other
                for name, other in by_name.items()
                if name[0] == on and start <= elapsed[(scope, *name)] <= start + max(0, 3600 - length_of)
            )
            for period_type in PERIODS:
                parts: Parts = {"max_offered": count, "max_offered_hour": hour}
                yield PeriodFact(period_type, period_start(period_type, on), scope, parts)


def middles(center: Center) -> Iterator[PeriodFact]:
    """Yield the waits that half, and nine in ten, of the answered entries did not exceed, interpolated between two."""
    waits: dict[tuple[str, date, tuple[str, str | None]], list[int]] = defaultdict(list)
    for contact_id, contact in center.contacts.items():
        for leg in center.legs.get(contact_id, []):
            if contact["direction"] == "inbound" and leg["queue_outcome"] == "answered":
                scopes = {"site": contact["site_id"], "channel": contact["channel"], "queue": leg["queue_id"]}
                for period_type in PERIODS:
                    start = period_start(period_type, center.leg_day(leg))
                    for scope in scope_keys(scopes):
                        waits[(period_type, start, scope)].append(center.wait(leg))
    for (period_type, start, scope), found in waits.items():
        parts = {"max_median_wait": quantile(found, Fraction(1, 2)), "max_p90_wait": quantile(found, Fraction(9, 10))}
        yield PeriodFact(period_type, start, scope, parts)


def quantile(found: list[int], share: Fraction) -> Fraction:
    """Return the value at a share of the way from the smallest to the greatest, in order."""
    in_order = sorted(found)
    place = share * (len(in_order) - 1)
    below = int(place)
    above = min(below + 1, len(in_order) - 1)
    return in_order[below] + (in_order[above] - in_order[below]) * (place - below)


def open_hours(center: Center) -> Iterator[PeriodFact | IntervalFact]:
    """Yield hours and intervals in which a queue of the scope was open: of several on a date the union."""
    by_scope: dict[tuple[str, str | None], dict[date, list[Span]]] = defaultdict(lambda: defaultdict(list))
    for row in center.rows("operating_hours"):
        on = date.fromisoformat(row["local_date"])
        queue = center.queue(row["queue_id"], on)
        scopes = {"queue": row["queue_id"], "site": queue.get("site_id") or "", "channel": queue["channel"]}
        span = instant(row["open_at"]), instant(row["close_at"])
        for scope in scope_keys(scopes):
            by_scope[scope][on].append(span)
        for begin, _ in center.intervals(span, scopes["site"]):
            if begin < center.as_of:
                yield center.interval_fact("leg", begin, scopes["site"], scopes, {})
    for scope, by_date in by_scope.items():
        for on, spans in by_date.items():
            opened = length(merged(spans))
            parts: Parts = {
                "open_hours": opened / 3600,
                "open_intervals": opened / 60 / center.parameters.interval_minutes,
            }
            for period_type in PERIODS:
                yield PeriodFact(period_type, period_start(period_type, on), scope, parts)
