"""Reading delimited text: one meaning, two speeds.

The meaning is that of the careful reader: fields are split by Python's strict ``csv`` parser, a blank line is no
record, a record with too many or too few fields is rejected (``field_count``; empty fields too many are only
delimiters at the end of the line and pass), a stray quote is rejected (``syntax``), a space before an opening quote
makes the quotes part of the value, a quote that never closes refuses the file. The line number of a record is the
physical line it starts on, so line breaks inside quotes count. A last line without a line end whose last value is a
bare number is rejected (``cut_off``): nobody can tell 12 from the start of 1234. Gzip itself shows that it is whole.

Large files are read by DuckDB in bulk. That is allowed only when every physical line is one record, which is known by
counting: lines of the file minus header rows must equal the records that DuckDB returns. Anything else (a ragged row,
a stray quote, a line break inside quotes, a blank line) makes the loader start over with the careful reader. Spaces
beside quotes, which DuckDB takes away, are looked for beforehand.
"""

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from orchestration.ingest.batch import (
    BATCH_ROWS,
    Batch,
    Matched,
    Reading,
    Reject,
    Shape,
    as_batch,
    match_header,
    too_many_columns,
)
from orchestration.ingest.content import Content, looks_like
from orchestration.ingest.declarations import NUMERIC, ExtractDeclaration
from orchestration.ingest.errors import NeedsCarefulReading, RefusedFile

_BLOCK = 1 << 20
_OVERLAP = 1 << 10
_UNCLOSED = "unexpected end of data"
_LONGEST_FIELD = 1 << 30


def read_csv(content: Content, declaration: ExtractDeclaration, bulk: bool = True) -> Reading:
    """Start reading a delimited text; the header is checked here, the rows when the batches are taken.

    ``bulk`` allows DuckDB to read it (only a text on disk). Raises ``RefusedFile`` when the header does not fit or a
    quote never closes.
    """
    csv.field_size_limit(_LONGEST_FIELD)
    names, header_lines = _header(content, declaration)
    if names is None:
        return Reading(Shape(tuple(None for _ in declaration.columns)), iter(()))
    matched = match_header(names, declaration, _kind(content, declaration) or _otherwise_delimited(names, declaration))
    shape = Shape(
        tuple(None if position is None else f"c{position}" for position in matched.positions),
        tuple((name, f"c{position}") for name, position in matched.extras),
    )
    reading = Reading(shape, iter(()), dict.fromkeys(name for name, _ in matched.extras))
    # A blank line is a record of one empty field to DuckDB when there is one column, and none to us.
    in_bulk = bulk and content.path is not None and len(names) > 1 and header_lines == declaration.header_rows > 0
    may_be_cut = not content.is_packed and _ends_in_number(matched, declaration)
    in_bulk = in_bulk and not (may_be_cut and not content.is_ended())
    lines = _countable_lines(content.path, declaration) if in_bulk and content.path is not None else None
    if lines is not None and content.path is not None:
        reading.batches = iter((_bulk(content.path, declaration, len(names), lines - header_lines),))
    else:
        reading.batches = _careful(content, declaration, len(names), header_lines, may_be_cut)
    return reading


def _kind(content: Content, declaration: ExtractDeclaration) -> str | None:
    """Say what a text is that is no delimited one, and what is expected instead."""
    kind = looks_like(content.head())
    expected = " or ".join(declaration.formats)
    return kind and f"{kind}, but {expected} is declared; exports of another system lie in that system's folder"


def _otherwise_delimited(names: Sequence[str], declaration: ExtractDeclaration) -> str | None:
    """Say by what a header is separated that one declared delimiter leaves in one piece."""
    declared = {column.source.strip().lower() for column in declaration.columns}
    for delimiter in ",;\t|":
        found = {name.strip().strip('"').lower() for name in delimiter.join(names).split(delimiter)}
        if delimiter != declaration.delimiter and len(found & declared) > 1:
            return f"text separated by {delimiter!r}, but {declaration.delimiter!r} is declared"
    return None


def _parser(lines: Iterator[str], declaration: ExtractDeclaration) -> Iterator[list[str]]:
    if not declaration.quote:
        return iter(csv.reader(lines, delimiter=declaration.delimiter, quoting=csv.QUOTE_NONE, strict=True))
    return iter(csv.reader(lines, delimiter=declaration.delimiter, quotechar=declaration.quote, strict=True))


def _header(content: Content, declaration: ExtractDeclaration) -> tuple[list[str] | None, int]:
    """Return the column names (None for an empty file) and the number of physical lines the header takes."""
    if declaration.header_rows == 0:
        return [column.source for column in declaration.columns], 0
    rows: list[list[str]] = []
    lines = _Lines(content.lines())
    parser = _parser(lines, declaration)
    try:
        while len(rows) < declaration.header_rows:
            rows.append(next(parser))
    except StopIteration:
        if lines.count == 0:
            return None, 0
        raise RefusedFile(f"the header should have {declaration.header_rows} rows, has {len(rows)}") from None
    except csv.Error as error:
        kind = _kind(content, declaration)
        guess = f"; it looks like {kind}" if kind else ""
        raise RefusedFile(f"the header cannot be read: {error}{guess}") from error
    if len(rows[-1]) > content.limits.most_columns:
        raise too_many_columns(len(rows[-1]), content.limits)
    if declaration.label_rows == 2 and not any('"ImportId"' in field for field in rows[-1]):
        raise RefusedFile(f'header row {len(rows)} should hold {{"ImportId": ...}}, holds: {", ".join(rows[-1])[:200]}')
    return rows[len(rows) - declaration.label_rows - 1], lines.count


