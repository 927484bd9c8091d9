"""Public holidays of the sites' countries: the days on which all but the emergency line stay closed."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache

FIXED = {
    "DE": ((1, 1), (3, 8), (5, 1), (10, 3), (12, 25), (12, 26)),
    "US": ((1, 1), (6, 19), (7, 4), (11, 11), (12, 25)),
}
AROUND_EASTER = {"DE": (-2, 1, 39, 50), "US": ()}
# (month, weekday, which of them; -1 is the last), Monday is 0.
NTH_WEEKDAY = {"DE": (), "US": ((1, 0, 3), (2, 0, 3), (5, 0, -1), (9, 0, 1), (11, 3, 4))}


def easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar, by the method known as Meeus/Jones/Butcher."""
    a, (b, c) = year % 19, divmod(year, 100)
    d, e = divmod(b, 4)
    h = (19 * a + b - d - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
    i, k = divmod(c, 4)
    m = (32 + 2 * e + 2 * i - h - k) % 7
    month, day = divmod(h + m - 7 * ((a + 11 * h + 22 * m) // 451) + 114, 31)
    return date(year, month, day + 1)


def _nth(year: int, month: int, weekday: int, number: int) -> date:
    if number < 0:
        last = date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
        return last - timedelta(days=(last.weekday() - weekday) % 7)
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (number - 1))


@cache
def holidays(country: str, year: int) -> frozenset[date]:
    """All public holidays of a country (Berlin's for Germany, the federal ones for the United States) in a year."""
    found = {date(year, month, day) for month, day in FIXED[country]}
    found |= {easter(year) + timedelta(days=offset) for offset in AROUND_EASTER[country]}
    found |= {_nth(year, *rule) for rule in NTH_WEEKDAY[country]}
    return frozenset(found)


def is_holiday(country: str, day: date) -> bool:
    """Tell whether a day is a public holiday."""
    return day in holidays(country, day.year)
