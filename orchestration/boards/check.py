"""Whether what boards ask for is published: a misspelt KPI is an error that names file and entry, not an empty tile."""

from collections.abc import Sequence
from difflib import get_close_matches

from orchestration.boards.declare import Board, BoardError, Entry
from orchestration.boards.publication import Kpi, Publication


def check_boards(boards: Sequence[Board], publication: Publication) -> None:
    """Raise ``BoardError`` with every entry that asks for a KPI, variant, scope or period that is not published."""
    problems = [
        problem
        for board in boards
        for entry in board.entries
        for kpi in entry.kpis
        if (problem := _problem(entry, kpi, publication))
    ]
    problems += [problem for board in boards for entry in board.entries if (problem := _mixed(entry, publication))]
    if problems:
        raise BoardError("; ".join(problems))


def _problem(entry: Entry, kpi_id: str, publication: Publication) -> str:
    kpi = publication.kpis.get((kpi_id, entry.variant))
    if kpi is None:
        return f"{entry.place}: {_unknown(entry, kpi_id, publication)}"
    for word, wanted, offered in _asked(entry, kpi):
        if wanted not in offered:
            return f"{entry.place}: {kpi_id} is not published by {word} {wanted!r}, but by {', '.join(offered)}"
    return ""


def _mixed(entry: Entry, publication: Publication) -> str:
    """Return what is wrong with an entry that draws KPIs of several units on one axis."""
    known = [publication.kpis[kpi, entry.variant] for kpi in entry.kpis if (kpi, entry.variant) in publication.kpis]
    units = sorted({kpi.unit for kpi in known})
    if entry.chart not in ("line", "interval") or len(units) < 2:
        return ""
    return f"{entry.place}: one axis cannot show {' and '.join(units)}; use a table, or several charts"


def _asked(entry: Entry, kpi: Kpi) -> list[tuple[str, str, tuple[str, ...]]]:
    period = entry.period
    return [("scope", entry.scope, kpi.scope_types), ("period", period, kpi.period_types)]


def _unknown(entry: Entry, kpi_id: str, publication: Publication) -> str:
    variants = sorted(variant for known, variant in publication.kpis if known == kpi_id)
    if variants:
        return f"{kpi_id} has no variant {entry.variant!r}; it has {', '.join(variants)}"
    near = get_close_matches(kpi_id, publication.default_kpis(), n=1)
    return f"no KPI {kpi_id!r} is published" + (f"; did you mean {near[0]}?" if near else "")
