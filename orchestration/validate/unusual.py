"""What is unusual of a delivered day, held against the same weekdays before it.

A day is judged when at least three of the same weekdays are known, holidays apart; before that a center is too young,
and nothing is said of volumes. Counts vary by chance as Poisson counts do, or by as much as they varied before, if that
is more. A difference also has to be large enough to matter, and to differ from the last such weekday as well: a new
level is told for a week, not for two months.
"""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median

from orchestration.validate.watch import Day, Profile

FEWEST_WEEKS = 3
SIGMAS = 3.5
LEAST_CHANGE = 0.35
EMPTY = 0.1
"""Up to this share of what is expected counts as nothing."""

SURE = 9.0
"""So many rows have to be expected where none came: by chance that happens once in 8,000 times."""

FEWEST = 0.4
"""In each of the same weekdays there has to be so much of the mean: what comes in bursts has empty hours."""

UNIT = 4.0
ENOUGH = 20
COPIES = 0.2
SHARE = 0.15
LOST = 0.1
SHIFTED = 12.0
"""How much likelier (natural logarithm) the hours have to be under another clock."""


@dataclass(frozen=True)
class Unusual:
    """One thing that is unusual of one day: the rule and a sentence with what was found and what is usual."""

    rule: str
    day: date
    text: str


def unusual(profile: Profile) -> Iterator[Unusual]:
    """Yield what is unusual of the days to be judged, the oldest first."""
    for day in profile.judged:
        found, like = profile.days.get(day, Day()), profile.like(day)
        if found.rows:
            yield from _whatever_the_weekday(profile, day, found)
        if len(like) < FEWEST_WEEKS or day in profile.holidays:
            continue
        volume = _volume(day, found, like, profile.dispersion(day))
        if volume is not None:
            yield volume
        if found.rows and (volume is None or volume.rule != "missing"):
            yield from _hours(day, found, like)
            yield from _members(day, found, like)
            yield from _shift(day, found, like)


def is_young(profile: Profile) -> bool:
    """Whether no judged day has enough of the same weekdays before it."""
    return all(len(profile.like(day)) < FEWEST_WEEKS for day in profile.judged)


def _volume(day: date, found: Day, like: Sequence[Day], dispersion: float) -> Unusual | None:
    counts = [each.rows for each in like]
    usual, last = median(counts), counts[0]
    spread = max(dispersion * math.sqrt(max(usual, 1.0)), 1.4826 * median(abs(count - usual) for count in counts))
    told = f"{found.rows:,} rows, where {usual:,.0f} are usual on this weekday"
    if found.rows == 0:
        return Unusual("missing", day, told) if min(usual, last) >= SURE else None
    if all(abs(found.rows - level) > max(SIGMAS * spread, LEAST_CHANGE * level) for level in (usual, last)):
        if found.rows < min(usual, last):
            return Unusual("fewer", day, told)
        if found.rows > max(usual, last):
            return Unusual("more", day, told)
    return None


def _hours(day: date, found: Day, like: Sequence[Day]) -> Iterator[Unusual]:
    """Look in every zone for hours in a row without rows, where each of the same weekdays had many."""
    level = max(0.5, min(1.0, found.rows / max(_mean(each.rows for each in like), 1.0)))
    for zone in sorted({zone for each in like for zone, _ in each.hours}):
        run: list[int] = []
        for hour in range(25):
            usual = _mean(each.hours[zone, hour] for each in like)
            if hour < 24 and found.hours[zone, hour] <= EMPTY * usual:
                run.append(hour)
                continue
            counts = [sum(each.hours[zone, one] for one in run) for each in like]
            if min(counts) >= FEWEST * _mean(counts) and min(_mean(counts), counts[0]) * level >= SURE:
                busy = [one for one in run if any(each.hours[zone, one] for each in like)]
                text = f"nothing from {busy[0]:02}:00 to {busy[-1] + 1:02}:00 ({zone})"
                yield Unusual("hours", day, f"{text}, where {_mean(counts):,.0f} rows are usual")
            run = []


