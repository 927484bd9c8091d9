"""The systems: when they are to run, when they fail, and whom that stops."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from simulator.clock import OPERATOR_ZONE, local_to_utc, stamp
from simulator.context import Context
from simulator.duty import Span, merged, overlaps
from simulator.floor import Floor
from simulator.output import flag
from simulator.streams import lognormal, poisson
from simulator.world import POOLS

FAILURES_A_DAY, FOLLOW_UP = 0.11, 0.3
MEAN_SECONDS, LONGEST = 1_700, 10_800
STOPS_AT_MOST, STOPPED = 1_500, 0.35
FIRST_FAILURE, LAST_FAILURE = 10, 38  # local half-hours: failures never meet the maintenance
MAINTENANCE = (46, 50)


@dataclass
class System:
    """A system with its agreed local half-hours, the kinds of pools that stop without it, and what happened to it."""

    system_id: str
    hours: tuple[int, int]
    kinds: tuple[str, ...]
    windows: dict[date, Span] = field(default_factory=dict)
    down: list[Span] = field(default_factory=list)
    maintained: list[Span] = field(default_factory=list)


class Technology:
    """Delivers service hours every day, and outages when they begin and when they end."""

    def __init__(self, context: Context, floor: Floor) -> None:
        self._engine = context.engine
        self._out = context.out
        self._rng = context.rng("outages")
        self._floor = floor
        self._outages = 0
        self._systems = (
            System("TELEPHONY", (0, 48), ("voice",)),
            System("MENU", (0, 48), ()),
            System("CRM", (12, 44), ("voice", "chat", "email")),
            System("CHAT", (14, 46), ("chat",)),
        )

    def begin_day(self, day: date) -> None:
        """Deliver the day's service hours and plan its failures; maintenance is late on Sundays."""
        rng = self._rng
        for system in self._systems:
            start, end = (local_to_utc(OPERATOR_ZONE, day, half) for half in system.hours)
            system.windows[day] = (start, end)
            self._out.add("system_service_days", system.system_id, day.isoformat(), stamp(start), stamp(end))
            if day.weekday() == 6:
                span = [local_to_utc(OPERATOR_ZONE, day, half) for half in MAINTENANCE]
                self._engine.at(span[0], self._begin, system, span[1], True)
            for _ in range(poisson(rng, FAILURES_A_DAY)):
                first = local_to_utc(OPERATOR_ZONE, day, FIRST_FAILURE)
                last = local_to_utc(OPERATOR_ZONE, day, LAST_FAILURE)
                began = rng.randrange(first, last)
                ended = began + 60 + min(int(lognormal(rng, MEAN_SECONDS, 0.9)), LONGEST)
                self._engine.at(began, self._begin, system, ended, False)
                if rng.random() < FOLLOW_UP:
                    again = rng.randrange(began, ended)
                    self._engine.at(again, self._begin, system, again + rng.randint(120, 3_600), False)

    def _begin(self, system: System, ended: int, is_planned: bool) -> None:
        self._outages += 1
        outage, now = f"OU{self._outages:05d}", self._engine.now
        self._row(outage, system, now, -1, is_planned)
        self._engine.at(ended, self._row, outage, system, now, ended, is_planned)
        (system.maintained if is_planned else system.down).append((now, ended))
        if not is_planned:
            for pool in POOLS:
                if pool.kind in system.kinds:
                    self._floor.system_down(pool.pool_id, min(ended - now, STOPS_AT_MOST), STOPPED)

    def _row(self, outage: str, system: System, start: int, end: int, is_planned: bool) -> None:
        self._out.put(
            "system_outages", outage, outage, system.system_id, stamp(start), stamp(end) if end >= 0 else "",
            flag(is_planned),
        )  # fmt: skip

    def truth(self) -> None:
        """Count service and down seconds by day of service: merged, and only inside the agreed hours."""
        for system in self._systems:
            for day, window in system.windows.items():
                self._out.count("service_seconds", window[1] - window[0], day)
                self._out.count("down_seconds", _seconds(system.down, window), day)
                self._out.count("down_seconds_with_planned", _seconds(system.down + system.maintained, window), day)


def _seconds(spans: Iterable[Span], window: Span) -> int:
    return sum(end - start for start, end in overlaps(merged(spans), [window]))
