"""Reading JSON documents and JSON lines.

A document is a list of records, an object whose member ``records`` is that list, or any number of such objects one
after the other (with or without white space between). The line number is the record's number in the document; for
JSON lines it is the physical line.

Keys are matched as written first, then without regard to case; of two keys that differ only in case one fills the
declared column and the other is kept as an extra column. A record that has one key twice is rejected
(``duplicate_key``): nobody can tell which value is meant. Nested values become JSON text, numbers with all their
digits. A broken document is refused (half of it may be missing); a broken line of JSON lines is rejected (``syntax``)
and the rest loads.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, NoReturn

from orchestration.ingest.batch import BATCH_ROWS, Batch, Reading, Reject, Shape, as_batch, missing_everywhere
from orchestration.ingest.content import Content, looks_like
from orchestration.ingest.declarations import ColumnDeclaration, ExtractDeclaration
from orchestration.ingest.errors import RefusedFile
from orchestration.ingest.json_values import DECODER, Repeating, dumped
from orchestration.ingest.limits import Limits

_SPACE = re.compile(r"[ \t\r\n]*")
_EXTRA = "extra_object"


def read_json(content: Content, declaration: ExtractDeclaration, is_lines: bool) -> Reading:
    """Start reading JSON (``is_lines``: one record a line); problems surface while the batches are taken."""
    shape = Shape(tuple(f"c{at}" for at in range(len(declaration.columns))), extra_object=_EXTRA)
    reading = Reading(shape, iter(()))
    reading.batches = _batches(content, declaration, is_lines, reading)
    return reading


def _batches(content: Content, declaration: ExtractDeclaration, is_lines: bool, reading: Reading) -> Iterator[Batch]:
    head = content.head()
    if head and not head.startswith(("{", "[")):
        raise RefusedFile(
            f"not what its name says: it starts like {looks_like(head) or repr(head[:40])}, not like JSON"
        )
    picker = _Picker(declaration, reading, content.limits)
    found = _lines(content) if is_lines else _document(content.read(), declaration.records)
    pending = _Pending(len(declaration.columns))
    for number, text, record in found:
        try:
            pending.add(number, text, picker.pick(record))
        except _BadRecord as bad:
            pending.rejects.append(Reject(number, bad.rule, None, str(bad), text))
        if len(pending.numbers) == BATCH_ROWS:
            yield pending.pack()
            pending = _Pending(len(declaration.columns))
    yield pending.pack()
    if picker.records:
        missing_everywhere(declaration.columns, picker.seen)


class _BadRecord(Exception):  # noqa: N818 - a verdict about a record
    """Why a record is rejected."""

    def __init__(self, rule: str, why: str) -> None:
        super().__init__(why)
        self.rule = rule


class _Pending:
    """Rows that wait to become a batch."""

    def __init__(self, width: int) -> None:
        self.numbers: list[int] = []
        self.records: list[str] = []
        self.rejects: list[Reject] = []
        names = [f"c{at}" for at in range(width)] + [_EXTRA]
        self.columns: dict[str, list[str | None]] = {name: [] for name in names}

    def add(self, number: int, text: str, values: list[str | None]) -> None:
        self.numbers.append(number)
        self.records.append(text)
        for column, value in zip(self.columns.values(), values, strict=True):
            column.append(value)

    def pack(self) -> Batch:
        return as_batch(self.numbers, self.columns, self.records, self.rejects)


class _Picker:
    """Takes the declared columns out of records and keeps what is left."""

    def __init__(self, declaration: ExtractDeclaration, reading: Reading, limits: Limits) -> None:
        self._columns = declaration.columns
        self._reading = reading
        self._most = limits.most_columns
        self.seen: set[str] = set()
        self.records = 0

    def pick(self, record: object) -> list[str | None]:
        """Return the declared columns as text, then the undeclared members as one JSON object or None.

        Raises ``_BadRecord`` for a record that cannot become a row.
        """
        if isinstance(record, _BadRecord):
            raise record
        if not isinstance(record, dict):
            raise _BadRecord("syntax", "the record is not an object")
        if isinstance(record, Repeating):
            raise _BadRecord("duplicate_key", f"key {record.key!r} occurs twice")
        if len(record) > self._most:
            raise _BadRecord("field_count", f"{len(record)} members, at most {self._most} are read")
        self.records += 1
        try:
            return self._picked(record)
        except RecursionError:
            raise _BadRecord("syntax", "nested too deeply") from None

    def _picked(self, record: dict[str, Any]) -> list[str | None]:
        used: set[str] = set()
        values: list[str | None] = []
        for column in self._columns:
            is_there, value = _find(record, column.source, used)
            if is_there:
                self.seen.add(column.name)
            values.append(_text(value, column))
        extra = {key: value for key, value in record.items() if key not in used}
        self._note(extra)
        kept = {key: value for key, value in extra.items() if value is not None and value != ""}
        values.append(dumped(kept) if kept else None)
        return values

    def _note(self, extra: Mapping[str, Any]) -> None:
        """Remember the names of undeclared members, up to the limit: keys may be ids, and have no end."""
        known = self._reading.extra_columns
        new = [key for key in extra if key not in known]
        if not new:
            return
        known.update(dict.fromkeys(new[: max(self._most - len(known), 0)]))
        told = f"more than {self._most} undeclared members: the first ones are noted, all are kept"
        if len(known) == self._most and told not in self._reading.notes:
            self._reading.notes.append(told)


def _find(record: Mapping[str, Any], source: str, used: set[str]) -> tuple[bool, Any]:
    key = _key(record, source)
    if key is not None:
        used.add(key)
        return True, record[key]
    first, *rest = source.split(".")
    key = _key(record, first)
    if key is None or not rest:
        return False, None
    used.add(key)
    value: Any = record[key]
    for step in rest:
        if isinstance(value, Mapping):
            inner = _key(value, step)
            if inner is None:
                return False, None
            value = value[inner]
        elif isinstance(value, list) and step.isdecimal() and int(step) < len(value):
            value = value[int(step)]
        else:
            return False, None
    return True, value


def _key(record: Mapping[str, Any], name: str) -> str | None:
    if name in record:
        return name
    lowered = name.lower()
    return next((key for key in record if key.strip().lower() == lowered), None)


def _text(value: object, column: ColumnDeclaration) -> str | None:
    if value is None:
        return None
    if column.data_type == "json":
        return dumped(value)
    if isinstance(value, str):
        return value
    return dumped(value)


def _lines(content: Content) -> Iterator[tuple[int, str, object]]:
    for number, line in enumerate(content.lines(newline="\n"), start=1):
        text = line.strip()
        if not text:
            continue
        try:
            yield number, text, DECODER.decode(text)
        except json.JSONDecodeError as error:
            yield number, text, _BadRecord("syntax", str(error))
        except RecursionError:
            yield number, text, _BadRecord("syntax", "nested too deeply")


def _document(text: str, member: str | None) -> Iterator[tuple[int, str, object]]:
    """Yield number, text and value of each record of a document."""
    number = 0
    position = _skip(text, 0)
    while position < len(text):
        if text[position] == "[":
            items = _Items(text, position)
        elif member is not None:
            start = _member(text, position, member)
            items = _Items(text, start)
        else:
            value, end = _value(text, position)
            number += 1
            yield number, text[position:end], value
            position = _skip(text, end)
            continue
        for start, end, value in items:
            number += 1
            yield number, text[start:end], value
        # What follows a list is only skipped over, but it must be whole: a cut document is not a delivery.
        end = items.end if text[position] == "[" else _value(text, position)[1]
        position = _skip(text, end)


class _Items:
    """The elements of the JSON list that starts at a position: start, end and value of each."""

    def __init__(self, text: str, start: int) -> None:
        self._text = text
        self.end = start

    def __iter__(self) -> Iterator[tuple[int, int, object]]:
        text, position = self._text, _skip(self._text, self.end + 1)
        if text[position : position + 1] == "]":
            self.end = position + 1
            return
        while True:
            value, end = _value(text, position)
            yield position, end, value
            position = _skip(text, end)
            mark = text[position : position + 1]
            if mark == "]":
                self.end = position + 1
                return
            if mark != ",":
                _refuse(text, position, "a list is cut off" if not mark else f"unexpected {mark!r} in a list")
            position = _skip(text, position + 1)


def _member(text: str, start: int, member: str) -> int:
    """Return where the list in member ``member`` of the object at ``start`` begins."""
    position = _skip(text, start + 1)
    names: list[str] = []
    while text[position : position + 1] == '"':
        name, position = _value(text, position)
        names.append(str(name))
        position = _skip(text, position)
        if text[position : position + 1] != ":":
            _refuse(text, position, "an object is cut off")
        position = _skip(text, position + 1)
        if name == member and text[position : position + 1] == "[":
            return position
        position = _skip(text, _value(text, position)[1])
        if text[position : position + 1] == ",":
            position = _skip(text, position + 1)
    if text[position : position + 1] != "}":
        _refuse(text, position, "an object is cut off")
    raise RefusedFile(f"the document has no list named {member!r}; its members are: {', '.join(names)[:200]}")


def _value(text: str, position: int) -> tuple[object, int]:
    try:
        return DECODER.raw_decode(text, position)
    except json.JSONDecodeError as error:
        _refuse(text, error.pos, error.msg)
    except RecursionError:
        _refuse(text, position, "nested too deeply")


def _refuse(text: str, position: int, what: str) -> NoReturn:
    line = text.count("\n", 0, position) + 1
    raise RefusedFile(f"not a whole JSON document: {what} (line {line}, character {position + 1})")


def _skip(text: str, position: int) -> int:
    match = _SPACE.match(text, position)
    return position if match is None else match.end()
