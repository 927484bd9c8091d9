"""Time: UTC seconds inside, ISO 8601 text outside, local calendars in between. No clock is ever read here."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

DAY_SECONDS = 86_400
HALF_HOUR = 1_800
OPERATOR_ZONE = "Europe/Berlin"


@cache
def _times_of_day() -> tuple[str, ...]:
    return tuple(f"T{s // 3600:02d}:{s // 60 % 60:02d}:{s % 60:02d}Z" for s in range(DAY_SECONDS))


@cache
def _day_text(day_number: int) -> str:
    return (date(1970, 1, 1) + timedelta(days=day_number)).isoformat()


def stamp(seconds: int) -> str:
    """UTC seconds since 1970 as ``2024-10-27T00:50:00Z``."""
    return _day_text(seconds // DAY_SECONDS) + _times_of_day()[seconds % DAY_SECONDS]


@cache
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


@cache
def local_to_utc(zone: str, day: date, half_hour: int) -> int:
    """UTC seconds of a local half-hour (0 is midnight, 48 the next midnight) of a local day."""
    day, half_hour = day + timedelta(days=half_hour // 48), half_hour % 48
    local = datetime(day.year, day.month, day.day, half_hour // 2, half_hour % 2 * 30, tzinfo=_zone(zone))
    return int(local.timestamp())


def midnight(zone: str, day: date) -> int:
    """UTC seconds at which the local day begins."""
    return local_to_utc(zone, day, 0)


@cache
def half_hours(zone: str, day: date) -> tuple[tuple[int, int], ...]:
    """All half-hours of a local day as (UTC start, local half-hour 0..47): 46, 48 or 50 of them."""
    first, last = midnight(zone, day), midnight(zone, day + timedelta(days=1))
    slots = []
    for start in range(first, last, HALF_HOUR):
        local = datetime.fromtimestamp(start, _zone(zone))
        slots.append((start, local.hour * 2 + local.minute // 30))
    return tuple(slots)


def local_date(zone: str, seconds: int) -> date:
    """Local calendar day of an instant."""
    return datetime.fromtimestamp(seconds, _zone(zone)).date()