def _members(day: date, found: Day, like: Sequence[Day]) -> Iterator[Unusual]:
    names = {name for each in like for name in each.members if name}
    level = min(1.0, found.rows / max(_mean(each.rows for each in like), 1.0))
    for name in sorted(names):
        counts = [each.members[name] for each in like]
        usual = min(_mean(counts), counts[0])
        is_steady = min(counts) >= FEWEST * _mean(counts)
        if is_steady and usual * max(level, 0.5) >= SURE and found.members[name] <= EMPTY * usual:
            yield Unusual("member", day, f"{found.members[name]:,} rows of {name}, where {usual:,.0f} are usual")


def _shift(day: date, found: Day, like: Sequence[Day]) -> Iterator[Unusual]:
    """Ask under which clock the hours of the day are likeliest, as a draw from the usual hours."""
    usual, hours = Counter[int](), Counter[int]()
    for days, into in ((like, usual), ([found], hours)):
        for each in days:
            for (_, hour), rows in each.hours.items():
                into[hour] += rows
    share = [(usual[hour] + 0.5) / (usual.total() + 12) for hour in range(24)]

    def likelihood(shift: int) -> float:
        return sum(count * math.log(share[(hour - shift) % 24]) for hour, count in hours.items())

    best = max(range(-12, 13), key=likelihood)
    if best and likelihood(best) - likelihood(0) > max(SHIFTED, 0.05 * found.rows):
        yield Unusual("shift", day, f"the hours fit the usual ones {abs(best)} h {'later' if best > 0 else 'earlier'}")


def _whatever_the_weekday(profile: Profile, day: date, found: Day) -> Iterator[Unusual]:
    """Look at what does not depend on the weekday; all earlier days are what is usual."""
    before = [each for other, each in sorted(profile.days.items()) if other < day][-28:]
    copies = found.copies / found.rows
    usual = _share(before, lambda each: each.copies)
    if found.rows >= ENOUGH and copies > usual + COPIES:
        yield Unusual("copies", day, f"{copies:.0%} of {found.rows:,} rows repeat another one under other ids")
    if len(before) < FEWEST_WEEKS:
        return
    lost, usual = found.lost / found.rows, _share(before, lambda each: each.lost)
    if found.rows >= ENOUGH and lost > usual + max(LOST, 4 * math.sqrt(usual * (1 - usual) / found.rows)):
        yield Unusual("lost", day, f"{lost:.0%} of {found.rows:,} rows refer to what was never delivered")
    for column, (middle, count) in found.medians.items():
        levels = [each.medians[column][0] for each in before if each.medians.get(column, (0, 0))[1] >= 5]
        if count >= ENOUGH and len(levels) >= FEWEST_WEEKS:
            ratio = middle / median(levels)
            if not 1 / UNIT < ratio < UNIT:
                text = f"{column} is {middle:,.0f} in the middle, where {median(levels):,.0f} is usual"
                yield Unusual("unit", day, text)
    yield from _shares(day, found, before)


def _shares(day: date, found: Day, before: Sequence[Day]) -> Iterator[Unusual]:
    now, then = sum(found.shares.values()), sum(sum(each.shares.values()) for each in before)
    if now < ENOUGH or then < ENOUGH:
        return
    for value in sorted(found.shares.keys() | {value for each in before for value in each.shares}):
        usual, share = sum(each.shares[value] for each in before) / then, found.shares[value] / now
        daily = [each.shares[value] / rows for each in before if (rows := sum(each.shares.values())) >= ENOUGH]
        is_new_level = daily and all(abs(share - each) > SHARE for each in daily[-7:])
        if is_new_level and abs(share - usual) > max(SHARE, 5 * math.sqrt(usual * (1 - usual) / now)):
            yield Unusual("share", day, f"{share:.0%} of {now:,} rows are {value}, where {usual:.0%} are usual")


def _share(days: Sequence[Day], count: Callable[[Day], int]) -> float:
    rows = sum(each.rows for each in days)
    return sum(map(count, days)) / rows if rows else 0.0


def _mean(values: Iterable[float]) -> float:
    numbers = list(values)
    return sum(numbers) / len(numbers) if numbers else 0.0
