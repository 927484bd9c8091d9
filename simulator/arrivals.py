"""Demand: expected contacts by queue, weekday and local half-hour, and the arrivals drawn from it."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache

from simulator.clock import HALF_HOUR, half_hours, local_date, local_to_utc
from simulator.holidays import is_holiday
from simulator.world import ALWAYS, Queue, queue_of, site_of, zone_of_queue

WEEKDAY_FACTORS = (1.24, 1.12, 1.06, 1.03, 1.0, 0.62, 0.45)
# Of all contacts about one in five is a repeat, a retry or the like; those are not drawn from the profile.
FRESH_SHARE = 0.85


@cache
def _profile(name: str) -> tuple[float, ...]:
    """Relative demand of the 48 local half-hours."""

    def bump(hour: float, middle: float, width: float) -> float:
        return math.exp(-(((hour - middle) / width) ** 2))

    shapes = []
    for half in range(48):
        hour = half / 2 + 0.25
        if name == "office":
            shapes.append(0.22 + bump(hour, 10.4, 2.1) + 0.75 * bump(hour, 15.2, 2.4))
        elif name == "evening":
            shapes.append(0.3 + 0.55 * bump(hour, 11.0, 2.4) + bump(hour, 18.3, 2.6))
        elif name == "email":
            shapes.append(0.12 + bump(hour, 10.0, 3.0) + 0.8 * bump(hour, 19.0, 2.6))
        else:
            shapes.append(0.35 + bump(hour, 13.0, 6.0))
    return tuple(shapes)


@cache
def week_profile(queue_id: str) -> tuple[tuple[float, ...], ...]:
    """Return expected contacts by weekday and local half-hour when the queue has one contact on an average day."""
    queue = queue_of(queue_id)
    shape = _profile(queue.profile)
    week = []
    for weekday in range(7):
        hours = (0, 48) if queue.channel == "email" else queue.hours[weekday]
        first, last = hours or (0, 0)
        row = [shape[half] if first <= half < last else 0.0 for half in range(48)]
        total = sum(row)
        week.append([value / total * WEEKDAY_FACTORS[weekday] if total else 0.0 for value in row])
    scale = 7 / sum(map(sum, week))
    return tuple(tuple(value * scale for value in row) for row in week)


def hours_of(queue: Queue, weekday: int, *, holiday: bool) -> tuple[int, int] | None:
    """Local half-hours in which the queue is open; on a holiday only a line that never closes is."""
    return None if holiday and queue.hours != ALWAYS else queue.hours[weekday]


def hours_on(queue: Queue, day: date) -> tuple[int, int] | None:
    """Local half-hours in which the queue is open on a day; None when closed."""
    return hours_of(queue, day.weekday(), holiday=is_holiday(site_of(queue.site_id).country, day))


@cache
def open_window(queue_id: str, day: date) -> tuple[int, int] | None:
    """UTC seconds at which the queue opens and closes on a local day; None when closed."""
    hours = hours_on(queue_of(queue_id), day)
    if hours is None:
        return None
    zone = zone_of_queue(queue_id)
    return local_to_utc(zone, day, hours[0]), local_to_utc(zone, day, hours[1])


def is_open(queue_id: str, time: int) -> bool:
    """Tell whether the queue is open at an instant."""
    window = open_window(queue_id, local_date(zone_of_queue(queue_id), time))
    return window is not None and window[0] <= time < window[1]


def next_open(queue_id: str, time: int, rng: random.Random, spread: int = 7_200) -> int:
    """Return the instant itself when open, else some moment in the first ``spread`` seconds of the next opening."""
    day = local_date(zone_of_queue(queue_id), time)
    for ahead in range(8):
        window = open_window(queue_id, day + timedelta(days=ahead))
        if window is None or time >= window[1]:
            continue
        return time if time >= window[0] else window[0] + int(rng.random() * spread)
    raise ValueError(f"queue {queue_id} never opens")


def expected(queue: Queue, weekday: int, half: int, contacts_per_day: int) -> float:
    """Contacts forecast for a local half-hour, repeats included."""
    return week_profile(queue.queue_id)[weekday][half] * queue.share * contacts_per_day


def arrivals(queue: Queue, day: date, contacts_per_day: int, rng: random.Random) -> Iterator[int]:
    """Instants (UTC seconds) of a local day's fresh contacts: a Poisson process whose rate is constant per half-hour.

    The day as a whole is busier or quieter than forecast by a lognormal factor; a clock-change day simply has two
    half-hours more or less.
    """
    if queue.channel != "email" and hours_on(queue, day) is None:
        return
    busy = math.exp(rng.gauss(0.0, 0.06))
    profile = week_profile(queue.queue_id)[day.weekday()]
    fresh = 1.0 if queue.channel == "email" else FRESH_SHARE
    scale = queue.share * contacts_per_day * busy * fresh / HALF_HOUR
    for start, half in half_hours(zone_of_queue(queue.queue_id), day):
        rate = profile[half] * scale
        if rate <= 0.0:
            continue
        time = rng.expovariate(rate)
        while time < HALF_HOUR:
            yield start + int(time)
            time += rng.expovariate(rate)
