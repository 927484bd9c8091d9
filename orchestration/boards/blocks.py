"""What stands on a page: labels, numbers, tiles, tables and charts, filled from the publication.

A page and a poster show the same blocks. What does not belong here: which chart becomes which block (``compose``).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from orchestration.boards import numbers
from orchestration.boards.declare import Entry
from orchestration.boards.labels import Label, Language, kpi_key, words
from orchestration.boards.publication import Kpi, Publication, Value

STATUS_WORDS = {
    "met": "Target met",
    "at_risk": "At risk",
    "missed": "Target missed",
    "no_target": "No target",
    "no_data": "No data",
}
"""A status is a word and a shape, never a colour alone."""

NOT_COMPARABLE = "not_comparable"
MOVEMENTS = {"better": "better", "worse": "worse", "no_clear_change": "no clear change"}
HOLIDAY = "holiday"
INCOMPARABLE = {
    "partial_period": "Not compared: the data cover a part of this period",
    "partial_previous_period": "Not compared: the data cover a part of the period before",
    "other_parts": "Not compared: other parts are recorded than in the period before",
    HOLIDAY: "Not compared: public holiday",
}
"""What ``change_status`` and ``change_reason`` of a published value are called."""

NO_DATA_WORDS = {
    "not_delivered": "not delivered yet",
    "not_recorded": "no source records it",
    "no_cases": "no cases",
    "too_small_to_show": "too few cases to show",
}
"""What ``no_data_reason`` of a published row is called."""

DIFFERS = "differs from the others by more than chance"
DIFFERS_SIGN = "◊"
"""Beside a member whose value differs from that of its peers by more than chance."""


@dataclass(frozen=True)
class Cell:
    """A number on a page: ``key`` says which published value it is, ``raw`` is that value in full.

    ``notes`` say what it leaves out, or why there is none.
    """

    text: str
    key: str = ""
    raw: str = ""
    status: str = ""
    is_small: bool = False
    notes: tuple[str, ...] = ()
    differs: bool = False


@dataclass(frozen=True)
class Tile:
    """One KPI: its newest complete value, what it is held against, its trend as SVG, and what it means."""

    label: Label
    period: str
    value: Cell
    is_provisional: bool
    target: Cell | None
    previous: Cell | None
    change: Cell | None
    movement: Label | None
    why: Label | None
    holidays: str
    is_partial: bool
    sample: Cell | None
    spark: str
    meaning: Kpi


@dataclass(frozen=True)
class TableRow:
    """A row's label and its numbers; ``identify`` holds the columns that name a row of a published table."""

    label: Label
    cells: tuple[Cell, ...]
    identify: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Table:
    """Numbers under headings; ``records`` names the published table when the rows are shown as they are."""

    corner: Label
    heads: tuple[Label, ...]
    rows: tuple[TableRow, ...]
    records: str = ""
    columns: tuple[str, ...] = ()


@dataclass(frozen=True)
class Verdict:
    """A sentence on whether the spread of members can be chance; ``kpis`` are those that it is said of, if not all."""

    text: Label
    is_marked: bool = False
    kpis: tuple[Label, ...] = ()


