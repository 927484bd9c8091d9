"""From what a board declares to the blocks of its page: look the values up, draw them, and list their numbers."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from orchestration.boards import draw, numbers
from orchestration.boards.blocks import (
    Cell,
    Chart,
    Label,
    PageSection,
    Table,
    TableRow,
    Tile,
    Writer,
    iso,
    kpi_label,
    matrix,
    scope_label,
    words,
)
from orchestration.boards.declare import Board, BoardError, Entry
from orchestration.boards.publication import Publication, Value

MOVERS = 8


def compose(board: Board, publication: Publication) -> tuple[PageSection, ...]:
    """Return the sections of a board, filled; a tile or chart without any value says so."""
    writer = Writer(publication)
    return tuple(
        PageSection(
            title=words(section.title),
            tiles=tuple(tile(entry, writer) for entry in section.tiles),
            charts=tuple(chart(entry, writer) for entry in section.charts),
        )
        for section in board.sections
    )


def tile(entry: Entry, writer: Writer) -> Tile:
    """Return one KPI with its newest complete value, target, change and trend."""
    publication = writer.publication
    [kpi] = entry.kpis
    label = kpi_label(publication, kpi, entry.variant)
    trend = publication.trend(entry, kpi, entry.last)
    if not trend:
        nothing = Cell(numbers.NOTHING, status="no_data")
        return Tile(label, "", nothing, False, None, None, None, None, None, "")
    newest = trend[-1]
    value = writer.cell(newest)
    target = writer.cell(newest, "target") if newest.target is not None else None
    if target is None and newest.lower_bound is not None and newest.upper_bound is not None:
        low, high = (writer.cell(newest, bound) for bound in ("lower_bound", "upper_bound"))
        target = Cell(numbers.between(low.text, high.text))
    with_sample = newest.sample_size is not None and newest.confidence_low is not None
    return Tile(
        label=label,
        period=writer.when(newest),
        value=Cell(value.text, value.key, value.raw, newest.status, value.is_small),
        is_provisional=newest.state == "provisional",
        target=target,
        previous=writer.cell(newest, "previous_value") if newest.previous_value is not None else None,
        change=writer.change(newest),
        movement=writer.movement(newest),
        sample=writer.cell(newest, "sample_size") if with_sample else None,
        spark=draw.spark([value.value for value in _known(trend)]),
    )


def _known(trend: Sequence[Value]) -> Sequence[Value]:
    """Return a trend from its first value on."""
    first = next((at for at, value in enumerate(trend) if value.value is not None), len(trend))
    return trend[first:]


def chart(entry: Entry, writer: Writer) -> Chart:
    """Return a chart of any kind."""
    makers: dict[str, Callable[[Entry, Writer], Chart]] = {
        "line": _line,
        "bar": partial(_ranked, with_interval=False),
        "interval": partial(_ranked, with_interval=True),
        "strip": _strip,
        "heatmap": _heatmap,
        "table": _table,
        "movers": _movers,
        "records": _records,
        "release": _release,
    }
    return makers[entry.chart](entry, writer)


def _made(entry: Entry, period: str, svg: str, table: Table | None, **more: Any) -> Chart:
    note = words(entry.note) if entry.note else None
    return Chart(words(entry.title), period, note, svg, more.pop("legend", ()), table, **more)


def _line(entry: Entry, writer: Writer) -> Chart:
    publication = writer.publication
    lines: dict[Label, list[Value]] = {}
    for kpi in entry.kpis:
        for value in publication.trend(entry, kpi, entry.last):
            of_scope = len(entry.kpis) == 1 and entry.scope != "enterprise"
            label = scope_label(publication, entry.scope, value.scope_id) if of_scope else kpi_label(publication, kpi)
            lines.setdefault(label, []).append(value)
    lines = {label: own for label, own in lines.items() if any(value.value is not None for value in own)}
    first = min(
        (value.period_start for own in lines.values() for value in own if value.value is not None), default=None
    )
    lines = {label: [value for value in own if value.period_start >= first] for label, own in lines.items() if first}
    if len(lines) > draw.SERIES:
        raise BoardError(f"{entry.place}: {len(lines)} lines cannot be told apart; use a table, or a wider scope")
    alone = len(lines) == 1
    rows = [
        {
            "on": iso(value.period_start),
            "value": value.value,
            "series": label.text,
            "target": value.target if alone else None,
            "text": writer.told(value, label.text),
        }
        for label, own in lines.items()
        for value in own
    ]
    starts = sorted({value.period_start for own in lines.values() for value in own})
    by_start = {(label, value.period_start): writer.cell(value) for label, own in lines.items() for value in own}
    table = matrix(
        words("Period"),
        list(lines),
        [
            (Label(numbers.period(entry.period, start)), [by_start.get((label, start)) for label in lines])
            for start in reversed(starts)
        ],
    )
    legend = [(label, draw.color(at)) for at, label in enumerate(lines)]
    if any(row["target"] is not None for row in rows):
        legend.append((words("Target"), "var(--target)"))
    unit = publication.kpis[entry.kpis[0], entry.variant].unit
    every = sorted((value for own in lines.values() for value in own), key=lambda value: value.period_start)
    svg = draw.line(rows, [label.text for label in lines], unit) if rows else ""
    return _made(entry, writer.span(every), svg, table, legend=tuple(legend))


def _ranked(entry: Entry, writer: Writer, with_interval: bool) -> Chart:
    publication = writer.publication
    found = [
        (kpi_label(publication, kpi) if len(entry.kpis) > 1 else _own(entry, writer, value), value)
        for kpi in entry.kpis
        for value in publication.latest(entry, kpi)
        if value.value is not None
    ]
    if len(entry.kpis) == 1:
        found.sort(key=lambda pair: -(pair[1].value or 0.0))
    rows = [
        {
            "at": at,
            "name": label.text,
            "value": value.value,
            "shown": writer.shown(value, value.value),
            "target": value.target,
            "low": value.confidence_low,
            "high": value.confidence_high,
            "small": bool(value.is_sample_small),
            "text": writer.told(value, label.text),
        }
        for at, (label, value) in enumerate(found)
    ]
    if not rows:
        return _made(entry, "", "", None)
    columns = ["value", "confidence_low", "confidence_high", "sample_size"] if with_interval else ["value"]
    heads = [words(head) for head in ("Value", "From", "To", "Answers")[: len(columns)]]
    if any(value.target is not None for _, value in found):
        columns, heads = [*columns, "target"], [*heads, words("Target")]
    table = matrix(
        words("KPI") if len(entry.kpis) > 1 else words(entry.scope.capitalize()),
        heads,
        [(label, [writer.cell(value, column) for column in columns]) for label, value in found],
    )
    unit = publication.kpis[entry.kpis[0], entry.variant].unit
    legend = ((words("Target"), "var(--target)"),) if "target" in columns and not with_interval else ()
    svg = draw.interval(rows, unit) if with_interval else draw.bar(rows, unit)
    return _made(entry, writer.span([value for _, value in found]), svg, table, legend=legend)


def _own(entry: Entry, writer: Writer, value: Value) -> Label:
    if value.scope_id is None:
        return kpi_label(writer.publication, value.kpi_id, entry.variant)
    return scope_label(writer.publication, entry.scope, value.scope_id)


def _strip(entry: Entry, writer: Writer) -> Chart:
    publication = writer.publication
    [kpi] = entry.kpis
    values = [value for value in publication.latest(entry, kpi) if value.value is not None]
    values.sort(key=lambda value: -(value.value or 0.0))
    if not values:
        return _made(entry, "", "", None)
    named = [(scope_label(publication, entry.scope, value.scope_id), value) for value in values]
    rows = [
        {"value": value.value, "small": bool(value.is_sample_small), "text": writer.told(value, label.text)}
        for label, value in named
    ]
    start = values[0].period_start
    whole = [value for value in publication.latest(entry, kpi, "enterprise") if value.period_start == start]
    lines = [{"value": value.value, "paint": draw.color(1)} for value in whole if value.value is not None]
    legend = [(words(entry.scope.capitalize()), draw.color(0))]
    legend += [(words("All"), draw.color(1))] if lines else []
    listed = [(words("All"), value) for value in whole] + named
    with_sample = any(value.confidence_low is not None for _, value in listed)
    columns = ["value", "sample_size"] if with_sample else ["value"]
    table = matrix(
        words(entry.scope.capitalize()),
        [words("Value"), words("Sample")][: len(columns)],
        [(label, [writer.cell(value, column) for column in columns]) for label, value in listed],
    )
    return _made(
        entry,
        writer.span(values),
        draw.strip(rows, lines, publication.kpis[kpi, entry.variant].unit),
        table,
        legend=tuple(legend),
    )


def _heatmap(entry: Entry, writer: Writer) -> Chart:
    publication = writer.publication
    [kpi] = entry.kpis
    values = [value for value in publication.trend(entry, kpi, 7) if value.interval_local_start]
    placed: dict[tuple[str, str], Value] = {}
    for value in values:
        local = value.interval_local_start
        assert local is not None  # noqa: S101 - filtered above
        time = f"{local:%H:%M}"
        if (iso(value.period_start), time) in placed:
            time += " (2)"
        placed[iso(value.period_start), time] = value
    times = sorted({time for (_, time), value in placed.items() if value.value is not None})
    days = sorted({day for day, _ in placed})
    rows: list[dict[str, Any]] = [
        {"day": day[5:], "time": time, "value": value.value, "text": writer.told(value, "")}
        for (day, time), value in placed.items()
        if value.value is not None
    ]
    if not rows:
        return _made(entry, "", "", None)
    table = matrix(
        words("Half-hour"),
        [Label(day) for day in days],
        [
            (Label(time), [writer.cell(placed[day, time]) if (day, time) in placed else None for day in days])
            for time in times
        ],
    )
    shown = [float(row["value"]) for row in rows]
    unit = publication.kpis[kpi, entry.variant].unit
    legend = (
        (Label(numbers.number(unit, min(shown), writer.currency)), "var(--heat-1)"),
        (Label(numbers.number(unit, max(shown), writer.currency)), f"var(--heat-{len(draw.HEAT)})"),
    )
    svg = draw.heatmap(rows, [day[5:] for day in days], times)
    return _made(entry, numbers.between(days[0], days[-1]), svg, table, legend=legend)


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
    rows.sort(key=lambda row: row[0].text)
    heads = [kpi_label(publication, kpi, entry.variant) for kpi in entry.kpis]
    table = matrix(words(entry.scope.capitalize()), heads, rows)
    return _made(entry, writer.span(newest), "", table, is_wide=True)


def _movers(entry: Entry, writer: Writer) -> Chart:
    publication = writer.publication
    moved = [
        (abs(value.value - value.previous_value) / abs(value.previous_value), value)
        for kpi in entry.kpis or publication.default_kpis()
        if publication.kpis[kpi, "default"].direction in ("higher", "lower")
        for value in publication.latest(entry, kpi)
        if value.value is not None and value.previous_value and not value.is_sample_small
    ]
    newest = max((value.period_start for _, value in moved), default=None)
    moved = [(by, value) for by, value in moved if value.period_start == newest]
    moved.sort(key=lambda pair: (-pair[0], pair[1].kpi_id))
    chosen = [value for _, value in moved[:MOVERS]]
    heads = [words(head) for head in ("Value", "Before", "Change", "Direction")]
    rows: list[tuple[Label, Sequence[Cell | None]]] = []
    for value in chosen:
        movement = writer.movement(value)
        word = Cell("" if movement is None else movement.text, status="word")
        cells = [writer.cell(value, with_status=True), writer.cell(value, "previous_value"), writer.change(value), word]
        rows.append((kpi_label(publication, value.kpi_id), cells))
    return _made(entry, writer.span(chosen), "", matrix(words("KPI"), heads, rows), is_wide=True)


def _records(entry: Entry, writer: Writer) -> Chart:
    found = writer.publication.records(entry)
    columns = dict(entry.columns or {})
    rows = tuple(
        TableRow(
            Label(numbers.plain(record[next(iter(columns))])),
            tuple(Cell(numbers.plain(record[column]), raw=str(record[column])) for column in list(columns)[1:]),
            {column: str(record[column]) for column in entry.identify},
        )
        for record in found or []
    )
    first, *heads = (words(head) for head in columns.values())
    table = Table(first, tuple(heads), rows, records=entry.table, columns=tuple(list(columns)[1:]))
    nothing = words("No data" if found is None else "Nothing to list")
    return _made(entry, "", "", table, is_wide=True, nothing=nothing)


def _release(entry: Entry, writer: Writer) -> Chart:
    manifest = writer.publication.manifest
    checks = manifest.get("checks", {})
    facts = {
        "Release": manifest.get("release_id"),
        "Computed as of (UTC)": numbers.minutes(manifest["as_of"]),
        "Published at (UTC)": numbers.minutes(manifest["published_at"]),
        "Checks and builds that ran": checks.get("run"),
        "Checks and builds that passed": checks.get("passed"),
        "Checks of models": checks.get("dbt_tests"),
        "Expectations at the borders": checks.get("expectations"),
        "Published tables": len(manifest.get("tables", {})),
        "Published rows": sum(int(table["rows"]) for table in manifest.get("tables", {}).values()),
        "Parameter set": manifest.get("parameter_set"),
    }
    rows = [(words(name), [Cell(numbers.plain(fact))]) for name, fact in facts.items()]
    return _made(entry, "", "", matrix(words("Fact"), [words("Value")], rows))
