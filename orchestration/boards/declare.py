"""What a board declares: the YAML files of ``charts/``, read and checked before anything is drawn.

A board names sections; a section holds tiles (one KPI each) and charts. Nothing here computes: a board says which
published values are shown and how. What does not belong here: whether a KPI is published (``check``).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

CHARTS = ("line", "bar", "interval", "strip", "heatmap", "table", "movers", "records", "release")
"""Kinds of charts; ``records`` shows rows of a published table, ``release`` what the manifest says of the release."""

OF_ONE_KPI = ("bar", "strip", "heatmap")
CHART_KEYS = {"chart", "title", "kpi", "kpis", "variant", "scope", "period", "last", "note"}
RECORD_KEYS = {"chart", "title", "table", "columns", "identify", "order", "limit", "note"}
TILE_KEYS = {"kpi", "variant", "scope", "period", "last"}


class BoardError(ValueError):
    """A board that cannot be drawn; the message names the file and the entry."""


@dataclass(frozen=True)
class Entry:
    """One tile or chart. ``place`` names file and entry for messages; ``last`` is how many periods a trend has."""

    place: str
    chart: str
    title: str = ""
    kpis: tuple[str, ...] = ()
    variant: str = "default"
    scope: str = "enterprise"
    period: str = "week"
    last: int = 13
    note: str = ""
    table: str = ""
    columns: Mapping[str, str] | None = None
    identify: tuple[str, ...] = ()
    order: str = ""
    limit: int = 30


@dataclass(frozen=True)
class Section:
    """Tiles and charts under one heading."""

    title: str
    tiles: tuple[Entry, ...]
    charts: tuple[Entry, ...]


@dataclass(frozen=True)
class Board:
    """One page; ``name`` is the stem of its file, ``order`` its place in the menu."""

    name: str
    order: int
    title: str
    summary: str
    sections: tuple[Section, ...]

    @property
    def page(self) -> str:
        """File name of the board's page; the first board is the index."""
        return "index.html" if self.name == "overview" else f"{self.name}.html"

    @property
    def entries(self) -> tuple[Entry, ...]:
        """All tiles and charts of the board."""
        return tuple(entry for section in self.sections for entry in (*section.tiles, *section.charts))


def load_boards(folder: Path) -> tuple[Board, ...]:
    """Return the boards of a folder in the order of the menu; an absent folder has none.

    Raises ``BoardError`` for a file that is no board.
    """
    boards = [_board(file) for file in sorted(folder.glob("*.yml"))]
    return tuple(sorted(boards, key=lambda board: (board.order, board.name)))


def _board(file: Path) -> Board:
    place = f"charts/{file.name}"
    try:
        declared = yaml.safe_load(file.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise BoardError(f"{place} is not YAML: {' '.join(str(error).split())}") from error
    declared = _mapping(declared, place, {"title", "summary", "order", "sections"})
    sections = _list(declared.get("sections"), f"{place}: sections")
    if not declared.get("title") or not sections:
        raise BoardError(f"{place}: a board needs a title and sections")
    return Board(
        name=file.stem,
        order=int(declared.get("order", 99)),
        title=str(declared["title"]),
        summary=str(declared.get("summary", "")),
        sections=tuple(_section(section, place, number) for number, section in enumerate(sections, start=1)),
    )


def _section(declared: object, place: str, number: int) -> Section:
    section = _mapping(declared, f"{place}: section {number}", {"title", "tiles", "charts"})
    title = str(section.get("title", ""))
    where = f"{place}: section {number} ({title})"
    if not title:
        raise BoardError(f"{place}: section {number} has no title")
    tiles = _list(section.get("tiles", []), f"{where}: tiles")
    charts = _list(section.get("charts", []), f"{where}: charts")
    return Section(
        title=title,
        tiles=tuple(_tile(tile, f"{where}, tile {at}") for at, tile in enumerate(tiles, start=1)),
        charts=tuple(_chart(chart, f"{where}, chart {at}") for at, chart in enumerate(charts, start=1)),
    )


def _tile(declared: object, place: str) -> Entry:
    if isinstance(declared, str):
        declared = {"kpi": declared}
    tile = _mapping(declared, place, TILE_KEYS)
    if not tile.get("kpi"):
        raise BoardError(f"{place}: a tile needs a kpi")
    return _entry({**tile, "chart": "tile"}, place)


def _chart(declared: object, place: str) -> Entry:
    kind = declared.get("chart") if isinstance(declared, Mapping) else None
    if kind not in CHARTS:
        raise BoardError(f"{place}: chart is {kind!r}, but must be one of {', '.join(CHARTS)}")
    chart = _mapping(declared, place, RECORD_KEYS if kind == "records" else CHART_KEYS)
    if not chart.get("title"):
        raise BoardError(f"{place}: a chart needs a title")
    entry = _entry(chart, f"{place} ({chart['title']})")
    if kind in OF_ONE_KPI and len(entry.kpis) != 1:
        raise BoardError(f"{entry.place}: a {kind} shows one kpi, not {len(entry.kpis)}")
    if kind not in ("records", "release", "movers") and not entry.kpis:
        raise BoardError(f"{entry.place}: a {kind} needs a kpi, or kpis")
    if kind in ("line", "interval") and len(entry.kpis) > 1 and entry.scope != "enterprise":
        raise BoardError(f"{entry.place}: several kpis are compared for the enterprise only; use a table")
    if kind == "records" and not (entry.table and entry.columns and entry.identify):
        raise BoardError(f"{entry.place}: records need a table, columns, and identify (the columns that name a row)")
    return entry


def _entry(declared: Mapping[str, Any], place: str) -> Entry:
    facts = dict(declared)
    one, several = facts.pop("kpi", None), facts.pop("kpis", [])
    facts["kpis"] = tuple(str(kpi) for kpi in ([one] if one else _list(several, f"{place}: kpis")))
    facts["identify"] = tuple(_list(facts.get("identify", []), f"{place}: identify"))
    return Entry(place=place, **facts)


def _mapping(value: object, place: str, known: set[str]) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise BoardError(f"{place}: must be a mapping, not {type(value).__name__}")
    unknown = sorted(str(key) for key in value if key not in known)
    if unknown:
        raise BoardError(f"{place}: unknown {', '.join(unknown)}; known: {', '.join(sorted(known))}")
    return value


def _list(value: object, place: str) -> list[Any]:
    if not isinstance(value, list):
        raise BoardError(f"{place} must be a list")
    return value
