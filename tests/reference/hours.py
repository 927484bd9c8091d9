"""Business hours: when a site or a queue is open, from delivered hours and the weekly schedule elsewhere."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction

from tests.reference.center import ONE_DAY, Center
from tests.reference.records import day, instant
from tests.reference.spans import Span, length, merged, overlap
from tests.reference.sums import period_start

WEEKLY: Sequence[tuple[int, time, time]] = tuple((weekday, time(9), time(17)) for weekday in range(5))
"""Weekday from Monday 0, opening and closing: the schedule that holds where no hours were delivered."""


class Hours:
    """The business calendars of a center's sites."""

    def __init__(self, center: Center, first: date) -> None:
        """Gather delivered hours by site; ``first`` is the first day that anybody asks about."""
        self.center = center
        self.first = first - 2 * ONE_DAY
        self.delivered: dict[str, dict[date, list[Span]]] = defaultdict(lambda: defaultdict(list))
        self.known: dict[str, list[Span]] = {}
        for row in center.rows("operating_hours"):
            on = day(row["local_date"])
            site_id = center.queue(row["queue_id"], on).get("site_id") or "unknown"
            week = period_start("week", on)
            self.delivered[site_id][week].append((instant(row["open_at"]), instant(row["close_at"])))

    def windows(self, site_id: str) -> list[Span]:
        """Return when a site is open: as delivered in weeks with delivered hours, else by the weekly schedule."""
        if site_id not in self.known:
            weeks = self.delivered.get(site_id, {})
            spans = [span for week in weeks.values() for span in week]
            on = self.first
            while on <= self.center.as_of.date() + ONE_DAY:
                if period_start("week", on) not in weeks:
                    zone = self.center.zone(site_id)
                    spans += [
                        (
                            datetime.combine(on, opens, zone).astimezone(UTC),
                            datetime.combine(on, closes, zone).astimezone(UTC),
                        )
                        for weekday, opens, closes in WEEKLY
                        if weekday == on.weekday()
                    ]
                on += timedelta(days=1)
            self.known[site_id] = merged(spans)
        return self.known[site_id]

    def seconds(self, site_id: str, start: datetime, end: datetime) -> Fraction:
        """Return the business seconds between two instants at a site."""
        return length(overlap([(start, end)], self.windows(site_id)))
