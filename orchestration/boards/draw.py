"""Charts as SVG: Vega-Lite specifications, drawn by vl-convert without a browser and without JavaScript in the page.

Colours are variables of the page's style sheet, so that one drawing serves light and dark; ``solid`` puts the light
colours in for PDF and PNG. Texts are put into a drawing after it is drawn, so that one serves several languages: Vega
sees a token for each, and room for the longest label of an axis.
"""

import html
import json
import math
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any
from unicodedata import east_asian_width

import vl_convert

from orchestration.boards import numbers
from orchestration.boards.colors import LIGHT, PLAIN
from orchestration.boards.labels import isolated

Row = Mapping[str, Any]
"""One datum: ``text`` is what a reader is told of it."""

WIDTH = 400
LINE_HEIGHT = 190
BAR_STEP = 40
HEAT_STEP = 12
TICKS = 4
TEXTS = ("text", "name", "shown")
"""Columns of rows that hold words of a language."""

FONT = "system-ui, 'Segoe UI', Roboto, 'Noto Sans', 'Liberation Sans', 'DejaVu Sans', sans-serif"
AXIS = {
    "title": None,
    "labelColor": "var(--muted)",
    "labelFontSize": 11,
    "gridColor": "var(--grid)",
    "domainColor": "var(--grid)",
    "tickColor": "var(--grid)",
}
HATCH = "M-3.8,.8L-2.4,-.8M-2.2,.8L-.8,-.8M-.6,.8L.8,-.8M1,.8L2.4,-.8M2.6,.8L4,-.8"
"""Strokes across a cell of a heat map, in half its height."""

AT_RIGHT = {"value": {"expr": "width"}}
"""Where a row's number stands: at the right end, so that no bar and no target runs through it."""

TOLD = {"field": "text", "type": "nominal"}


class Words:
    """The words of one drawing: Vega gets tokens in their place, and ``put`` takes them back."""

    def __init__(self, language: str, currency: str = "") -> None:
        self.language = language
        self.currency = currency
        self.texts: list[str] = []

    def token(self, text: str) -> str:
        """Return what stands for a text while it is drawn."""
        self.texts.append(isolated(text, self.language))
        return f"\ue000{len(self.texts) - 1}\ue001"

    def rows(self, rows: Sequence[Row]) -> list[dict[str, Any]]:
        """Return rows with tokens for their words."""
        return [{key: self.token(value) if key in TEXTS else value for key, value in row.items()} for row in rows]

    def labels(self, values: Sequence[Any], texts: Sequence[str | tuple[str, ...]]) -> str:
        """Return a Vega expression that writes the label of each value of an axis; a tuple is a label's lines."""
        tokens = [self.token(text) if isinstance(text, str) else [self.token(one) for one in text] for text in texts]
        return f"{json.dumps(tokens)}[indexof({json.dumps(list(values))}, +datum.value)]"

    def put(self, svg: str) -> str:
        """Return a drawing with its words."""
        return re.sub("\ue000(\\d+)\ue001", lambda match: html.escape(self.texts[int(match[1])]), svg)


def solid(svg: str) -> str:
    """Return a drawing with the light colours in place of variables."""
    return re.sub(r"var\((--[\w-]+)\)", lambda match: LIGHT[match[1]], svg)


@lru_cache(maxsize=256)
def _svg(spec: str) -> str:
    svg = vl_convert.vegalite_to_svg(json.loads(spec))
    svg = re.sub(r'^<svg [^>]*viewBox="([^"]*)"[^>]*>', r'<svg xmlns="http://www.w3.org/2000/svg" viewBox="\1">', svg)
    # ids of clips repeat from drawing to drawing, and nothing here reaches out of its frame
    svg = re.sub(r'<defs>.*?</defs>| clip-path="[^"]*"', "", svg, flags=re.DOTALL)
    return re.sub(r' (?:pointer-events="none"|aria-roledescription="[^"]*"|class="[^"]*")', "", svg)


