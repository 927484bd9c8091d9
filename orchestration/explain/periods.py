"""Periods as people write them: 2024-10-25, 2024-W43, 2024-10, 2024-Q4, 2024. Pure."""

import re
from dataclasses import dataclass
from datetime import date

_WRITTEN = {
    "day": re.compile(r"(\d{4})-(\d{2})-(\d{2})"),
    "week": re.compile(r"(\d{4})-W(\d{1,2})"),
    "month": re.compile(r"(\d{4})-(\d{2})"),
    "quarter": re.compile(r"(\d{4})[- ]?Q([1-4])"),
    "year": re.compile(r"(\d{4})"),
}


@dataclass(frozen=True)
class Period:
    """A period by its type and first day, as ``kpi_value`` names it."""

    period_type: str
    start: date

    def __str__(self) -> str:
        """Return it as ``parse_period`` reads it."""
        week = self.start.isocalendar()
        written = {
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
            return Period(period_type, _first_day(period_type, [int(number) for number in found.groups()]))
    raise ValueError("a period is written 2024-10-25, 2024-W43, 2024-10, 2024-Q4 or 2024")


def _first_day(period_type: str, numbers: list[int]) -> date:
    year, *rest = numbers
    if period_type == "week":
        return date.fromisocalendar(year, rest[0], 1)
    if period_type == "quarter":
        return date(year, 3 * rest[0] - 2, 1)
    month, day = ([*rest, 1, 1])[:2]
    return date(year, month, day)
