"""From what a board declares to the blocks of its page: look the values up, draw them, and list their numbers."""

import math
from collections.abc import Callable, Sequence
from datetime import datetime

from orchestration.boards import draw, numbers
from orchestration.boards.blocks import (
    NOT_COMPARABLE,
    Cell,
    Chart,
    PageSection,
    Table,
    TableRow,
    Tile,
    Writer,
    kpi_label,
    matrix,
    scope_label,
)
from orchestration.boards.chance import verdicts
from orchestration.boards.declare import Board, Entry
from orchestration.boards.labels import Label, words
from orchestration.boards.plots import Plotter, made, plot, times_of
from orchestration.boards.publication import Value

MOVERS = 8


def compose(board: Board, plotter: Plotter) -> tuple[PageSection, ...]:
    """Return the sections of a board, filled; a tile or chart without any value says so."""
    sections = []
    for section in board.sections:
        times = times_of(section.charts, plotter.writer.publication)
        sections.append(
            PageSection(
                title=words(section.title),
                tiles=tuple(tile(entry, plotter) for entry in section.tiles),
                charts=tuple(chart(entry, plotter, times) for entry in section.charts),
            )
        )
    return tuple(sections)


def tile(entry: Entry, plotter: Plotter) -> Tile:
    """Return one KPI with its newest complete value, target, change and trend."""
    writer, publication = plotter.writer, plotter.writer.publication
    [kpi] = entry.kpis
    label = kpi_label(publication, kpi, entry.variant)
    meaning = publication.kpis[kpi, entry.variant]
    trend = publication.trend(entry, kpi, entry.last)
    if not trend:
        nothing = Cell(numbers.NOTHING, status="no_data")
        return Tile(label, "", nothing, False, None, None, None, None, None, "", False, None, "", meaning)
    newest, known = trend[-1], _known(trend)
    value = writer.cell(newest)
    target = writer.cell(newest, "target") if newest.target is not None else None
    if target is None and newest.lower_bound is not None and newest.upper_bound is not None:
        low, high = (writer.cell(newest, bound) for bound in ("lower_bound", "upper_bound"))
        target = Cell(numbers.between(low.text, high.text))
    change = writer.change(newest)
    with_sample = newest.sample_size is not None and newest.confidence_low is not None
    return Tile(
        label=label,
        period=writer.when(newest),
        value=Cell(value.text, value.key, value.raw, newest.status, value.is_small, value.notes),
        is_provisional=newest.state == "provisional",
        target=target,
        previous=writer.cell(newest, "previous_value") if change else None,
        change=change,
        movement=writer.movement(newest),
        why=writer.why_not(newest),
        holidays=writer.holidays(newest),
        is_partial=newest.is_partial,
        sample=writer.cell(newest, "sample_size") if with_sample else None,
        spark=draw.spark([value.value for value in known], [value.is_partial for value in known]),
        meaning=meaning,
    )


def _known(trend: Sequence[Value]) -> Sequence[Value]:
    """Return a trend from its first value on."""
    first = next((at for at, value in enumerate(trend) if value.value is not None), len(trend))
    return trend[first:]


def chart(entry: Entry, plotter: Plotter, times: Sequence[str] = ()) -> Chart:
    """Return a chart of any kind; ``times`` are the times of day that heat maps side by side show."""
    makers: dict[str, Callable[[Entry, Writer], Chart]] = {
        "table": _table,
        "movers": _movers,
        "records": _records,
        "release": _release,
    }
    if entry.chart in makers:
        return makers[entry.chart](entry, plotter.writer)
    return plot(entry, plotter, times)


