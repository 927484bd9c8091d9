"""A shift: its planned activities, what really came of it, and how far the two agree."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import NamedTuple

from simulator.clock import local_date, midnight
from simulator.staff import Agent

PAID = frozenset(("on_queue", "break", "training", "coaching", "meeting", "offline_work", "leave"))
ON_QUEUE = frozenset(("available", "ringing", "on_contact", "acw", "consult"))
QUARTER = 900
BREAK_SECONDS, MEAL_SECONDS, ASIDE_SECONDS = 900, 1_800, 1_800
ASIDE, ASIDE_WEIGHTS = ("training", "coaching", "meeting", "offline_work"), (0.4, 0.25, 0.25, 0.1)
WITH_ASIDE = 0.12

Span = tuple[int, int]


class Activity(NamedTuple):
    """A planned activity in UTC seconds."""

    kind: str
    start: int
    end: int


class State(NamedTuple):
    """A stretch of one agent state in UTC seconds."""

    kind: str
    start: int
    end: int


@dataclass(eq=False)
class Duty:
    """An agent's shift in UTC seconds. ``arrives`` and ``leaves`` are when the agent means to be there."""

    agent: Agent
    start: int
    end: int
    activities: list[Activity]
    arrives: int = 0
    leaves: int = 0
    states: list[State] = field(default_factory=list)
    excused: list[Span] = field(default_factory=list)
    paid: dict[date, int] = field(default_factory=dict)
    is_over: bool = False


def activities(start: int, end: int, rng: random.Random, *, is_full: bool) -> list[Activity]:
    """Plan a shift on quarter-hours: breaks, a meal in a full shift, now and then a training, and the queue between."""
    length = end - start
    offset = rng.randint(-2, 2) * QUARTER
    plan = [(0.5, "break", BREAK_SECONDS)]
    if is_full:
        plan = [(0.24, "break", BREAK_SECONDS), (0.5, "meal", MEAL_SECONDS), (0.76, "break", BREAK_SECONDS)]
        if rng.random() < WITH_ASIDE:
            plan.insert(2, (0.63, rng.choices(ASIDE, ASIDE_WEIGHTS)[0], ASIDE_SECONDS))
    found, now = [], start
    for share, kind, seconds in plan:
        begins = start + round(length * share / QUARTER) * QUARTER + offset
        found += [Activity("on_queue", now, begins), Activity(kind, begins, begins + seconds)]
        now = begins + seconds
    return [*found, Activity("on_queue", now, end)]


def overlaps(first: Iterable[Span], second: Iterable[Span]) -> Iterator[Span]:
    """Yield what two lists of spans, each in order and without overlap, have in common."""
    others = list(second)
    place = 0
    for start, end in first:
        while place < len(others) and others[place][1] <= start:
            place += 1
        at = place
        while at < len(others) and others[at][0] < end:
            yield max(start, others[at][0]), min(end, others[at][1])
            at += 1


def merged(spans: Iterable[Span]) -> list[Span]:
    """Merge spans that touch or overlap."""
    found: list[Span] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = found[-1][0], max(end, found[-1][1])
        else:
            found.append((start, end))
    return found


def by_day(zone: str, spans: Iterable[Span]) -> Iterator[tuple[date, int]]:
    """Yield the seconds of spans by local day."""
    for start, end in spans:
        now = start
        while now < end:
            day = local_date(zone, now)
            until = min(end, midnight(zone, day + timedelta(days=1)))
            yield day, until - now
            now = until
