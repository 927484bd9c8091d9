"""How many agents, and in which shifts: Erlang C per half-hour, then a greedy cover with shifts.

This is the planner of the simulated company, not a workforce tool: good enough for about 80 % within the threshold.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from itertools import accumulate

from simulator.arrivals import expected, hours_of
from simulator.clock import HALF_HOUR
from simulator.world import Pool, Queue, queues_of_pool, reason_of

FULL_SHIFT, PART_SHIFT, SHORT_SHIFT = 17, 10, 8  # half-hours, breaks included
NIGHT_START, NIGHT_END = 43, 12
SERVICE_LEVEL = 0.8
# What shifts of fixed length bring on top of the need more than pays for breaks and lateness, most of all in small
# pools, so the cover is aimed lower; tuned by simulation to about 80 % within the threshold.
COVER_SHARE = {"voice": 0.9, "chat": 0.75}
COVER_LESS = {"voice": 1.1, "chat": 0.25}
CHAT_SECONDS = 430.0
MAIL_SECONDS = 330.0
MAIL_TOUCHES = 1.75
WRAP_SECONDS = 42.0


@dataclass(frozen=True, order=True)
class Shift:
    """A shift of a local day: first half-hour and length in half-hours; may cross midnight."""

    start: int
    length: int

    @property
    def is_full(self) -> bool:
        """A full shift has a meal and two breaks, a shorter one a single break."""
        return self.length >= FULL_SHIFT


def erlang_c(servers: int, load: float) -> float:
    """Probability that an arrival waits, for an offered load in erlangs; 1 when the load is not below the servers."""
    if load >= servers:
        return 1.0
    blocking = 1.0
    for n in range(1, servers + 1):
        blocking = load * blocking / (n + load * blocking)
    return blocking / (1 - load / servers * (1 - blocking))


def servers_needed(rate: float, service: float, threshold: float, target: float = SERVICE_LEVEL) -> int:
    """Fewest servers that answer ``target`` of the arrivals (rate a second) within the threshold."""
    load = rate * service
    servers = max(1, math.floor(load) + 1)
    while 1 - erlang_c(servers, load) * math.exp(-(servers - load) * threshold / service) < target:
        servers += 1
    return servers


def service_seconds(queue: Queue) -> float:
    """Mean seconds an agent is bound by a contact of the queue: ring, talk, hold and after-contact work."""
    if queue.channel == "chat":
        return CHAT_SECONDS + 25.0
    total = sum(weight for _, weight in queue.reasons)
    talk = sum(reason_of(reason).talk_seconds * weight for reason, weight in queue.reasons) / total
    return talk + WRAP_SECONDS + 22.0


def required_agents(pool: Pool, weekday: int, contacts_per_day: int, *, holiday: bool = False) -> list[int]:
    """Agents wanted on queue in each local half-hour of a weekday; 0 where every queue is closed."""
    needed = []
    for half in range(48):
        load = rate = threshold = 0.0
        is_open = False
        for queue in queues_of_pool(pool.pool_id):
            hours = hours_of(queue, weekday, holiday=holiday)
            if hours is None or not hours[0] <= half < hours[1]:
                continue
            is_open = True
            arrivals = expected(queue, weekday, half, contacts_per_day) / HALF_HOUR
            rate += arrivals
            load += arrivals * service_seconds(queue)
            threshold = queue.threshold
        if not is_open:
            needed.append(0)
            continue
        slots = servers_needed(rate, load / rate, threshold) if rate else 1
        needed.append(max(2, math.ceil(slots / pool.concurrency * COVER_SHARE[pool.kind] - COVER_LESS[pool.kind])))
    return needed


def _cover(required: list[int], first: int, last: int) -> list[Shift]:
    """Shifts so that every half-hour in [first, last) is covered, each the one with the least idle time when added."""
    missing = required[:]
    lengths = sorted({min(length, last - first) for length in (FULL_SHIFT, PART_SHIFT, SHORT_SHIFT)}, reverse=True)
    shifts = []
    while any(count > 0 for count in missing[first:last]):
        useful = [0, *accumulate(count > 0 for count in missing)]
        best = max(
            (Shift(start, length) for length in lengths for start in range(first, last - length + 1)),
            key=lambda shift: (useful[shift.start + shift.length] - useful[shift.start]) / (shift.length + 1.0),
        )
        shifts.append(best)
        for half in range(best.start, best.start + best.length):
            missing[half] -= 1
    return shifts


def _mail_shifts(pool: Pool, weekday: int, contacts_per_day: int) -> list[Shift]:
    """Mail desks are staffed for the week's work, most of it on Monday."""
    queue = queues_of_pool(pool.pool_id)[0]
    hours = queue.hours[weekday]
    if hours is None:
        return []
    weekly = queue.share * contacts_per_day * 7 * MAIL_TOUCHES * MAIL_SECONDS / 3600
    share = (0.23, 0.19, 0.18, 0.17, 0.16, 0.07, 0.0)[weekday]
    length = min(FULL_SHIFT, hours[1] - hours[0])
    count = max(1, math.ceil(weekly * share / (length / 2 * 0.72)))
    return [Shift(min(hours[0] + index % 3, hours[1] - length), length) for index in range(count)]


@cache
def plan_shifts(pool: Pool, weekday: int, contacts_per_day: int, *, holiday: bool = False) -> tuple[Shift, ...]:
    """Shifts of a pool on a weekday, by start; on a holiday only those for lines that never close."""
    if pool.kind == "email":
        return () if holiday else tuple(sorted(_mail_shifts(pool, weekday, contacts_per_day)))
    required = required_agents(pool, weekday, contacts_per_day, holiday=holiday)
    open_halves = [half for half in range(48) if required[half]]
    if not open_halves:
        return ()
    first, last = open_halves[0], open_halves[-1] + 1
    shifts = []
    if pool.night_agents:
        first, last = NIGHT_END, NIGHT_START
        night = max(pool.night_agents, required[NIGHT_START], required[2])
        shifts = [Shift(NIGHT_START, 48 - NIGHT_START + NIGHT_END)] * night
    return tuple(sorted(shifts + _cover(required, first, last)))
