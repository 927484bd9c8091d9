"""The planners: forecasts by queue and half-hour, and the staff a site needs for them."""

from __future__ import annotations

import math
from collections import Counter
from datetime import date, timedelta
from functools import lru_cache

from simulator.arrivals import expected, hours_on
from simulator.clock import HALF_HOUR, half_hours, local_date, stamp
from simulator.context import Context
from simulator.output import flag
from simulator.staffing import plan_shifts, servers_needed, service_seconds
from simulator.streams import lognormal
from simulator.world import POOLS, QUEUES, SITES, Pool, queue_of, queues_of_pool, site_of, zone_of_queue

PUBLISHED_ON = 3  # Thursday, for the week that begins four days later
WEEK_ERROR, INTERVAL_ERROR = 0.05, 0.08
MAIL_PRESENCE = 0.85
"""Of a mail desk's shift about so much is spent on mail; the rest are breaks."""


@lru_cache(maxsize=50_000)
def _servers(rate_per_hour: int, service: int, threshold: int) -> int:
    """Servers for 80 % in time; the rate is rounded so that equal half-hours are computed once."""
    return servers_needed(rate_per_hour / 3600, float(service), float(threshold)) if rate_per_hour else 1


class Planning:
    """Publishes a locked forecast and requirement a week ahead, and a second forecast the day before."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._out = context.out
        self._rng = context.rng("forecasts")
        self._baseline: dict[tuple[str, int], int] = {}
        self._required: dict[tuple[str, int], int] = {}
        self._queues = [queue for queue in QUEUES if queue.channel != "email"]
        self.scheduled: Counter[tuple[str, int]] = Counter()
        first = context.options.first_day
        monday = first - timedelta(days=first.weekday())
        self._publish(monday)
        if first.weekday() > PUBLISHED_ON:
            self._publish(monday + timedelta(days=7))
        self._again(first)

    def begin_day(self, day: date) -> None:
        """Publish next week's forecast on its day, and tomorrow's second one every day."""
        if day.weekday() == PUBLISHED_ON:
            self._publish(day + timedelta(days=7 - PUBLISHED_ON))
        self._again(day + timedelta(days=1))

    def _publish(self, monday: date) -> None:
        """Lock the week's forecast, a little wrong as a whole and in every half-hour, and derive what it needs."""
        year, week, _ = monday.isocalendar()
        version = f"LOCKED-{year}-W{week:02d}"
        errors = {queue.queue_id: lognormal(self._rng, 1.0, WEEK_ERROR) for queue in self._queues}
        for number in range(7):
            day = monday + timedelta(days=number)
            if day < self._context.options.first_day:
                continue
            for queue in self._queues:
                for start, hundredths in self._forecast(queue.queue_id, day, errors[queue.queue_id]):
                    self._baseline[queue.queue_id, start] = hundredths
                    self._row(version, queue.queue_id, start, hundredths, is_baseline=True)
            self._require(day)

    def _again(self, day: date) -> None:
        for queue in self._queues:
            for start, hundredths in self._forecast(queue.queue_id, day, 1.0):
                self._row(f"DAY-{day}", queue.queue_id, start, hundredths, is_baseline=False)

    def _forecast(self, queue_id: str, day: date, error: float) -> list[tuple[int, int]]:
        """Forecast the open half-hours of a local day: (UTC start, hundredths of contacts)."""
        queue = queue_of(queue_id)
        hours = hours_on(queue, day)
        if hours is None:
            return []
        daily = self._context.options.contacts_per_day
        return [
            (
                start,
                round(100 * expected(queue, day.weekday(), half, daily) * lognormal(self._rng, error, INTERVAL_ERROR)),
            )
            for start, half in half_hours(zone_of_queue(queue_id), day)
            if hours[0] <= half < hours[1]
        ]

    def _row(self, version: str, queue_id: str, start: int, hundredths: int, *, is_baseline: bool) -> None:
        queue = queue_of(queue_id)
        self._out.add(
            "forecasts", version, flag(is_baseline), queue_id, stamp(start), "30",
            f"{hundredths // 100}.{hundredths % 100:02d}", f"{service_seconds(queue):.0f}",
        )  # fmt: skip

    def _require(self, day: date) -> None:
        """Deliver the staff needed at each site in every half-hour of its local day."""
        for site in SITES:
            pools = [pool for pool in POOLS if pool.site_id == site.site_id]
            for start, half in half_hours(site.zone, day):
                tenths = sum(self._needed(pool, day, start, half) for pool in pools)
                self._required[site.site_id, start] = tenths
                self._out.add("staff_requirements", site.site_id, stamp(start), "30", f"{tenths // 10}.{tenths % 10}")

    def _needed(self, pool: Pool, day: date, start: int, half: int) -> int:
        """Tenths of agents a pool needs: by Erlang C for the forecast, or for the mail desk's share of the week."""
        if pool.kind == "email":
            shifts = plan_shifts(pool, day.weekday(), self._context.options.contacts_per_day)
            if hours_on(queues_of_pool(pool.pool_id)[0], day) is None:
                return 0
            return round(10 * MAIL_PRESENCE * sum(s.start <= half < s.start + s.length for s in shifts))
        open_queues = [queue for queue in queues_of_pool(pool.pool_id) if (queue.queue_id, start) in self._baseline]
        if not open_queues:
            return 0
        counts = [self._baseline[queue.queue_id, start] / 100 for queue in open_queues]
        work = sum(count * service_seconds(queue) for count, queue in zip(counts, open_queues, strict=True))
        total = sum(counts)
        service = round(work / total) if total else 300
        servers = _servers(round(total * 2), service, open_queues[0].threshold)
        return math.ceil(10 * servers / pool.concurrency)

    def truth(self, until: date) -> None:
        """Count, for all local days up to ``until``, how forecast and requirement compare with what came."""
        out = self._out
        actual = {
            (queue, int(start)): count
            for (queue, start), count in (
                (name[1:].split(" "), count) for name, count in out.truth.items() if name.startswith("~")
            )
        }
        for queue_id, start in sorted(self._baseline.keys() | actual.keys()):
            day = local_date(zone_of_queue(queue_id), start)
            if day <= until:
                forecast, came = self._baseline.get((queue_id, start), 0), actual.get((queue_id, start), 0)
                out.count("forecast_hundredths", forecast, day)
                out.count("forecast_actual", came, day)
                out.count("forecast_error_hundredths", abs(came * 100 - forecast), day)
        for (site_id, start), tenths in self._required.items():
            day = local_date(site_of(site_id).zone, start)
            if day <= until:
                needed, planned = tenths * HALF_HOUR // 10, self.scheduled[site_id, start]
                out.count("required_fte_seconds", needed, day)
                out.count("over_fte_seconds", max(0, planned - needed), day)
                out.count("under_fte_seconds", max(0, needed - planned), day)

    def schedule(self, site_id: str, start: int, end: int) -> None:
        """Note a scheduled stretch on queue, by the half-hours it covers."""
        slot = start - start % HALF_HOUR
        while slot < end:
            self.scheduled[site_id, slot] += min(end, slot + HALF_HOUR) - max(start, slot)
            slot += HALF_HOUR
