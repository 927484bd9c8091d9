"""Charts as SVG: Vega-Lite specifications, drawn by vl-convert without a browser and without JavaScript in the page.

Colours are variables of the page's style sheet, so that one drawing serves light and dark; ``solid`` puts the light
colours in for PDF and PNG. The palette is Okabe and Ito's, which colour-blind readers can tell apart.
"""

import math
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import vl_convert

Row = Mapping[str, Any]
"""One datum: ``text`` is what a reader is told of it."""

WIDTH = 400
LINE_HEIGHT = 190
BAR_STEP = 40
NICE_STEPS = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500)
SERIES = 7
"""So many lines can be told apart; more belong into a table."""

PALETTE = {
    f"--series-{at}": color
    for at, color in enumerate(("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#5f5f5f"), start=1)
}
HEAT = {
    f"--heat-{at}": color
    for at, color in enumerate(("#e4f1f9", "#bcdcf0", "#8ec4e4", "#56a5d3", "#2483bb", "#0b639a", "#08446d"), start=1)
}
LIGHT = {
    **PALETTE,
    **HEAT,
    "--ink": "#1b1f24",
    "--muted": "#57606a",
    "--grid": "#dde1e6",
    "--target": "#7a4b00",
    "--card": "#ffffff",
}
"""The colours of a bright page, by variable."""

FONT = "system-ui, 'Segoe UI', Roboto, 'Noto Sans', 'Liberation Sans', 'DejaVu Sans', sans-serif"
AXIS = {
    "title": None,
    "labelColor": "var(--muted)",
    "labelFontSize": 11,
    "gridColor": "var(--grid)",
    "domainColor": "var(--grid)",
    "tickColor": "var(--grid)",
}


AT_RIGHT = {"value": {"expr": "width"}}
"""Where a row's number stands: at the right end, so that no bar and no target runs through it."""


def color(at: int) -> str:
    """Return the colour of the series at a place, counted from 0."""
    return f"var(--series-{at % SERIES + 1})"


def solid(svg: str) -> str:
    """Return a drawing with the light colours in place of variables."""
    return re.sub(r"var\((--[\w-]+)\)", lambda match: LIGHT[match[1]], svg)


def _drawn(layers: Sequence[Mapping[str, Any]], height: int, data: Sequence[Row], is_timed: bool = False) -> str:
    spec = {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "width": WIDTH,
        "height": height,
        "autosize": {"type": "fit", "contains": "padding"},
        "padding": {"left": 2, "top": 4, "right": 26 if is_timed else 4, "bottom": 2},
        "background": None,
        "data": {"values": [dict(row) for row in data]},
        "layer": list(layers),
        "config": {"font": FONT, "view": {"stroke": None}, "axis": AXIS},
    }
    svg = vl_convert.vegalite_to_svg(spec)
    svg = re.sub(r'^<svg [^>]*viewBox="([^"]*)"[^>]*>', r'<svg xmlns="http://www.w3.org/2000/svg" viewBox="\1">', svg)
    # ids of clips repeat from drawing to drawing, and nothing here reaches out of its frame
    svg = re.sub(r'<defs>.*?</defs>| clip-path="[^"]*"', "", svg, flags=re.DOTALL)
    return re.sub(r' (?:pointer-events="none"|aria-roledescription="[^"]*"|class="[^"]*")', "", svg)


def line(rows: Sequence[Row], series: Sequence[str], unit: str = "") -> str:
    """Return lines over time: rows with ``on`` (ISO date), ``value``, ``series``, ``target`` and ``text``."""
    x = {
        "field": "on",
        "type": "temporal",
        "scale": {"type": "utc"},
        "axis": {"format": "%Y-%m-%d", "values": _dates(rows), "grid": False, "labelOverlap": "greedy"},
    }
    y = {"field": "value", "type": "quantitative", "scale": {"zero": False}, "axis": _axis(rows, unit)}
    scale = {"domain": list(series), "range": [color(at) for at in range(len(series))]}
    paint = {"field": "series", "type": "nominal", "scale": scale, "legend": None}
    told = {"field": "text", "type": "nominal"}
    layers: list[dict[str, Any]] = [
        {"mark": {"type": "line", "strokeWidth": 2, "aria": False}, "encoding": {"x": x, "y": y, "color": paint}},
        {
            "mark": {"type": "point", "filled": True, "size": 26, "opacity": 1, "invalid": "filter"},
            "encoding": {"x": x, "y": y, "color": paint, "description": told},
        },
    ]
    if any(row.get("target") is not None for row in rows):
        mark = {"type": "line", "interpolate": "step-after", "strokeDash": [5, 4], "aria": False}
        layers.insert(
            0,
            {
                "mark": {**mark, "color": "var(--target)"},
                "encoding": {"x": x, "y": {**y, "field": "target"}},
            },
        )
    return _drawn(layers, LINE_HEIGHT, rows, is_timed=True)


