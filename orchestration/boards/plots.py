"""Charts that are drawn: lines, bars, intervals, strips and heat maps, each with its legend and its numbers.

What does not belong here: how a chart looks (``draw``) and charts that are tables (``compose``).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from orchestration.boards import draw, numbers
from orchestration.boards.blocks import DIFFERS_SIGN, PARTIAL, Chart, Writer, kpi_label, matrix, scope_label
from orchestration.boards.chance import verdicts
from orchestration.boards.colors import PLAIN, SERIES, Colors, Member, heat, shade
from orchestration.boards.declare import Board, BoardError, Entry
from orchestration.boards.labels import Label, words
from orchestration.boards.publication import Publication, Value

KPI = "kpi"
FEW = 5
"""A cell of a heat map that stands on fewer cases is hatched."""

HALF_HOUR = timedelta(minutes=30)

Legend = list[tuple[Label, str]]


@dataclass(frozen=True)
class Plotter:
    """What draws: the writer of a language, the colours of the release, and the times of day by heat map."""

    writer: Writer
    colors: Colors


def colors_of(boards: Sequence[Board], publication: Publication) -> Colors:
    """Return the colours of all members and KPIs that share a line chart on any of the boards."""
    charts: list[list[Member]] = []
    for entry in (entry for board in boards for entry in board.entries if entry.chart == "line"):
        if len(entry.kpis) > 1:
            charts.append([(KPI, kpi) for kpi in entry.kpis])
        elif entry.scope != "enterprise":
            values = publication.trend(entry, entry.kpis[0], entry.last)
            charts.append([_member(entry, value) for value in values])
    return Colors(charts)


def plot(entry: Entry, plotter: Plotter, times: Sequence[str] = ()) -> Chart:
    """Return a chart of a kind that is drawn; ``times`` are the times of day that all heat maps of a section show."""
    makers: dict[str, Callable[[Entry, Plotter], Chart]] = {
        "line": _line,
        "bar": partial(_ranked, with_interval=False),
        "interval": partial(_ranked, with_interval=True),
        "strip": _strip,
        "heatmap": partial(_heatmap, times=times),
    }
    return makers[entry.chart](entry, plotter)


def made(entry: Entry, period: str = "", svg: str = "", **more: Any) -> Chart:
    """Return a chart with the title and note of its entry."""
    note = words(entry.note) if entry.note else None
    facts: dict[str, Any] = {"legend": (), "table": None, "kind": entry.chart} | more
    return Chart(words(entry.title), period, note, svg, **facts)


def _said(writer: Writer) -> draw.Words:
    return draw.Words(writer.code, writer.currency)


def _line(entry: Entry, plotter: Plotter) -> Chart:
    writer = plotter.writer
    lines = _lines(entry, writer)
    if len(lines) > SERIES:
        raise BoardError(f"{entry.place}: {len(lines)} lines cannot be told apart; use a table, or a wider scope")
    if not lines:
        return made(entry)
    first = min(value.period_start for own in lines.values() for value in own if value.value is not None)
    lines = {member: [value for value in own if value.period_start >= first] for member, own in lines.items()}
    paints = [plotter.colors.of(*member) for member in lines]
    labels = [_name(entry, writer, own[0]) for own in lines.values()]
    rows = [
        {
            "on": value.period_start,
            "value": value.value,
            "series": at,
            "target": value.target if len(lines) == 1 else None,
            "partial": value.is_partial,
            "text": writer.told(value, writer.say(label)),
        }
        for at, (label, own) in enumerate(zip(labels, lines.values(), strict=True))
        for value in own
    ]
    every = sorted((value for own in lines.values() for value in own), key=lambda value: value.period_start)
    periods = {value.period_start: writer.when(value) for value in every}
    cells = {(at, value.period_start): writer.cell(value) for at, own in enumerate(lines.values()) for value in own}
    table = matrix(
        words("Period"),
        labels,
        [
            (Label(period), [cells.get((at, start)) for at in range(len(lines))])
            for start, period in reversed(periods.items())
        ],
    )
    legend: Legend = list(zip(labels, paints, strict=True))
    if any(row["target"] is not None for row in rows):
        legend.append((words("Target"), "var(--target)"))
    if any(row["partial"] and row["value"] is not None for row in rows):
        legend.append((Label(f"○ {writer.say(PARTIAL)}"), ""))
    named = periods if entry.period in ("month", "quarter", "year") else None
    svg = draw.line(rows, paints, _said(writer), writer.unit(every[0]), named)
    return made(entry, writer.span(every), svg, table=table, legend=tuple(legend))


def _lines(entry: Entry, writer: Writer) -> dict[Member, list[Value]]:
    """Return the values of each line that has any, by whom it is of."""
    lines: dict[Member, list[Value]] = {}
    for kpi in entry.kpis:
        for value in writer.publication.trend(entry, kpi, entry.last):
            lines.setdefault(_member(entry, value), []).append(value)
    return {member: own for member, own in lines.items() if any(value.value is not None for value in own)}


def _member(entry: Entry, value: Value) -> Member:
    """Return whom a value of a chart is of: a member of its scope, or its KPI where that tells it from the others."""
    return (KPI, value.kpi_id) if len(entry.kpis) > 1 or value.scope_id is None else (entry.scope, value.scope_id)


def _name(entry: Entry, writer: Writer, value: Value) -> Label:
    """Return what tells a value from the others of its chart: the KPI, or whom it is about."""
    if len(entry.kpis) > 1 or value.scope_id is None:
        return kpi_label(writer.publication, value.kpi_id, entry.variant)
    return scope_label(writer.publication, entry.scope, value.scope_id)


def _ranked(entry: Entry, plotter: Plotter, with_interval: bool) -> Chart:
    writer = plotter.writer
    found = [
        (_name(entry, writer, value), value)
        for kpi in entry.kpis
        for value in writer.publication.latest(entry, kpi)
        if value.value is not None
    ]
    if not found:
        return made(entry)
    if len(entry.kpis) == 1:
        found.sort(key=lambda pair: -(pair[1].value or 0.0))
    rows = [
        {
            "at": at,
            "name": f"{writer.say(label)} {DIFFERS_SIGN}" if value.differs_from_peers else writer.say(label),
            "value": value.value,
            "shown": writer.shown(value, value.value),
            "target": value.target,
            "low": value.confidence_low,
            "high": value.confidence_high,
            "small": bool(value.is_sample_small),
            "paint": plotter.colors.of(
                *((KPI, value.kpi_id) if len(entry.kpis) > 1 else (entry.scope, value.scope_id))
            ),
            "text": writer.told(value, writer.say(label)),
        }
        for at, (label, value) in enumerate(found)
    ]
    columns = ["value", "confidence_low", "confidence_high", "sample_size"] if with_interval else ["value"]
    heads = [words(head) for head in ("Value", "From", "To", "Answers")[: len(columns)]]
    if any(value.target is not None for _, value in found):
        columns, heads = [*columns, "target"], [*heads, words("Target")]
    table = matrix(
        words("KPI") if len(entry.kpis) > 1 else words(entry.scope.capitalize()),
        heads,
        [(label, [writer.cell(value, column) for column in columns]) for label, value in found],
    )
    unit = writer.unit(found[0][1])
    legend = ((words("Target"), "var(--target)"),) if "target" in columns and not with_interval else ()
    svg = (draw.interval if with_interval else draw.bar)(rows, _said(writer), unit)
    values = [value for _, value in found]
    said = verdicts(entry, writer, values)
    return made(entry, writer.span(values), svg, table=table, legend=legend, verdicts=said)


def _strip(entry: Entry, plotter: Plotter) -> Chart:
    writer, publication = plotter.writer, plotter.writer.publication
    [kpi] = entry.kpis
    values = [value for value in publication.latest(entry, kpi) if value.value is not None]
    values.sort(key=lambda value: -(value.value or 0.0))
    if not values:
        return made(entry)
    named = [(scope_label(publication, entry.scope, value.scope_id), value) for value in values]
    rows = [
        {
            "value": value.value,
            "small": bool(value.is_sample_small),
            "differs": bool(value.differs_from_peers),
            "text": writer.told(value, writer.say(label)),
        }
        for label, value in named
    ]
    start = values[0].period_start
    whole = [value for value in publication.latest(entry, kpi, "enterprise") if value.period_start == start]
    lines = [{"value": value.value, "paint": "var(--target)"} for value in whole if value.value is not None]
    legend: Legend = [(words(entry.scope.capitalize()), PLAIN)]
    legend += [(words("All"), "var(--target)")] if lines else []
    listed = [(words("All"), value) for value in whole] + named
    with_sample = any(value.confidence_low is not None for _, value in listed)
    columns = ["value", "sample_size"] if with_sample else ["value"]
    table = matrix(
        words(entry.scope.capitalize()),
        [words("Value"), words("Sample")][: len(columns)],
        [(label, [writer.cell(value, column) for column in columns]) for label, value in listed],
    )
    svg = draw.strip(rows, lines, _said(writer), writer.unit(values[0]))
    said = verdicts(entry, writer, values)
    return made(entry, writer.span(values), svg, table=table, legend=tuple(legend), verdicts=said)


def times_of(entries: Sequence[Entry], publication: Publication) -> tuple[str, ...]:
    """Return the half-hours, from the first to the last in which anything happened, that heat maps side by side show.

    Half-hours in which none of their KPIs has a value, because the center is closed, are left out.
    """
    return tuple(
        sorted(
            {
                time
                for entry in entries
                if entry.chart == "heatmap"
                for (_, time), value in _placed(entry, publication).items()
                if value.value is not None
            }
        )
    )


def _placed(entry: Entry, publication: Publication) -> dict[tuple[date, str], Value]:
    """Return values by local day and time; the half-hour that comes twice when clocks go back has its own place."""
    placed: dict[tuple[date, str], Value] = {}
    for value in publication.trend(entry, entry.kpis[0], 7):
        if value.interval_local_start is not None:
            time = f"{value.interval_local_start:%H:%M}"
            time += " (2)" if (value.period_start, time) in placed else ""
            placed[value.period_start, time] = value
    return placed


def _heatmap(entry: Entry, plotter: Plotter, times: Sequence[str]) -> Chart:
    writer = plotter.writer
    placed = _placed(entry, writer.publication)
    days = sorted({day for day, _ in placed})
    known = {place: value for place, value in placed.items() if value.value is not None}
    if not known:
        return made(entry)
    paint, legend = _scale(writer, list(known.values()))
    rows = [
        {
            "day": days.index(day),
            "time": times.index(time),
            "paint": paint(value.value or 0.0),
            "hatched": _is_thin(value),
            "text": writer.told(value, ""),
        }
        for (day, time), value in known.items()
    ]
    heads = [numbers.weekday(day, writer.code) for day in days]
    written = [_clock(time, writer.code) for time in times]
    table = matrix(
        words("Half-hour"),
        [Label(" ".join(head)) for head in heads],
        [
            (Label(text), [writer.cell(placed[day, time]) if (day, time) in placed else None for day in days])
            for text, time in zip(written, times, strict=True)
        ],
    )
    svg = draw.heatmap(rows, heads, written, _said(writer))
    return made(entry, numbers.span(days[0], days[-1], writer.code), svg, table=table, legend=tuple(legend))


def _clock(time: str, language: str) -> str:
    clock, _, again = time.partition(" ")
    return numbers.clock(datetime.strptime(clock, "%H:%M"), language) + (f" {again}" if again else "")


def _is_thin(value: Value) -> bool:
    cases = value.sample_size if value.sample_size is not None else value.denominator
    return cases is not None and cases < FEW


def _scale(writer: Writer, values: Sequence[Value]) -> tuple[Callable[[float], str], Legend]:
    """Return the colours of a heat map and its legend: on both sides of a target, or from light to strong without."""
    known = [value.value for value in values if value.value is not None]
    low, high = min(known), max(known)
    ends = [Label(writer.shown(values[0], end)) for end in (low, high)]
    targets = [value.target for value in values if value.target is not None]
    kpi = writer.publication.kpis[values[0].kpi_id, values[0].variant]
    if not targets or kpi.direction not in ("higher", "lower"):
        return partial(heat, low=low, high=high), [(ends[0], "var(--heat-1)"), (ends[1], "var(--heat-7)")]
    target, is_higher_better = targets[-1], kpi.direction == "higher"
    middle = Label(f"{writer.say(words('Target'))} {writer.shown(values[0], target)}")
    paint = partial(shade, target=target, low=low, high=high, is_higher_better=is_higher_better)
    legend: Legend = [(ends[0], paint(low)), (middle, ""), (ends[1], paint(high))]
    return paint, legend