@dataclass(frozen=True)
class Chart:
    """A drawing, its legend (label, colour) and its numbers.

    ``is_wide`` takes the page's full width, ``nothing`` is said when there is nothing to show, and that is worth saying
    where ``is_news``.
    """

    title: Label
    period: str
    note: Label | None
    svg: str
    legend: tuple[tuple[Label, str], ...]
    table: Table | None
    is_wide: bool = False
    is_news: bool = False
    nothing: Label = field(default_factory=lambda: words("No data"))
    kind: str = ""
    verdicts: tuple[Verdict, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to show."""
        return not self.svg and (self.table is None or not self.table.rows)


@dataclass(frozen=True)
class PageSection:
    """A heading with its tiles and charts."""

    title: Label
    tiles: tuple[Tile, ...]
    charts: tuple[Chart, ...]


def kpi_label(publication: Publication, kpi_id: str, variant: str = "default") -> Label:
    """Return a KPI's name; a variant's own label is not translated, so it keeps its English."""
    kpi = publication.kpis[kpi_id, variant]
    return Label(kpi.name, kpi_key(kpi_id)) if variant == "default" else Label(kpi.label)


def scope_label(publication: Publication, scope_type: str, scope_id: str | None) -> Label:
    """Return the name of a queue, team, channel ... as it was delivered."""
    if scope_id is None:
        return words("All")
    name = publication.scope_name(scope_type, scope_id)
    if scope_id == "unknown":
        return words("Unknown")
    if scope_id in publication.rests:
        return words(publication.rests[scope_id])
    return words(name) if scope_type == "channel" else Label(name)


NEWS = 2
"""Data that end no more days before as-of are of yesterday or the day before: their age goes without saying."""


@dataclass(frozen=True)
class DataEnd:
    """The last day with data, and how long before the release it was; no age where that is short."""

    day: str
    age: str


PARTIAL = words("part of a period")
"""What is said of a period of which the data cover only a part."""


class Writer:
    """Writes numbers of one publication in one language: each with its unit, and the key that it is looked up by."""

    def __init__(self, publication: Publication, language: Language) -> None:
        self.publication = publication
        self.language = language
        self.code = language.code
        self.currency = str(publication.manifest.get("parameters", {}).get("reporting_currency", ""))
        self.say = language.say

    def unit(self, value: Value) -> str:
        """Return the unit of a value's KPI."""
        return self.publication.kpis[value.kpi_id, value.variant].unit

    def shown(self, value: Value, amount: float | None) -> str:
        """Return a number in the unit of a value's KPI as text."""
        return numbers.number(self.unit(value), amount, self.currency, self.code)

    def cell(self, value: Value, column: str = "value", *, with_status: bool = False) -> Cell:
        """Return a column of a published value as a number on a page."""
        raw = getattr(value, column)
        text = numbers.plain(raw, self.code) if column == "sample_size" else self.shown(value, raw)
        return Cell(
            text=text,
            key=value.key(column),
            raw="" if raw is None else repr(raw),
            status=value.status if with_status and value.status in ("met", "at_risk", "missed") else "",
            is_small=bool(value.is_sample_small) and column == "value" and raw is not None,
            differs=bool(value.differs_from_peers) and column == "value",
            notes=self.notes(value) if column == "value" else (),
        )

    def notes(self, value: Value) -> tuple[str, ...]:
        """Return what a value leaves out because nobody records it, or why there is none."""
        if value.value is None:
            reason = NO_DATA_WORDS.get(value.no_data_reason or "")
            return (self.say(words(reason)),) if reason else ()
        parts = (value.missing_parts or "").split(",")
        missing = [self.say(words(f"without {part.replace('_', ' ')}")) for part in parts if part]
        if not missing and value.recorded_share is not None and value.recorded_share < 1:
            share = numbers.number("percent", 100 * value.recorded_share, language=self.code)
            missing.append(f"{self.say(words('Recorded share of cases'))}: {share}")
        return tuple(missing)

    def change(self, value: Value) -> Cell | None:
        """Return how far a value is from that of the period before; None where the two cannot be compared."""
        if value.value is None or value.previous_value is None or value.change_status == NOT_COMPARABLE:
            return None
        difference = value.value - value.previous_value
        text = numbers.change(self.unit(value), difference, self.currency, self.code, self.say(words("pp")))
        return Cell(text, value.key("change"), repr(difference))

    def movement(self, value: Value) -> Label | None:
        """Return what the publication says of a change; None where it is neither better nor worse."""
        word = MOVEMENTS.get(value.change_status or "")
        return words(word) if word else None

    def why_not(self, value: Value) -> Label | None:
        """Return why a value is not compared with the period before; None where it is."""
        reason = (value.change_reason or "").partition(":")[0]
        return words(INCOMPARABLE[reason]) if value.change_status == NOT_COMPARABLE else None

    def holidays(self, value: Value) -> str:
        """Return the names and dates of the holidays that keep a day from being compared."""
        kind, _, names = (value.change_reason or "").partition(": ")
        return names if kind == HOLIDAY else ""

    def data_end(self, entries: Sequence[Entry]) -> DataEnd | None:
        """Return where the data of some entries end; None where they have none."""
        day = self.publication.data_end(entries)
        if day is None:
            return None
        days = (self.publication.before - day).days
        text = numbers.period("day", day, day, self.code)
        return DataEnd(text, numbers.age(days, self.code) if days > NEWS else "")

    def told(self, value: Value, name: str) -> str:
        """Return a value as a sentence for who points at it or has it read aloud."""
        parts = [name, self.when(value), self.shown(value, value.value)]
        if value.confidence_low is not None and value.confidence_high is not None:
            parts.append(f"{self.shown(value, value.confidence_low)} … {self.shown(value, value.confidence_high)}")
        if value.sample_size is not None and value.confidence_low is not None:
            parts.append(f"n = {numbers.plain(value.sample_size, self.code)}")
        if value.is_partial:
            parts.append(self.say(PARTIAL))
        if value.differs_from_peers:
            parts.append(self.say(words(DIFFERS)))
        parts += self.notes(value)
        return " · ".join(part for part in parts if part)

    def when(self, value: Value) -> str:
        """Return the period of a value as text."""
        if value.interval_local_start is not None:
            return numbers.instant(value.interval_local_start, self.code)
        return numbers.period(value.period_type, value.period_start, value.period_end, self.code)

    def span(self, values: Sequence[Value]) -> str:
        """Return the period, or the first and last one, that values are of."""
        if not values:
            return ""
        first, last = values[0], values[-1]
        if first.period_start == last.period_start:
            return numbers.period(first.period_type, first.period_start, first.period_end, self.code)
        return numbers.span(first.period_start, last.period_end, self.code)


def matrix(corner: Label, heads: Sequence[Label], rows: Sequence[tuple[Label, Sequence[Cell | None]]]) -> Table:
    """Return a table; where a row has no number under a heading, nothing is said."""
    return Table(
        corner,
        tuple(heads),
        tuple(TableRow(label, tuple(cell or Cell(numbers.NOTHING) for cell in cells)) for label, cells in rows),
    )


def rows_of(count: int, most: int) -> list[int]:
    """Return for each of some cards how many share its row: as few rows as can be, and none left nearly empty."""
    rows = -(-count // most)
    sizes = [count // rows + (at < count % rows) for at in range(rows)]
    return [size for size in sizes for _ in range(size)]