class _Lines(Iterator[str]):
    """Physical lines of a text, remembering those of the current record."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self.count = 0
        self.current: list[str] = []

    def __next__(self) -> str:
        line = next(self._lines)
        self.count += 1
        self.current.append(line)
        return line

    def is_open(self) -> bool:
        """Whether the current record has no line end: it is the last one, and may be cut."""
        return not self.current[-1].endswith(("\n", "\r"))

    def take(self) -> str:
        record = self.current[0] if len(self.current) == 1 else "".join(self.current)
        self.current.clear()
        return record.rstrip("\r\n")


def _ends_in_number(matched: Matched, declaration: ExtractDeclaration) -> bool:
    """Whether the last column of a delivery is a declared number, of which a part would be a number too."""
    for column, position in zip(declaration.columns, matched.positions, strict=True):
        if position == matched.width - 1:
            return column.data_type in NUMERIC or column.data_type.startswith("decimal")
    return False


def _careful(
    content: Content, declaration: ExtractDeclaration, width: int, header_lines: int, has_number_last: bool
) -> Iterator[Batch]:
    physical = content.lines()
    for _ in range(header_lines):
        next(physical)
    lines = _Lines(physical)
    parser = _parser(lines, declaration)
    rows: list[list[str]] = []
    numbers: list[int] = []
    records: list[str] = []
    rejects: list[Reject] = []
    while True:
        number = header_lines + lines.count + 1
        try:
            row = next(parser)
        except StopIteration:
            break
        except csv.Error as error:
            if _UNCLOSED in str(error):
                raise RefusedFile(f"the quote opened in the record of line {number} is never closed") from error
            rejects.append(Reject(number, "syntax", None, str(error), lines.take()))
            continue
        is_open = has_number_last and lines.is_open()
        record = lines.take()
        while len(row) > width and not row[-1]:
            del row[-1]
        if row and len(row) != width:
            rejects.append(Reject(number, "field_count", None, f"{len(row)} fields, not {width}", record))
        elif row and is_open and record.endswith(row[-1]) and row[-1]:
            rejects.append(Reject(number, "cut_off", None, f"{row[-1]} without a line end", record))
        elif row:
            rows.append(row)
            numbers.append(number)
            records.append(record)
        if len(rows) == BATCH_ROWS:
            yield _packed(rows, width, numbers, records, rejects)
            rows, numbers, records, rejects = [], [], [], []
    yield _packed(rows, width, numbers, records, rejects)


def _packed(rows: list[list[str]], width: int, numbers: list[int], records: list[str], rejects: list[Reject]) -> Batch:
    columns: list[Sequence[str]] = list(zip(*rows, strict=True)) if rows else [()] * width
    return as_batch(numbers, {f"c{at}": column for at, column in enumerate(columns)}, records, rejects)


def _countable_lines(path: Path, declaration: ExtractDeclaration) -> int | None:
    """Return the number of physical lines; None when the bytes hold something the bulk reader sees differently."""
    quote, delimiter = declaration.quote.encode(), re.escape(declaration.delimiter).encode()
    spaced = re.compile(rb"[%b\n] +%b|%b +[%b\r\n]" % (delimiter, re.escape(quote), re.escape(quote), delimiter))
    lines, last, overlap = 0, b"", b""
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            if b"\x00" in block or block.count(b"\r") != (block + b"\n").count(b"\r\n"):
                return None
            if last == b"\r" and not block.startswith(b"\n"):
                return None
            joined = overlap + block
            if quote and (b" " + quote in joined or quote + b" " in joined) and spaced.search(joined + b"\n"):
                return None
            lines += block.count(b"\n")
            last, overlap = block[-1:], block[-_OVERLAP:]
    if last == b"\r":
        return None
    return lines + (0 if last in (b"\n", b"") else 1)


def _bulk(path: Path, declaration: ExtractDeclaration, width: int, row_count: int) -> Batch:
    header = declaration.header_rows
    quote = declaration.quote.replace("'", "''")
    columns = ", ".join(f"'c{at}': 'varchar'" for at in range(width))
    relation = (
        f"(select row_number() over () + {header} as _line_number, * from read_csv("
        f"'{str(path).replace(chr(39), chr(39) * 2)}', auto_detect = false, header = false, skip = {header}, "
        f"delim = '{declaration.delimiter.replace(chr(39), chr(39) * 2)}', quote = '{quote}', escape = '{quote}', "
        f"strict_mode = true, null_padding = false, max_line_size = 16000000, columns = {{{columns}}}))"
    )

    def records(wanted: Sequence[int]) -> Mapping[int, str]:
        numbers = set(wanted)
        with path.open(encoding="utf-8-sig", newline="\n") as file:
            return {number: line.rstrip("\r\n") for number, line in enumerate(file, start=1) if number in numbers}

    return Batch(relation, row_count, records, on_error=lambda _: NeedsCarefulReading())
