"""A board as PDF and PNG: its tiles, drawings and tables laid out on one sheet of SVG, converted without a browser.

In the light colours: a sheet is printed or mailed. It is laid out from the right where a language is read so. Long
tables are cut, and say so.
"""

import re
import textwrap
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from html import escape
from typing import Any

import vl_convert

from orchestration.boards import numbers
from orchestration.boards.blocks import (
    DIFFERS_SIGN,
    STATUS_WORDS,
    Cell,
    Chart,
    DataEnd,
    PageSection,
    Table,
    Tile,
    rows_of,
)
from orchestration.boards.colors import LIGHT
from orchestration.boards.declare import Board
from orchestration.boards.draw import FONT, solid
from orchestration.boards.labels import LANGUAGES, Label, Language, isolated, words

WIDTH = 1240
MARGIN = 40
GAP = 16
TILES = 4
CHARTS = 3
MOST_DRAWN = 560
MOST_ROWS = 24
MOST_LETTERS = 70
LINE = 15
STATUS_COLOR = {"met": "#00735a", "at_risk": "#8a5a00", "missed": "#b03a00"}


@cache
def can_write(code: str) -> bool:
    """Whether this machine has a font with the letters of a language: those of its own name do not all look alike."""
    letters = sorted(set(LANGUAGES[code].replace(" ", "")))
    pictures = {
        vl_convert.svg_to_png(
            '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="40">'
            f'<text y="30" font-size="24" font-family="{FONT}">{letter}</text></svg>'
        )
        for letter in letters
    }
    return len(pictures) > 1


class _Sheet:
    """Collects SVG from top to bottom; ``y`` is where the next block begins.

    Places are given from the side on which reading starts.
    """

    def __init__(self, language: Language) -> None:
        self.parts: list[str] = []
        self.y = float(MARGIN)
        self.language = language
        self.say = language.say
        self.is_mirrored = language.direction == "rtl"

    def _left(self, x: float, width: float) -> float:
        return WIDTH - x - width if self.is_mirrored else x

    def text(self, x: float, y: float, text: str, size: float = 13, color: str = "--ink", **more: str) -> None:
        """Write one line of text with its baseline at y."""
        more |= {"text_anchor": "end"} if self.is_mirrored else {}
        extra = "".join(f' {name.replace("_", "-")}="{value}"' for name, value in more.items())
        place = f'x="{self._left(x, 0):.1f}" y="{y:.1f}" font-size="{size}" fill="{LIGHT.get(color, color)}"'
        self.parts.append(f"<text {place}{extra}>{escape(isolated(text, self.language.code))}</text>")

    def label(self, x: float, y: float, label: Label, size: float = 13, color: str = "--ink", **more: str) -> None:
        """Write a label in the sheet's language."""
        self.text(x, y, self.say(label), size, color, **more)

    def box(self, x: float, y: float, width: float, height: float, fill: str, more: str = "") -> None:
        """Draw a rectangle."""
        place = f'x="{self._left(x, width):.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}"'
        self.parts.append(f'<rect {place} fill="{fill}"{more}/>')

    def card(self, x: float, y: float, width: float, height: float) -> None:
        """Draw the frame of a block."""
        self.box(x, y, width, height, LIGHT["--card"], f' rx="8" stroke="{LIGHT["--grid"]}"')

    def drawing(self, svg: str, x: float, y: float, width: float, height: float) -> None:
        """Place a drawing in a box."""
        place = f'<svg x="{self._left(x, width):.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}"'
        self.parts.append(re.sub(r'^<svg xmlns="[^"]*"', place, solid(svg)))

    def whole(self) -> str:
        """Return the sheet as SVG."""
        height = self.y + MARGIN
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height:.0f}"'
            f' viewBox="0 0 {WIDTH} {height:.0f}" font-family="{FONT}">'
            f'<rect width="{WIDTH}" height="{height:.0f}" fill="#f3f5f7"/>{"".join(self.parts)}</svg>'
        )


def poster(
    board: Board,
    sections: Sequence[PageSection],
    manifest: Mapping[str, Any],
    language: Language,
    data_end: DataEnd | None = None,
) -> tuple[bytes, bytes]:
    """Return a board as (PDF, PNG)."""
    svg = sheet(board, sections, manifest, language, data_end)
    return vl_convert.svg_to_pdf(svg), vl_convert.svg_to_png(svg, scale=1)


