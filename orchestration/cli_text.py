"""How the command line writes numbers, times and tables. Pure; no warehouse."""

import sys
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from rich.console import Console
from rich.table import Table

from orchestration.boards import numbers
from orchestration.explain.periods import Period
from orchestration.publish.headline import PERIODS, Figure


def wide_console() -> Console:
    """Return the console: as wide as the terminal, and 120 columns in a pipe or a log, so that names stay whole."""
    return Console(width=None if sys.stdout.isatty() else 120)


_CONTROLS = {code: f"\\x{code:02x}" for code in (*range(32), *range(127, 160)) if chr(code) not in "\n\t"}
"""What a terminal takes as an order, and how it is shown instead."""


def shown(value: object) -> str:
    """Return a value that somebody delivered as text for a terminal: an escape sequence is shown, and not obeyed."""
    return "" if value is None else str(value).translate(_CONTROLS)


def plural(count: int, noun: str) -> str:
    """Return a count with its noun: ``1 file``, ``2 files``."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def seconds_of(seconds: float) -> str:
    """Return a duration in seconds as ``3.2 s`` or ``4 min 05 s``."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02d} s"


def bytes_of(size: float) -> str:
    """Return a size in bytes as kB, MB or GB."""
    for unit in ("B", "kB", "MB"):
        if size < 1000:
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.1f} GB"


def age_of(then: datetime, now: datetime) -> str:
    """Return how long ago an instant was, coarsely; both naive UTC."""
    age = now - then
    if age < timedelta(minutes=2):
        return "just now"
    if age < timedelta(hours=2):
        return f"{age.total_seconds() / 60:.0f} minutes ago"
    if age < timedelta(days=2):
        return f"{age.total_seconds() / 3600:.0f} hours ago"
    return f"{age.days} days ago"


def by_folder(names: Iterable[str]) -> list[str]:
    """Return paths by folder: the path itself where it is alone, else the folder and how many files it holds."""
    folders: dict[str, list[str]] = {}
    for name in names:
        folders.setdefault(name.rpartition("/")[0], []).append(name)
    return [
        shown(own[0]) if len(own) == 1 else f"{shown(folder)}/ ({plural(len(own), 'file')})"
        for folder, own in folders.items()
    ]


def figures_table(figures: Sequence[Figure], currency: str) -> Table:
    """Return the headline KPIs as a table: one row each, its newest complete period and its latest month side by side.

    The newest period is a day where the KPI has days, else a month, a quarter or a year; a month is not shown twice.
    Amounts are in the reporting currency.
    """
    table = Table(box=None, pad_edge=False)
    table.add_column("KPI")
    for title in ("latest", "value", "month", "value"):
        table.add_column(title, justify="right")
    for name, own in _by_name(figures):
        newest = min(own, key=lambda figure: PERIODS.index(figure.period_type))
        month = [figure for figure in own if figure.period_type == "month" and figure is not newest][:1]
        cells = [
            cell
            for figure in (newest, *month)
            for cell in (
                str(Period(figure.period_type, figure.period_start)),
                numbers.number(figure.unit, figure.value, currency),
            )
        ]
        table.add_row(name, *cells)
    return table


def _by_name(figures: Iterable[Figure]) -> list[tuple[str, list[Figure]]]:
    grouped: dict[str, list[Figure]] = {}
    for figure in figures:
        grouped.setdefault(figure.name, []).append(figure)
    return list(grouped.items())