def _drawn(
    said: Words, layers: Sequence[Mapping[str, Any]], height: int, data: Sequence[Row], is_timed: bool = False
) -> str:
    spec = {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "width": WIDTH,
        "height": height,
        "autosize": {"type": "fit", "contains": "padding"},
        "padding": {"left": 2, "top": 4, "right": 26 if is_timed else 4, "bottom": 2},
        "background": None,
        "data": {"values": said.rows(data)},
        "layer": list(layers),
        "config": {"font": FONT, "view": {"stroke": None}, "axis": AXIS},
    }
    return said.put(_svg(json.dumps(spec)))


def room(texts: Sequence[str]) -> int:
    """Return how wide the longest of some labels is, in steps of eight pixels so that languages share drawings."""
    wide = max((sum(11.5 if east_asian_width(letter) in "WF" else 6.4 for letter in text) for text in texts), default=0)
    return 8 * math.ceil((wide + 12) / 8)


def _values(said: Words, unit: str, low: float, high: float, *, is_upright: bool = False) -> dict[str, Any]:
    """Return scale and axis of values from a lowest to a highest one: some round numbers, written in their unit."""
    size = 1 if unit != "seconds" else 3600 if high >= 7200 else 60 if high >= 120 else 1
    spread = (high - low) / size or abs(high) / size or 1.0
    power = 10 ** math.floor(math.log10(spread / TICKS))
    step = next(nice * power for nice in (1, 2, 5, 10) if nice * power * (TICKS + 0.5) >= spread)
    if unit in ("count", "per_interval"):
        step = max(step, 1)
    first, last = math.floor(low / size / step + 1e-9), math.ceil(high / size / step - 1e-9)
    last = max(last, first + 1)
    written = [round(at * step * size, 9) for at in range(first, last + 1)]
    labels = numbers.ticks(unit, written, said.currency, said.language)
    if not is_upright:
        every = math.ceil(room(labels) * len(labels) / WIDTH)
        labels = [label if at % every == 0 else "" for at, label in enumerate(labels)]
    axis: dict[str, Any] = {"values": written, "labelExpr": said.labels(written, labels), "labelFlush": not is_upright}
    if is_upright:
        axis |= {"minExtent": room(labels), "maxExtent": room(labels)}
    return {
        "type": "quantitative",
        "scale": {"domain": [written[0], written[-1]], "nice": False, "zero": False},
        "axis": axis,
    }


def _ends(rows: Sequence[Row], *columns: str) -> tuple[float, float]:
    found = [float(row[column]) for row in rows for column in columns if row.get(column) is not None]
    return min(found), max(found)


