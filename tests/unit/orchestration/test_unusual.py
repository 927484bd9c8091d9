"""What is unusual of a day: each rule finds what it is for, and leaves an undisturbed center alone."""

import random
from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from orchestration.ingest.declarations import ExtractDeclaration, Watched
from orchestration.validate.unusual import unusual
from orchestration.validate.watch import Day, Profile

LAST = date(2026, 11, 30)
OPEN = range(8, 20)
DECLARATION = ExtractDeclaration("standard", "contacts", "contacts", "contacts/*", ("csv",), (), watched=Watched("at"))


def day_of(rng: random.Random, when: date, size: float) -> Day:
    """Return a day of a center that is open from 8 to 20, with half as many rows at weekends."""
    day = Day()
    for _ in range(int(rng.gauss(size, size**0.5)) // (2 if when.weekday() >= 5 else 1)):
        hour = rng.choice([8, 9, 9, 10, 10, 10, 11, 11, 12, 13, 14, 14, 15, 16, 17, 18, 19])
        day.rows += 1
        day.hours["UTC", hour] += 1
        day.members[rng.choice(["big", "big", "big", "small"])] += 1
        day.shares[rng.choice(["answered"] * 9 + ["abandoned"])] += 1
    day.medians["talk_seconds"] = (rng.gauss(240, 10), day.rows)
    return day


def center(size: float, seed: int = 1, days: int = 70) -> dict[date, Day]:
    """Return days of a center, the last one included."""
    rng = random.Random(seed)  # noqa: S311
    return {when: day_of(rng, when, size) for when in (LAST - timedelta(days=back) for back in range(days))}


def found(days: dict[date, Day], judged: date = LAST, holidays: frozenset[date] = frozenset()) -> set[str]:
    return {each.rule for each in unusual(Profile(DECLARATION, days, (judged,), holidays))}


def halved(day: Day) -> None:
    day.rows //= 2
    counters: tuple[Counter[Any], ...] = (day.hours, day.members, day.shares)
    for counts in counters:
        for key in counts:
            counts[key] //= 2


def without_hours(day: Day) -> None:
    for hour in (10, 11):
        day.rows -= day.hours.pop(("UTC", hour))


def an_hour_later(day: Day) -> None:
    day.hours = Counter({(zone, hour + 1): rows for (zone, hour), rows in day.hours.items()})


def without_big(day: Day) -> None:
    day.rows -= day.members.pop("big")


def twice(day: Day) -> None:
    day.copies = day.rows
    day.rows *= 2


def in_milliseconds(day: Day) -> None:
    day.medians = {name: (1000 * middle, rows) for name, (middle, rows) in day.medians.items()}


def others_answered(day: Day) -> None:
    day.shares = Counter({"abandoned": day.rows // 2, "answered": day.rows // 2})


def lost(day: Day) -> None:
    day.lost = day.rows // 3


@pytest.mark.parametrize("size", [80, 1500])
@pytest.mark.parametrize(
    ("spoil", "rule"),
    [
        (halved, "fewer"),
        (twice, "copies"),
        (twice, "more"),
        (without_hours, "hours"),
        (an_hour_later, "shift"),
        (without_big, "member"),
        (in_milliseconds, "unit"),
        (others_answered, "share"),
        (lost, "lost"),
    ],
)
def test_each_rule_finds_what_it_is_for(spoil: Callable[[Day], None], rule: str, size: int) -> None:
    days = center(size)
    assert rule not in found(days)
    spoil(days[LAST])
    assert rule in found(days)


def test_a_day_without_rows_is_missing_where_rows_are_usual() -> None:
    days = center(30)
    del days[LAST]
    assert found(days) == {"missing"}
    sunday = LAST - timedelta(days=1)
    closed = {when: day for when, day in center(30).items() if when.weekday() != 6}
    assert found(closed, judged=sunday) == set()


def test_undisturbed_centers_of_any_size_are_left_alone() -> None:
    alarms = [
        (size, seed, rules)
        for size in (20, 60, 200, 2000)
        for seed in range(12)
        if (rules := found(center(size, seed)))
    ]
    assert len(alarms) <= 1, alarms


def test_a_young_center_and_a_holiday_are_not_judged_by_volume() -> None:
    young = center(200, days=20)
    halved(young[LAST])
    assert found(young) == set()
    days = center(200)
    halved(days[LAST])
    assert found(days, holidays=frozenset({LAST})) == set()


def test_a_new_level_is_told_for_a_week() -> None:
    days = center(200)
    for back in range(8):
        halved(days[LAST - timedelta(days=back)])
    assert "fewer" in found(days, judged=LAST - timedelta(days=7))
    assert "fewer" not in found(days)