def _axis(rows: Sequence[Row], unit: str, from_zero: bool = False) -> dict[str, Any]:
    """Return an axis of values that writes their unit: percent, or seconds as s, min or h, whichever reads best."""
    if unit == "percent":
        return {"tickCount": 4, "labelExpr": "datum.label + ' %'"}
    values = [float(row["value"]) for row in rows if row["value"] is not None]
    if unit != "seconds" or not values:
        return {"tickCount": 4}
    low, high = 0.0 if from_zero else min(values), max(values)
    size, word = (3600, "h") if high >= 7200 else (60, "min") if high >= 120 else (1, "s")
    step = next((nice for nice in NICE_STEPS if nice * size * 4.5 >= high - low), 1000.0)
    first, last = math.floor(low / size / step), math.ceil(high / size / step)
    written = [round(at * step * size, 6) for at in range(first, last + 1)]
    return {"values": written, "labelExpr": f"format(datum.value / {size}, ',.3~r') + ' {word}'"}


def _dates(rows: Sequence[Row]) -> list[float]:
    """Return the dates to write below a line, as milliseconds: the newest, and up to two evenly before it."""
    days = sorted({str(row["on"]) for row in rows}, reverse=True)
    step = -(-len(days) // 3)
    return [datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp() * 1000 for day in days[::step]]


def _named_rows() -> dict[str, Any]:
    """Return the layer that writes a row's name above its bar, where long names have room."""
    return {
        "mark": {"type": "text", "align": "left", "dy": -11, "fontSize": 12, "color": "var(--ink)", "aria": False},
        "encoding": {"y": _rows_axis(), "x": {"value": 1}, "text": {"field": "name"}},
    }


def _rows_axis() -> dict[str, Any]:
    return {"field": "at", "type": "ordinal", "axis": None, "scale": {"padding": 0}}


def bar(rows: Sequence[Row], unit: str = "") -> str:
    """Return one bar per row: ``at`` (order), ``name``, ``value``, ``shown`` (as text), ``target``, ``text``."""
    values = [float(row["value"]) for row in rows if row["value"] is not None]
    targets = [float(row["target"]) for row in rows if row.get("target") is not None]
    reach = max([*values, *targets, 0.0]) * 1.05 or 1.0
    lowest = min([*values, 0.0]) * 1.1
    x = {
        "field": "value",
        "type": "quantitative",
        "scale": {"domain": [lowest, reach], "nice": False},
        "axis": _axis(rows, unit, from_zero=True),
    }
    y = _rows_axis()
    layers: list[dict[str, Any]] = [
        {
            "mark": {"type": "bar", "height": 12, "yOffset": 8, "color": color(0), "cornerRadiusEnd": 2},
            "encoding": {"x": x, "y": y, "description": {"field": "text", "type": "nominal"}},
        },
        {
            "mark": {"type": "text", "align": "right", "dy": -11, "fontSize": 12, "fontWeight": 600, "aria": False},
            "encoding": {"y": y, "x": AT_RIGHT, "text": {"field": "shown"}, "color": {"value": "var(--ink)"}},
        },
        _named_rows(),
    ]
    if targets:
        layers.insert(
            1,
            {
                "mark": {
                    "type": "tick",
                    "thickness": 2.5,
                    "size": 18,
                    "yOffset": 8,
                    "color": "var(--target)",
                    "aria": False,
                },
                "encoding": {"x": {**x, "field": "target"}, "y": y},
            },
        )
    return _drawn(layers, BAR_STEP * len(rows) + 24, rows)


def interval(rows: Sequence[Row], unit: str = "") -> str:
    """Return values with their confidence intervals: as ``bar``, with ``low``, ``high`` and ``small`` (hollow)."""
    x = {"field": "value", "type": "quantitative", "scale": {"zero": False}, "axis": _axis(rows, unit)}
    y = _rows_axis()
    told = {"field": "text", "type": "nominal"}
    fill = {"condition": {"test": "datum.small", "value": "var(--card)"}, "value": color(0)}
    layers: list[dict[str, Any]] = [
        {
            "mark": {"type": "rule", "strokeWidth": 3, "opacity": 0.45, "yOffset": 9, "color": color(0), "aria": False},
            "encoding": {"x": {**x, "field": "low"}, "x2": {"field": "high"}, "y": y},
        },
        {
            "mark": {"type": "point", "size": 70, "filled": False, "strokeWidth": 2, "yOffset": 9, "opacity": 1},
            "encoding": {"x": x, "y": y, "stroke": {"value": color(0)}, "fill": fill, "description": told},
        },
        {
            "mark": {"type": "text", "align": "right", "dy": -11, "fontSize": 12, "fontWeight": 600, "aria": False},
            "encoding": {"y": y, "x": AT_RIGHT, "text": {"field": "shown"}, "color": {"value": "var(--ink)"}},
        },
        _named_rows(),
    ]
    return _drawn(layers, BAR_STEP * len(rows) + 24, rows)


def strip(rows: Sequence[Row], lines: Sequence[Row], unit: str = "") -> str:
    """Return a distribution: one tick per row at its ``value``; ``lines`` are rows of values to hold it against."""
    x = {"field": "value", "type": "quantitative", "scale": {"zero": False}, "axis": _axis(rows, unit)}
    told = {"field": "text", "type": "nominal"}
    shape = {"condition": {"test": "datum.small", "value": 0.3}, "value": 0.8}
    layers: list[dict[str, Any]] = [
        {
            "mark": {"type": "tick", "size": 44, "thickness": 2, "color": color(0)},
            "encoding": {"x": x, "opacity": shape, "description": told},
        },
        {
            "data": {"values": [dict(row) for row in lines]},
            "mark": {"type": "rule", "strokeWidth": 2.5, "strokeDash": [5, 4], "aria": False},
            "encoding": {"x": x, "color": {"field": "paint", "type": "nominal", "scale": None}},
        },
    ]
    return _drawn(layers, 84, rows)


def heatmap(rows: Sequence[Row], days: Sequence[str], times: Sequence[str]) -> str:
    """Return a week by half-hours: rows with ``day``, ``time``, ``value`` and ``text``."""
    shades = [f"var({name})" for name in HEAT]
    axis = {"grid": False, "ticks": False, "domain": False}
    x = {"field": "day", "type": "ordinal", "sort": list(days), "axis": {**axis, "orient": "top", "labelAngle": 0}}
    every = 2 if len(times) > 16 else 1
    shown = [time for at, time in enumerate(times) if at % every == 0]
    y = {"field": "time", "type": "ordinal", "sort": list(times), "axis": {**axis, "values": shown}}
    layers = [
        {
            "mark": {"type": "rect", "stroke": "var(--card)", "strokeWidth": 1},
            "encoding": {
                "x": x,
                "y": y,
                "color": {
                    "field": "value",
                    "type": "quantitative",
                    "scale": {"type": "quantize", "range": shades},
                    "legend": None,
                },
                "description": {"field": "text", "type": "nominal"},
            },
        }
    ]
    return _drawn(layers, 12 * len(times) + 24, rows)


def spark(values: Sequence[float | None], width: int = 120, height: int = 30) -> str:
    """Return a trend as a bare line with its last point; an empty text when there are not two values to join."""
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
    x, y = points[-1]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" aria-hidden="true">'
        f'<polyline points="{joined}" fill="none" stroke="{color(0)}" stroke-width="1.8"/>'
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{color(0)}"/></svg>'
    )
