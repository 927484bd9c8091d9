"""The core of every queue here: waiting lines and idle servers, and the textbook queue built on them.

The contact floor and ``simulate_queue`` share ``Dispatcher``; the tests compare ``simulate_queue`` with the closed
forms of Erlang C and Erlang A, so that the floor rests on a core that agrees with theory.
"""

from __future__ import annotations

import heapq
import random
from collections import OrderedDict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

Item = TypeVar("Item", bound=Hashable)
Server = TypeVar("Server", bound=Hashable)


class Dispatcher(Generic[Item, Server]):
    """Lines served first come first served, in order of priority, by the server that has been idle longest."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines: dict[str, OrderedDict[Item, None]] = {name: OrderedDict() for name in lines}
        self._idle: OrderedDict[Server, None] = OrderedDict()

    def offer(self, line: str, item: Item) -> Server | None:
        """Give an arriving item the longest idle server, or let it wait in its line."""
        if self._idle:
            return self._idle.popitem(last=False)[0]
        self._lines[line][item] = None
        return None

    def next_item(self) -> Item | None:
        """Take the longest waiting item of the first line that has one."""
        for line in self._lines.values():
            if line:
                return line.popitem(last=False)[0]
        return None

    def leave(self, line: str, item: Item) -> bool:
        """Take an item out of its line; False when it is not waiting."""
        if item in self._lines[line]:
            del self._lines[line][item]
            return True
        return False

    def add_idle(self, server: Server) -> None:
        """Put a server at the end of the idle list."""
        self._idle[server] = None

    def withdraw(self, server: Server) -> bool:
        """Take a server out of the idle list; False when it is not idle."""
        if server in self._idle:
            del self._idle[server]
            return True
        return False

    def take_idle(self, keep: int = 0) -> Server | None:
        """Take the longest idle server if more than ``keep`` are idle."""
        return self._idle.popitem(last=False)[0] if len(self._idle) > keep else None

    def has_waiting(self) -> bool:
        """Tell whether any item waits in any line."""
        return any(self._lines.values())


@dataclass(frozen=True)
class QueueStatistics:
    """What happened to each counted customer, in order of arrival. Waits in the time unit of the rates."""

    waits: tuple[float, ...]
    abandoned: tuple[bool, ...]

    @property
    def abandoned_share(self) -> float:
        """Share of customers who gave up."""
        return sum(self.abandoned) / len(self.abandoned)


def simulate_queue(
    *,
    arrival_rate: float,
    service_mean: float,
    servers: int,
    customers: int,
    rng: random.Random,
    patience_mean: float | None = None,
    warm_up: int = 0,
) -> QueueStatistics:
    """Simulate one line with Poisson arrivals, exponential service and, optionally, exponential patience.

    The first ``warm_up`` customers are simulated and not counted. Service times are drawn when service begins.
    """
    core: Dispatcher[int, int] = Dispatcher(["line"])
    for server in range(servers):
        core.add_idle(server)
    total = warm_up + customers
    arrived = [0.0] * total
    waits = [0.0] * total
    gave_up = [False] * total
    events: list[tuple[float, int, int, int]] = [(rng.expovariate(arrival_rate), 0, 0, 0)]
    order = 0
    arrival, departure, impatience = 0, 1, 2

    def push(time: float, kind: int, who: int) -> None:
        nonlocal order
        order += 1
        heapq.heappush(events, (time, order, kind, who))

    while events:
        now, _, kind, who = heapq.heappop(events)
        if kind == arrival:
            arrived[who] = now
            if who + 1 < total:
                push(now + rng.expovariate(arrival_rate), arrival, who + 1)
            taken = core.offer("line", who)
            if taken is not None:
                push(now + rng.expovariate(1 / service_mean), departure, taken)
            elif patience_mean is not None:
                push(now + rng.expovariate(1 / patience_mean), impatience, who)
        elif kind == departure:
            following = core.next_item()
            if following is None:
                core.add_idle(who)
            else:
                waits[following] = now - arrived[following]
                push(now + rng.expovariate(1 / service_mean), departure, who)
        elif core.leave("line", who):
            waits[who] = now - arrived[who]
            gave_up[who] = True
    return QueueStatistics(tuple(waits[warm_up:]), tuple(gave_up[warm_up:]))