def line(
    rows: Sequence[Row], paints: Sequence[str], said: Words, unit: str = "", labels: Mapping[date, str] | None = None
) -> str:
    """Return lines over time: rows with ``on`` (date), ``series`` (from 0), ``value``, ``target`` and ``text``.

    A ``partial`` row is of a period that the data cover only a part of: its point is hollow.

    ``paints`` are the colours of the series, ``labels`` what to write below a date.
    """
    days = sorted({row["on"] for row in rows}, reverse=True)
    shown = days[:: -(-len(days) // 3)]
    marks = [datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() * 1000 for day in shown]
    texts = [(labels or {}).get(day) or numbers.short_day(day, said.language) for day in shown]
    x = {
        "field": "on",
        "type": "temporal",
        "scale": {"type": "utc"},
        "axis": {"values": marks, "labelExpr": said.labels(marks, texts), "grid": False, "labelOverlap": False},
    }
    y = {"field": "value", **_values(said, unit, *_ends(rows, "value", "target"), is_upright=True)}
    scale = {"domain": list(range(len(paints))), "range": list(paints)}
    paint = {"field": "series", "type": "nominal", "scale": scale, "legend": None}
    layers: list[dict[str, Any]] = [
        {"mark": {"type": "line", "strokeWidth": 2, "aria": False}, "encoding": {"x": x, "y": y, "color": paint}},
        {
            "mark": {"type": "point", "filled": True, "size": 26, "opacity": 1, "invalid": "filter"},
            "encoding": {"x": x, "y": y, "color": paint, "description": TOLD},
        },
    ]
    if any(row.get("partial") for row in rows):
        layers.append(
            {
                "transform": [{"filter": "datum.partial"}],
                "mark": {
                    "type": "point",
                    "fill": "var(--card)",
                    "size": 44,
                    "strokeWidth": 2,
                    "opacity": 1,
                    "aria": False,
                },
                "encoding": {"x": x, "y": y, "stroke": paint},
            }
        )
    if any(row.get("target") is not None for row in rows):
        mark = {"type": "line", "interpolate": "step-after", "strokeDash": [5, 4], "aria": False}
        target = {"mark": {**mark, "color": "var(--target)"}, "encoding": {"x": x, "y": {**y, "field": "target"}}}
        layers.insert(0, target)
    data = [{**row, "on": row["on"].isoformat()} for row in rows]
    return _drawn(said, layers, LINE_HEIGHT, data, is_timed=True)


def _rows_axis() -> dict[str, Any]:
    return {"field": "at", "type": "ordinal", "axis": None, "scale": {"padding": 0}}


def _named_rows() -> list[dict[str, Any]]:
    """Return the layers that write a row's name and number above its bar, where long names have room."""
    mark = {"type": "text", "dy": -11, "fontSize": 12, "color": "var(--ink)", "aria": False}
    y = _rows_axis()
    return [
        {
            "mark": {**mark, "align": "right", "fontWeight": 600},
            "encoding": {"y": y, "x": AT_RIGHT, "text": {"field": "shown"}},
        },
        {"mark": {**mark, "align": "left"}, "encoding": {"y": y, "x": {"value": 1}, "text": {"field": "name"}}},
    ]


def bar(rows: Sequence[Row], said: Words, unit: str = "") -> str:
    """Return a bar per row: ``at`` (order), ``name``, ``value``, ``shown`` (text), ``target``, ``paint``, ``text``."""
    low, high = _ends(rows, "value", "target")
    x = {"field": "value", **_values(said, unit, min(low, 0.0), max(high, 0.0) or 1.0)}
    y = _rows_axis()
    paint = {"field": "paint", "type": "nominal", "scale": None}
    layers: list[dict[str, Any]] = [
        {
            "mark": {"type": "bar", "height": 12, "yOffset": 8, "cornerRadiusEnd": 2},
            "encoding": {"x": x, "y": y, "color": paint, "description": TOLD},
        },
        *_named_rows(),
    ]
    if any(row.get("target") is not None for row in rows):
        mark = {"type": "tick", "thickness": 2.5, "size": 18, "yOffset": 8, "color": "var(--target)", "aria": False}
        layers.insert(1, {"mark": mark, "encoding": {"x": {**x, "field": "target"}, "y": y}})
    return _drawn(said, layers, BAR_STEP * len(rows) + 24, rows)


def interval(rows: Sequence[Row], said: Words, unit: str = "") -> str:
    """Return values with their confidence intervals: as ``bar``, with ``low``, ``high`` and ``small`` (hollow)."""
    x = {"field": "value", **_values(said, unit, *_ends(rows, "value", "low", "high"))}
    y = _rows_axis()
    paint = {"field": "paint", "type": "nominal", "scale": None}
    fill = {"condition": {"test": "datum.small", "value": "var(--card)"}, "field": "paint", "type": "nominal"}
    layers: list[dict[str, Any]] = [
        {
            "mark": {"type": "rule", "strokeWidth": 3, "opacity": 0.45, "yOffset": 9, "aria": False},
            "encoding": {"x": {**x, "field": "low"}, "x2": {"field": "high"}, "y": y, "color": paint},
        },
        {
            "mark": {"type": "point", "size": 70, "filled": False, "strokeWidth": 2, "yOffset": 9, "opacity": 1},
            "encoding": {"x": x, "y": y, "stroke": paint, "fill": {**fill, "scale": None}, "description": TOLD},
        },
        *_named_rows(),
    ]
    return _drawn(said, layers, BAR_STEP * len(rows) + 24, rows)


def strip(rows: Sequence[Row], lines: Sequence[Row], said: Words, unit: str = "") -> str:
    """Return a distribution: one tick per row at its ``value``; ``lines`` are rows of values to hold it against.

    A row that ``differs`` has a diamond above its tick.
    """
    x = {"field": "value", **_values(said, unit, *_ends([*rows, *lines], "value"))}
    shape = {"condition": {"test": "datum.small", "value": 0.3}, "value": 0.8}
    layers: list[dict[str, Any]] = [
        {
            "mark": {"type": "tick", "size": 44, "thickness": 2, "color": PLAIN},
            "encoding": {"x": x, "opacity": shape, "description": TOLD},
        },
        {
            "data": {"values": [dict(row) for row in lines]},
            "mark": {"type": "rule", "strokeWidth": 2.5, "strokeDash": [5, 4], "aria": False},
            "encoding": {"x": x, "color": {"field": "paint", "type": "nominal", "scale": None}},
        },
    ]
    if any(row.get("differs") for row in rows):
        mark = {"type": "point", "shape": "diamond", "size": 40, "fill": "var(--card)", "stroke": "var(--ink)"}
        layers.append(
            {
                "transform": [{"filter": "datum.differs"}],
                "mark": {**mark, "strokeWidth": 1.2, "opacity": 1, "aria": False},
                "encoding": {"x": x, "y": {"value": 4}},
            }
        )
    return _drawn(said, layers, 84, rows)


def heatmap(rows: Sequence[Row], days: Sequence[tuple[str, ...]], times: Sequence[str], said: Words) -> str:
    """Return a week by half-hours: rows with ``day``, ``time`` (places from 0), ``paint``, ``hatched`` and ``text``.

    ``days`` and ``times`` are what is written at the places; a day has two lines.
    """
    axis = {"grid": False, "ticks": False, "domain": False, "labelOverlap": False, "labelAngle": 0}
    columns, lines = list(range(len(days))), list(range(len(times)))
    x = {
        "field": "day",
        "type": "ordinal",
        "scale": {"domain": columns},
        "axis": {
            **axis,
            "orient": "top",
            "labelFontSize": 10,
            "labelPadding": 16,  # the first of two lines stands where a single one would
            "labelExpr": said.labels(columns, days),
        },
    }
    every = lines[:: 2 if len(lines) > 16 else 1]
    wide = room(times)
    y = {
        "field": "time",
        "type": "ordinal",
        "scale": {"domain": lines},
        "axis": {
            **axis,
            "values": every,
            "labelExpr": said.labels(every, [times[at] for at in every]),
            "minExtent": wide,
            "maxExtent": wide,
        },
    }
    paint = {"field": "paint", "type": "nominal", "scale": None}
    layers: list[dict[str, Any]] = [
        {
            "mark": {"type": "rect", "stroke": "var(--card)", "strokeWidth": 1},
            "encoding": {"x": x, "y": y, "color": paint, "description": TOLD},
        },
        {
            "transform": [{"filter": "datum.hatched"}],
            "mark": {"type": "point", "shape": HATCH, "size": HEAT_STEP**2, "filled": False, "strokeWidth": 1.5},
            "encoding": {"x": x, "y": y, "color": {"value": "var(--card)"}},
        },
    ]
    layers[1]["mark"] |= {"aria": False, "opacity": 1}
    return _drawn(said, layers, HEAT_STEP * len(times) + 36, rows)


def spark(
    values: Sequence[float | None],
    partial: Sequence[bool] = (),
    paint: str = PLAIN,
    width: int = 120,
    height: int = 30,
) -> str:
    """Return a trend as a bare line with its last point; an empty text when there are not two values to join.

    Points of periods that the data cover only a part of, where ``partial`` is true, are hollow.
    """
    known = [value for value in values if value is not None]
    if len(known) < 2:
        return ""
    low, high = min(known), max(known)
    step = (width - 8) / (len(values) - 1)
    points = [
        (4 + at * step, height - 4 - (value - low) / ((high - low) or 1) * (height - 8))
        for at, value in enumerate(values)
        if value is not None
    ]
    joined = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    hollow = [flag for value, flag in zip(values, partial or [False] * len(values), strict=True) if value is not None]
    dots = "".join(
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" '
        + (f'fill="var(--card)" stroke="{paint}" stroke-width="1.5"/>' if is_hollow else f'fill="{paint}"/>')
        for at, ((x, y), is_hollow) in enumerate(zip(points, hollow, strict=True))
        if is_hollow or at == len(points) - 1
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" aria-hidden="true">'
        f'<polyline points="{joined}" fill="none" stroke="{paint}" stroke-width="1.8"/>'
        f"{dots}</svg>"
    )