def sheet(
    board: Board,
    sections: Sequence[PageSection],
    manifest: Mapping[str, Any],
    language: Language,
    data_end: DataEnd | None = None,
) -> str:
    """Return a board as one SVG, 1,240 pixels wide and as high as its content."""
    out = _Sheet(language)
    out.label(MARGIN, out.y + 22, words(board.title), 28, font_weight="bold")
    as_of = numbers.instant(datetime.fromisoformat(manifest["as_of"]), language.code)
    facts = [
        f"{out.say(words('Release'))} {numbers.decimal(manifest['release_id'], '0', language.code)}",
        f"{out.say(words('Computed as of (UTC)'))} {as_of}",
    ]
    if data_end is not None:
        age = f" ({data_end.age})" if data_end.age else ""
        facts.append(f"{out.say(words('Data until'))} {data_end.day}{age}")
    facts.append(out.say(words(board.summary)))
    out.text(MARGIN, out.y + 48, " · ".join(facts), 13, "--muted")
    out.y += 62
    for section in sections:
        out.label(MARGIN, out.y + 26, section.title, 18, font_weight="bold")
        out.y += 40
        _tiles(out, section.tiles)
        _charts(out, [chart for chart in section.charts if not chart.is_wide])
        for chart in section.charts:
            if chart.is_wide:
                _wide(out, chart)
    return out.whole()


def _tiles(out: _Sheet, tiles: Sequence[Tile]) -> None:
    shares = rows_of(len(tiles), TILES)
    height, at = 128, 0
    while at < len(tiles):
        width = (WIDTH - 2 * MARGIN - (shares[at] - 1) * GAP) / shares[at]
        for place, tile in enumerate(tiles[at : at + shares[at]]):
            _tile(out, tile, MARGIN + place * (width + GAP), width, height)
        at += shares[at]
        out.y += height + GAP


def _tile(out: _Sheet, tile: Tile, x: float, width: float, height: float) -> None:
    y, name = out.y, out.say(tile.label)
    out.card(x, y, width, height)
    out.text(x + 14, y + 24, name, 12.5 if len(name) < width / 7.3 else 10.5, font_weight="bold")
    out.text(x + 14, y + 56, tile.value.text + ("*" if tile.value.is_small else ""), 25, font_weight="bold")
    if tile.spark:
        out.drawing(tile.spark, x + width - 110, y + 64, 96, 24)
    status = tile.value.status or "no_data"
    out.label(x + 14, y + 80, words(STATUS_WORDS[status]), 12, STATUS_COLOR.get(status, "--muted"))
    held = [f"{out.say(words('Target'))} {tile.target.text}"] if tile.target else []
    out.text(x + 14, y + 99, " · ".join([tile.period, *held]), 12, "--muted")
    if tile.previous and tile.change:
        before = f"{out.say(words('Before'))} {tile.previous.text} ({tile.change.text})"
        before += f" {out.say(tile.movement)}" if tile.movement else ""
        out.text(x + 14, y + 117, before, 12, "--muted")
    elif tile.value.notes:
        out.text(x + 14, y + 117, "; ".join(tile.value.notes), 11, "--muted")


def _charts(out: _Sheet, charts: Sequence[Chart]) -> None:
    shares = rows_of(len(charts), CHARTS)
    at = 0
    while at < len(charts):
        width = (WIDTH - 2 * MARGIN - (shares[at] - 1) * GAP) / shares[at]
        row = charts[at : at + shares[at]]
        told = max(len(_told(out, chart, width)) for chart in row) * LINE
        height = max(_height(chart, width) for chart in row) + told
        for place, chart in enumerate(row):
            x = MARGIN + place * (width + GAP)
            out.card(x, out.y, width, height)
            _heading(out, chart, x, out.y, width)
            top = out.y + 62 + told
            if chart.svg:
                wide = _drawn_width(width)
                out.drawing(chart.svg, x + (width - wide) / 2, top, wide, wide * _shape(chart.svg))
            elif chart.table and chart.table.rows:
                _rows(out, chart.table, x + 14, top, width - 28)
            else:
                out.label(x + 14, top + 14, chart.nothing, 13, "--muted")
        at += shares[at]
        out.y += height + GAP


def _drawn_width(width: float) -> float:
    """Return how wide a drawing is on a card, so that its letters do not grow too large."""
    return min(width - 28, MOST_DRAWN)


def _height(chart: Chart, width: float) -> float:
    if chart.svg:
        return 76 + _drawn_width(width) * _shape(chart.svg)
    return 86 + 20 * min(len(chart.table.rows) if chart.table else 0, MOST_ROWS)


def _shape(svg: str) -> float:
    """Return height by width of a drawing."""
    box = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', svg)
    return float(box[2]) / float(box[1]) if box else 0.5


