"""A board as PDF and PNG: its tiles, drawings and tables laid out on one sheet of SVG, converted without a browser.

In English and in the light colours: a sheet is printed or mailed. Long tables are cut, and say so.
"""

import re
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import vl_convert

from orchestration.boards.blocks import STATUS_WORDS, Chart, PageSection, Table, Tile
from orchestration.boards.declare import Board
from orchestration.boards.draw import FONT, LIGHT, solid
from orchestration.boards.numbers import minutes

WIDTH = 1240
MARGIN = 40
GAP = 16
TILES = 4
CHARTS = 3
MOST_ROWS = 24
MOST_LETTERS = 70
STATUS_COLOR = {"met": "#00735a", "at_risk": "#8a5a00", "missed": "#b03a00"}


class _Sheet:
    """Collects SVG from top to bottom; ``y`` is where the next block begins."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.y = float(MARGIN)

    def text(self, x: float, y: float, text: str, size: float = 13, color: str = "--ink", **more: str) -> None:
        """Write one line of text with its baseline at y."""
        extra = "".join(f' {name.replace("_", "-")}="{value}"' for name, value in more.items())
        fill = LIGHT.get(color, color)
        self.parts.append(
            f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" fill="{fill}"{extra}>{escape(text)}</text>'
        )

    def card(self, x: float, y: float, width: float, height: float) -> None:
        """Draw the frame of a block."""
        self.parts.append(
            f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" rx="8" fill="#ffffff"'
            f' stroke="{LIGHT["--grid"]}"/>'
        )

    def drawing(self, svg: str, x: float, y: float, width: float, height: float) -> None:
        """Place a drawing in a box."""
        place = f'<svg x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}"'
        self.parts.append(re.sub(r'^<svg xmlns="[^"]*"', place, solid(svg)))

    def whole(self) -> str:
        """Return the sheet as SVG."""
        height = self.y + MARGIN
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height:.0f}"'
            f' viewBox="0 0 {WIDTH} {height:.0f}" font-family="{FONT}">'
            f'<rect width="{WIDTH}" height="{height:.0f}" fill="#f3f5f7"/>{"".join(self.parts)}</svg>'
        )


def poster(board: Board, sections: Sequence[PageSection], manifest: Mapping[str, Any]) -> tuple[bytes, bytes]:
    """Return a board as (PDF, PNG)."""
    svg = sheet(board, sections, manifest)
    return vl_convert.svg_to_pdf(svg), vl_convert.svg_to_png(svg, scale=1)


def sheet(board: Board, sections: Sequence[PageSection], manifest: Mapping[str, Any]) -> str:
    """Return a board as one SVG, 1,240 pixels wide and as high as its content."""
    out = _Sheet()
    out.text(MARGIN, out.y + 22, board.title, 28, font_weight="bold")
    facts = f"Release {manifest['release_id']} · computed as of {minutes(manifest['as_of'])} UTC · {board.summary}"
    out.text(MARGIN, out.y + 48, facts, 13, "--muted")
    out.y += 62
    for section in sections:
        out.text(MARGIN, out.y + 26, section.title.text, 18, font_weight="bold")
        out.y += 40
        _tiles(out, section.tiles)
        _charts(out, [chart for chart in section.charts if not chart.is_wide])
        for chart in section.charts:
            if chart.is_wide:
                _wide(out, chart)
    return out.whole()


def _tiles(out: _Sheet, tiles: Sequence[Tile]) -> None:
    width = (WIDTH - 2 * MARGIN - (TILES - 1) * GAP) / TILES
    height = 128
    for at, tile in enumerate(tiles):
        x = MARGIN + (at % TILES) * (width + GAP)
        y = out.y + (at // TILES) * (height + GAP)
        out.card(x, y, width, height)
        out.text(x + 14, y + 24, tile.label.text, 12.5 if len(tile.label.text) < 38 else 10.5, font_weight="bold")
        out.text(x + 14, y + 56, tile.value.text + ("*" if tile.value.is_small else ""), 25, font_weight="bold")
        if tile.spark:
            out.drawing(tile.spark, x + width - 110, y + 64, 96, 24)
        status = tile.value.status or "no_data"
        out.text(x + 14, y + 80, STATUS_WORDS[status], 12, STATUS_COLOR.get(status, "--muted"))
        held = [f"target {tile.target.text}"] if tile.target else []
        out.text(x + 14, y + 99, " · ".join([tile.period, *held]), 12, "--muted")
        if tile.previous and tile.change:
            out.text(x + 14, y + 117, f"before {tile.previous.text} ({tile.change.text})", 12, "--muted")
    rows = -(-len(tiles) // TILES)
    out.y += rows * (height + GAP)


def _charts(out: _Sheet, charts: Sequence[Chart]) -> None:
    width = (WIDTH - 2 * MARGIN - (CHARTS - 1) * GAP) / CHARTS
    for first in range(0, len(charts), CHARTS):
        row = charts[first : first + CHARTS]
        height = max(_height(chart, width) for chart in row)
        for at, chart in enumerate(row):
            x = MARGIN + at * (width + GAP)
            out.card(x, out.y, width, height)
            _heading(out, chart, x, out.y)
            if chart.svg:
                shape = _shape(chart.svg)
                out.drawing(chart.svg, x + 14, out.y + 62, width - 28, (width - 28) * shape)
            elif chart.table and chart.table.rows:
                _rows(out, chart.table, x + 14, out.y + 62, width - 28)
            else:
                out.text(x + 14, out.y + 76, chart.nothing.text, 13, "--muted")
        out.y += height + GAP


def _height(chart: Chart, width: float) -> float:
    if chart.svg:
        return 76 + (width - 28) * _shape(chart.svg)
    return 86 + 20 * min(len(chart.table.rows) if chart.table else 0, MOST_ROWS)


def _shape(svg: str) -> float:
    """Return height by width of a drawing."""
    box = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', svg)
    return float(box[2]) / float(box[1]) if box else 0.5


def _heading(out: _Sheet, chart: Chart, x: float, y: float) -> None:
    out.text(x + 14, y + 24, chart.title.text, 13.5, font_weight="bold")
    at = x + 14
    if chart.period:
        out.text(at, y + 42, chart.period, 11, "--muted")
    for label, color in chart.legend:
        out.parts.append(f'<rect x="{at:.1f}" y="{y + 49:.1f}" width="10" height="8" fill="{solid(color)}"/>')
        out.text(at + 14, y + 57, label.text, 10.5)
        at += 26 + 6.0 * len(label.text)


def _wide(out: _Sheet, chart: Chart) -> None:
    rows = len(chart.table.rows) if chart.table else 0
    height = 96 + 20 * min(rows, MOST_ROWS) + (20 if rows > MOST_ROWS else 0)
    out.card(MARGIN, out.y, WIDTH - 2 * MARGIN, height)
    _heading(out, chart, MARGIN, out.y)
    if chart.table and rows:
        _rows(out, chart.table, MARGIN + 14, out.y + 66, WIDTH - 2 * MARGIN - 28)
    else:
        out.text(MARGIN + 14, out.y + 76, chart.nothing.text, 13, "--muted")
    out.y += height + GAP


def _rows(out: _Sheet, table: Table, x: float, y: float, width: float) -> None:
    starts, room = _columns(table, width)
    for at, head in enumerate((table.corner, *table.heads)):
        out.text(x + starts[at], y, _cut(head.text, room[at]), 11, "--muted", font_weight="bold")
    for number, row in enumerate(table.rows[:MOST_ROWS], start=1):
        below = y + 20 * number
        out.text(x, below, _cut(row.label.text, room[0]), 11.5)
        for at, cell in enumerate(row.cells, start=1):
            word = STATUS_WORDS.get(cell.status, "") if cell.status in STATUS_COLOR else ""
            shown = cell.text + ("*" if cell.is_small else "")
            out.text(x + starts[at], below, _cut(shown, room[at]), 11.5)
            if word and len(shown) + len(word) + 3 < room[at]:
                left = x + starts[at] + 7 * len(shown) + 8
                out.text(left, below, word, 10.5, STATUS_COLOR[cell.status])
    if len(table.rows) > MOST_ROWS:
        out.text(x, y + 20 * (MOST_ROWS + 1), f"{len(table.rows) - MOST_ROWS} more rows are on the page", 11, "--muted")


def _columns(table: Table, width: float) -> tuple[list[float], list[int]]:
    """Return where columns begin and how many letters each has room for, by the longest text that each holds."""
    rows = [[row.label.text, *(cell.text for cell in row.cells)] for row in table.rows[:MOST_ROWS]]
    heads = [table.corner.text, *(head.text for head in table.heads)]
    longest = [max(map(len, column)) + 2 for column in zip(heads, *rows, strict=True)]
    wanted = [max(10, min(length, MOST_LETTERS)) for length in longest]
    letter = width / sum(wanted)
    starts = [letter * sum(wanted[:at]) for at in range(len(wanted))]
    return starts, [max(int(length * letter / 6.6), 1) for length in wanted]


def _cut(text: str, most: int) -> str:
    """Return a text in so many letters."""
    return text if len(text) <= most else text[: max(most - 1, 1)] + "…"
