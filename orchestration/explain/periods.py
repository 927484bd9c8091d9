"""Periods as people write them, from 2024-10-25T14:30 over 2024-W43 and 2024-Q4 to 2023-11..2024-10. Pure."""

import re
from dataclasses import dataclass
from datetime import date, datetime

TRAILING = "trailing_12m"
INTERVAL = "interval"
HOW = (
    "a period is written 2024-10-25, 2024-W43, 2024-10, 2024-Q4 or 2024; a half-hour 2024-10-25T14:30, by the clock of"
    " its site; twelve months 2023-11..2024-10"
)

_WRITTEN = {
    INTERVAL: re.compile(r"(\d{4})-(\d{2})-(\d{2})[T ](\d{2}):(\d{2})"),
    TRAILING: re.compile(r"(\d{4})-(\d{2})\.\.(\d{4})-(\d{2})"),
    "day": re.compile(r"(\d{4})-(\d{2})-(\d{2})"),
    "week": re.compile(r"(\d{4})-W(\d{1,2})"),
    "month": re.compile(r"(\d{4})-(\d{2})"),
    "quarter": re.compile(r"(\d{4})[- ]?Q([1-4])"),
    "year": re.compile(r"(\d{4})"),
}


@dataclass(frozen=True)
class Period:
    """A period by its type and first day, as ``kpi_value`` names it; ``at`` is the local start of a half-hour."""

    period_type: str
    start: date
    at: datetime | None = None

    def __str__(self) -> str:
        """Return it as ``parse_period`` reads it."""
        week = self.start.isocalendar()
        written = {
            INTERVAL: f"{self.at:%Y-%m-%dT%H:%M}" if self.at else self.start.isoformat(),
            TRAILING: f"{self.start:%Y-%m}..{_month(self.start, 11):%Y-%m}",
            "week": f"{week.year}-W{week.week:02d}",
            "month": f"{self.start:%Y-%m}",
            "quarter": f"{self.start:%Y}-Q{(self.start.month + 2) // 3}",
            "year": f"{self.start:%Y}",
        }
        return written.get(self.period_type, self.start.isoformat())


def parse_period(text: str) -> Period:
    """Return the period that a text names. Raises ``ValueError`` for anything else, also for days that do not exist."""
    for period_type, pattern in _WRITTEN.items():
        found = pattern.fullmatch(text.strip().upper())
        if found:
            try:
                return _period(period_type, [int(number) for number in found.groups()])
            except ValueError as error:
                raise ValueError(f"there is no period {text!r}: {error}") from error
    raise ValueError(f"{text!r} is no period: {HOW}")


def _period(period_type: str, numbers: list[int]) -> Period:
    year, *rest = numbers
    if period_type == INTERVAL:
        month, day, hour, minute = rest
        at = datetime(year, month, day, hour, minute)
        return Period(INTERVAL, at.date(), at)
    if period_type == TRAILING:
        first, last = date(year, rest[0], 1), date(rest[1], rest[2], 1)
        if _month(first, 11) != last:
            raise ValueError(
                f"it is not twelve months; those to {last:%Y-%m} are {_month(last, -11):%Y-%m}..{last:%Y-%m}"
            )
        return Period(TRAILING, first)
    if period_type == "week":
        return Period("week", date.fromisocalendar(year, rest[0], 1))
    if period_type == "quarter":
        return Period("quarter", date(year, 3 * rest[0] - 2, 1))
    month, day = ([*rest, 1, 1])[:2]
    return Period(period_type, date(year, month, day))


def _month(first: date, later: int) -> date:
    """Return the first day of the month so many months later."""
    years, month = divmod(first.month - 1 + later, 12)
    return date(first.year + years, month + 1, 1)