def _table(entry: Entry, writer: Writer) -> Chart:
    publication = writer.publication
    by_scope: dict[str | None, dict[str, Value]] = {}
    newest = []
    for kpi in entry.kpis:
        for value in publication.latest(entry, kpi):
            by_scope.setdefault(value.scope_id, {})[kpi] = value
            newest.append(value)
    newest.sort(key=lambda value: value.period_start)
    rows: list[tuple[Label, list[Cell | None]]] = []
    for scope_id, own in by_scope.items():
        if any(value.value is not None for value in own.values()):
            cells = [writer.cell(own[kpi], with_status=True) if kpi in own else None for kpi in entry.kpis]
            rows.append((scope_label(publication, entry.scope, scope_id), cells))
    rows.sort(key=lambda row: writer.say(row[0]))
    heads = [kpi_label(publication, kpi, entry.variant) for kpi in entry.kpis]
    table = matrix(words(entry.scope.capitalize()), heads, rows)
    return made(entry, writer.span(newest), table=table, is_wide=True, verdicts=verdicts(entry, writer, newest))


def _movers(entry: Entry, writer: Writer) -> Chart:
    """Return the KPIs that got better or worse, the greatest relative change first; the publication judges."""
    publication = writer.publication
    moved = [
        (abs(value.value - value.previous_value) / abs(value.previous_value or math.ulp(0.0)), value)
        for kpi in entry.kpis or publication.default_kpis()
        for value in publication.latest(entry, kpi)
        if value.value is not None and value.previous_value is not None
    ]
    newest = max((value.period_start for _, value in moved), default=None)
    moved = [(by, value) for by, value in moved if value.period_start == newest]
    compared = any(value.change_status not in (None, NOT_COMPARABLE) for _, value in moved)
    moved = [(by, value) for by, value in moved if value.change_status in ("better", "worse")]
    moved.sort(key=lambda pair: (-pair[0], pair[1].kpi_id))
    chosen = [value for _, value in moved[:MOVERS]]
    heads = [words(head) for head in ("Value", "Before", "Change", "Direction")]
    rows: list[tuple[Label, Sequence[Cell | None]]] = []
    for value in chosen:
        movement = writer.movement(value)
        word = Cell("" if movement is None else movement.text, status="word")
        cells = [writer.cell(value, with_status=True), writer.cell(value, "previous_value"), writer.change(value), word]
        rows.append((kpi_label(publication, value.kpi_id), cells))
    table = matrix(words("KPI"), heads, rows)
    return made(
        entry, writer.span(chosen), table=table, is_wide=True, is_news=compared, nothing=words("No clear change")
    )


def _records(entry: Entry, writer: Writer) -> Chart:
    found = writer.publication.records(entry)
    columns = dict(entry.columns or {})
    shown = list(columns)[1:]
    rows = tuple(
        TableRow(
            Label(numbers.plain(record[next(iter(columns))], writer.code)),
            tuple(
                Cell(numbers.plain(record[column], writer.code), raw=str(record[column]))
                for column in list(columns)[1:]
            ),
            {column: str(record[column]) for column in entry.identify},
        )
        for record in found or []
    )
    first, *heads = (words(head) for head in columns.values())
    table = Table(first, tuple(heads), rows, records=entry.table, columns=tuple(shown))
    return made(entry, table=table, is_wide=True, is_news=found is not None, nothing=words("Nothing to list"))


def _release(entry: Entry, writer: Writer) -> Chart:
    manifest = writer.publication.manifest
    checks = manifest.get("checks", {})
    facts = {
        "Release": manifest.get("release_id"),
        "Computed as of (UTC)": datetime.fromisoformat(manifest["as_of"]),
        "Published at (UTC)": datetime.fromisoformat(manifest["published_at"]),
        "Checks and builds that ran": checks.get("run"),
        "Checks and builds that passed": checks.get("passed"),
        "Checks of models": checks.get("dbt_tests"),
        "Expectations at the borders": checks.get("expectations"),
        "Published tables": len(manifest.get("tables", {})),
        "Published rows": sum(int(table["rows"]) for table in manifest.get("tables", {}).values()),
        "Parameter set": manifest.get("parameter_set"),
    }
    rows = [(words(name), [Cell(numbers.plain(fact, writer.code))]) for name, fact in facts.items()]
    return made(entry, table=matrix(words("Fact"), [words("Value")], rows))