def _told(out: _Sheet, chart: Chart, width: float) -> list[str]:
    """Return the lines that say whether the spread of a chart's members can be chance."""
    lines = []
    for verdict in chart.verdicts:
        sentence = f"{DIFFERS_SIGN} {out.say(verdict.text)}" if verdict.is_marked else out.say(verdict.text)
        named = ", ".join(out.say(kpi) for kpi in verdict.kpis)
        lines += textwrap.wrap(f"{sentence}: {named}" if named else sentence, int((width - 28) / 5.8))
    return lines


def _heading(out: _Sheet, chart: Chart, x: float, y: float, width: float) -> None:
    out.label(x + 14, y + 24, chart.title, 13.5, font_weight="bold")
    at = x + 14
    if chart.period:
        out.text(at, y + 42, chart.period, 11, "--muted")
    for line in _told(out, chart, width):
        out.text(at, y + 42 + LINE, line, 10.5, "--muted")
        y += LINE
    for label, color in chart.legend:
        if color:
            out.box(at, y + 49, 10, 8, solid(color))
        out.text(at + 14, y + 57, out.say(label), 10.5)
        at += 26 + 6.0 * len(out.say(label))


def _wide(out: _Sheet, chart: Chart) -> None:
    rows = len(chart.table.rows) if chart.table else 0
    told = len(_told(out, chart, WIDTH - 2 * MARGIN)) * LINE
    height = 96 + told + 20 * min(rows, MOST_ROWS) + (20 if rows > MOST_ROWS else 0)
    out.card(MARGIN, out.y, WIDTH - 2 * MARGIN, height)
    _heading(out, chart, MARGIN, out.y, WIDTH - 2 * MARGIN)
    if chart.table and rows:
        _rows(out, chart.table, MARGIN + 14, out.y + 66 + told, WIDTH - 2 * MARGIN - 28)
    else:
        out.label(MARGIN + 14, out.y + 76, chart.nothing, 13, "--muted")
    out.y += height + GAP


def _rows(out: _Sheet, table: Table, x: float, y: float, width: float) -> None:
    starts, room = _columns(out, table, width)
    for at, head in enumerate((table.corner, *table.heads)):
        out.text(x + starts[at], y, _cut(out.say(head), room[at]), 11, "--muted", font_weight="bold")
    for number, row in enumerate(table.rows[:MOST_ROWS], start=1):
        below = y + 20 * number
        out.text(x, below, _cut(out.say(row.label), room[0]), 11.5)
        for at, cell in enumerate(row.cells, start=1):
            word = out.say(words(STATUS_WORDS[cell.status])) if cell.status in STATUS_COLOR else ""
            text = out.say(words(cell.text)) if cell.status == "word" else cell.text
            shown = _marked(text, cell)
            out.text(x + starts[at], below, _cut(shown, room[at]), 11.5)
            if word and len(shown) + len(word) + 3 < room[at]:
                left = x + starts[at] + 7 * len(shown) + 8
                out.text(left, below, word, 10.5, STATUS_COLOR[cell.status])
    if len(table.rows) > MOST_ROWS:
        rest = numbers.decimal(len(table.rows) - MOST_ROWS, language=out.language.code)
        out.text(x, y + 20 * (MOST_ROWS + 1), f"{out.say(words('More rows on the page'))}: {rest}", 11, "--muted")


def _marked(text: str, cell: Cell) -> str:
    """Return the text of a cell with the signs of a small sample and of a difference beyond chance."""
    return text + ("*" if cell.is_small else "") + (f" {DIFFERS_SIGN}" if cell.differs else "")


def _columns(out: _Sheet, table: Table, width: float) -> tuple[list[float], list[int]]:
    """Return where columns begin and how many letters each has room for, by the longest text that each holds."""
    rows = [[out.say(row.label), *(_marked(cell.text, cell) for cell in row.cells)] for row in table.rows[:MOST_ROWS]]
    heads = [out.say(head) for head in (table.corner, *table.heads)]
    longest = [max(map(len, column)) + 2 for column in zip(heads, *rows, strict=True)]
    wanted = [max(10, min(length, MOST_LETTERS)) for length in longest]
    letter = width / sum(wanted)
    starts = [letter * sum(wanted[:at]) for at in range(len(wanted))]
    return starts, [max(int(length * letter / 6.6), 1) for length in wanted]


def _cut(text: str, most: int) -> str:
    """Return a text in so many letters."""
    return text if len(text) <= most else text[: max(most - 1, 1)] + "…"
