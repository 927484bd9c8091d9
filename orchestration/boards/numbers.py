"""How boards write numbers: the same in every language, with the unit, never ambiguous."""

from datetime import date, datetime
from typing import Any

NOTHING = "\u2013"
"""What stands where there is no number; the words beside it say why."""


def number(unit: str, value: float | None, currency: str = "") -> str:
    """Return a KPI's value with its unit; ``unit`` as in ``dim_kpi``."""
    if value is None:
        return NOTHING
    if unit == "seconds":
        return _duration(value)
    written = {
        "percent": f"{value:,.1f} %",
        "count": f"{value:,.0f}",
        "net_points": f"{value:+.1f}",
        "points": f"{value:.1f}",
        "per_hour": f"{value:,.2f} /h",
        "per_interval": f"{value:,.0f}",
        "hours": f"{value:,.1f} h",
        "currency": f"{value:,.0f} {currency}" if abs(value) >= 1000 else f"{value:,.2f} {currency}",
    }
    return written.get(unit, f"{value:,.2f}").strip()


def change(unit: str, value: float, currency: str = "") -> str:
    """Return a difference of two values with its sign; of percentages it is in points."""
    if unit == "percent":
        return f"{value:+.1f} pp"
    sign = "-" if value < 0 else "+"
    return sign + number("points" if unit == "net_points" else unit, abs(value), currency)


def between(first: str, last: str) -> str:
    """Return two ends of a range, written with a dash."""
    return f"{first} {NOTHING} {last}"


def _duration(seconds: float) -> str:
    if round(abs(seconds), 1) < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest:02d} s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours:,} h {minutes:02d} min"


def period(period_type: str, start: date) -> str:
    """Return a period as people write it: 2026-11-21, 2026-W47, 2026-11, 2026 Q4, 2026."""
    year, week, _ = start.isocalendar()
    written = {
        "week": f"{year}-W{week:02d}",
        "month": f"{start:%Y-%m}",
        "quarter": f"{start:%Y} Q{(start.month + 2) // 3}",
        "year": f"{start:%Y}",
    }
    return written.get(period_type, start.isoformat())


def minutes(instant: str) -> str:
    """Return an ISO instant to the minute, as people read it."""
    return str(instant).replace("T", " ")[:16]


def plain(value: Any) -> str:
    """Return any value of a published table as text; instants to the minute, whole numbers with separators."""
    if value is None:
        return NOTHING
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:,.2f}"
    return str(value)
