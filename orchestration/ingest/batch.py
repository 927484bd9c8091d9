"""What every reader hands to the loader: batches of text, and how their columns answer to the declared ones."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches

import pyarrow as pa

from orchestration.ingest.declarations import ColumnDeclaration, ExtractDeclaration
from orchestration.ingest.errors import IngestError, RefusedFile
from orchestration.ingest.limits import Limits

BATCH_ROWS = 50_000
VIEW = "delivered_rows"
"""Name under which the loader registers ``Batch.table``; ``Batch.relation`` of such a batch is this name."""


@dataclass(frozen=True)
class Shape:
    """How the relation of a batch holds the delivered values, as SQL expressions of type varchar.

    ``columns`` has one entry per declared column, None where the delivery lacks it. Undeclared columns are either
    ``extras`` (name, expression) or one ready JSON object ``extra_object``.
    """

    columns: tuple[str | None, ...]
    extras: tuple[tuple[str, str], ...] = ()
    extra_object: str | None = None


@dataclass(frozen=True)
class Reject:
    """One broken rule of one delivered row; ``record`` is the row as delivered."""

    line_number: int
    rule: str
    column: str | None
    value: str | None
    record: str | None


@dataclass(frozen=True)
class Batch:
    """Some rows of a file: an Arrow table, or a SQL relation that DuckDB reads itself.

    The relation has ``_line_number`` (1-based) and the columns that the shape names. ``rejects`` were found while
    reading and are not part of the relation. ``records`` gives the rows as delivered for line numbers.
    ``on_error`` says what it means when DuckDB fails to read the relation.
    """

    relation: str
    row_count: int
    records: Callable[[Sequence[int]], Mapping[int, str]]
    table: pa.Table | None = None
    rejects: tuple[Reject, ...] = ()
    on_error: Callable[[Exception], IngestError] | None = None


@dataclass
class Reading:
    """A file being read. ``extra_columns`` and ``notes`` are complete once ``batches`` is used up."""

    shape: Shape
    batches: Iterator[Batch]
    extra_columns: dict[str, None] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Matched:
    """Positions of the declared columns in a header, the header's undeclared ones (name, position), and its width."""

    positions: tuple[int | None, ...]
    extras: tuple[tuple[str, int], ...]
    width: int


def match_header(header: Sequence[str], declaration: ExtractDeclaration, kind: str | None = None) -> Matched:
    """Find the declared columns in a header; names are compared trimmed and without regard to case.

    ``kind`` is what the file looks like, for the message when nothing matches. Raises ``RefusedFile`` when a column
    occurs twice, a required one is missing, or none of the declared ones is there.
    """
    names = [name.strip() or f"column_{number}" for number, name in enumerate(header, start=1)]
    positions: dict[str, int] = {}
    for position, name in enumerate(names):
        if positions.setdefault(name.lower(), position) != position:
            raise RefusedFile(f"column {name!r} occurs twice in the header: {shown(names)}")
    found = tuple(positions.get(column.source.strip().lower()) for column in declaration.columns)
    if all(position is None for position in found):
        guess = f"; it looks like {kind}" if kind else ""
        raise RefusedFile(f"none of the declared columns is in the header: {shown(names)}{guess}")
    used = {position for position in found if position is not None}
    extras = tuple((name, position) for position, name in enumerate(names) if position not in used)
    missing = [
        column.source for column, at in zip(declaration.columns, found, strict=True) if column.required and at is None
    ]
    if missing:
        raise RefusedFile(_missing(missing, [name for name, _ in extras], names))
    return Matched(found, extras, len(names))


def _missing(missing: Sequence[str], undeclared: Sequence[str], names: Sequence[str]) -> str:
    """Say which required columns a header lacks, and which of its undeclared ones may be meant."""
    listed = ", ".join(repr(name) for name in missing)
    what = f"required column {listed} is" if len(missing) == 1 else f"required columns {listed} are"
    meant = {near[0]: name for name in missing if (near := get_close_matches(name, undeclared, n=1, cutoff=0.7))}
    guess = "".join(f"; is {written!r} meant for {name!r}?" for written, name in meant.items())
    return f"{what} missing from the header: {shown(names)}{guess}"


def too_many_columns(count: int, limits: Limits) -> RefusedFile:
    """Return the refusal of a file with more columns than limits allow."""
    most = f"at most {limits.most_columns} are read (CONTACT_CENTER_MOST_COLUMNS)"
    return RefusedFile(f"{count} columns: {most}; is the delimiter the declared one?")


def missing_everywhere(columns: Sequence[ColumnDeclaration], seen: set[str]) -> None:
    """Raise ``RefusedFile`` when a required column occurred in no record of a file."""
    for column in columns:
        if column.required and column.name not in seen:
            raise RefusedFile(f"required column {column.source!r} is in no record of the file")


def shown(names: Sequence[str], limit: int = 400) -> str:
    """Return names as a short list for a message."""
    text = ", ".join(names)
    return text if len(text) <= limit else f"{text[:limit]}..."


def as_batch(
    numbers: list[int], columns: Mapping[str, Sequence[str | None]], records: Sequence[str], rejects: list[Reject]
) -> Batch:
    """Pack rows read in Python: line numbers, text columns by name, and the rows as delivered.

    A row whose text cannot be written as UTF-8 (half of a surrogate pair in a JSON escape) becomes a reject.
    """
    try:
        table = _table(numbers, columns)
    except UnicodeEncodeError:
        good = [row for row in range(len(numbers)) if _encodes(columns, row)]
        kept = set(good)
        broken = [row for row in range(len(numbers)) if row not in kept]
        rejects.extend(Reject(numbers[row], "encoding", None, None, records[row]) for row in broken)
        columns = {name: [values[row] for row in good] for name, values in columns.items()}
        numbers, records = [numbers[row] for row in good], [records[row] for row in good]
        table = _table(numbers, columns)
    at = dict(zip(numbers, records, strict=True))
    return Batch(VIEW, len(numbers), lambda wanted: {n: at[n] for n in wanted}, table, tuple(rejects))


def _table(numbers: list[int], columns: Mapping[str, Sequence[str | None]]) -> pa.Table:
    arrays = {name: pa.array(values, pa.string()) for name, values in columns.items()}
    return pa.table({"_line_number": pa.array(numbers, pa.int64()), **arrays})


def _encodes(columns: Mapping[str, Sequence[str | None]], row: int) -> bool:
    try:
        for values in columns.values():
            (values[row] or "").encode()
    except UnicodeEncodeError:
        return False
    return True
