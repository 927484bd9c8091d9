"""Declarations of extracts, read from the ``sources`` of a dbt manifest.

A source table becomes an extract by ``config.meta.extract``. The keys understood are listed in ``docs/loading.md``;
an unknown key is an error, because a misspelt rule that is silently ignored is worse than no rule.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from orchestration.ingest.errors import DeclarationError

FORMATS = ("csv", "json", "jsonl", "parquet", "lines")
SIMPLE_TYPES = ("varchar", "smallint", "integer", "bigint", "double", "boolean", "date", "timestamp", "json")
NUMERIC = ("smallint", "integer", "bigint", "double")

_EXTRACT_KEYS = frozenset(
    {
        *("path", "format", "required", "key", "records", "delimiter", "header", "quote", "encoding"),
        *("rules", "belongs_to", "watched"),
    }
)
_COLUMN_KEYS = frozenset(
    {"required", "accepted_values", "minimum", "maximum", "pattern", "personal_data", "from", "format", "erased"}
)
_PERSONAL = ("name", "email", "phone", "text")
_DECIMAL = re.compile(r"decimal\((\d+), ?(\d+)\)")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")

SEVERITIES = ("note", "hold", "stop")
"""What an unusual delivery does: it is noted, published with a mark, or ends the refresh."""

WATCH_RULES: Mapping[str, str] = {
    "missing": "a day without any row",
    "fewer": "far fewer rows than usual",
    "more": "far more rows than usual",
    "hours": "hours without rows, within a day that has some",
    "member": "a queue or other member without rows",
    "shift": "the hours of the day are shifted, as by a wrong clock",
    "copies": "rows that differ in their ids only",
    "unit": "lengths many times as long or short, as in another unit",
    "share": "other shares of outcomes",
    "lost": "references to what was never delivered",
    "rejected": "many rejected rows",
}
"""What can be unusual of a delivery."""

Scalar = str | int | float | bool


@dataclass(frozen=True)
class RowRule:
    """A condition over the typed columns of one row; a row for which it is false is rejected (NULL passes)."""

    name: str
    expression: str
    column: str | None = None


@dataclass(frozen=True)
class ColumnDeclaration:
    """One declared column.

    ``source`` is its name, or dotted JSON path, in the delivery. ``erased`` columns are emptied with those of
    ``personal_data`` when the customer of a row is erased.
    """

    name: str
    data_type: str
    source: str
    required: bool = False
    accepted_values: tuple[Scalar, ...] = ()
    minimum: Scalar | None = None
    maximum: Scalar | None = None
    pattern: str | None = None
    personal_data: str | None = None
    format: str | None = None
    erased: bool = False

    @property
    def quoted(self) -> str:
        """The name as SQL identifier: a column may be called ``end`` or ``at``."""
        return f'"{self.name}"'


@dataclass(frozen=True)
class Watched:
    """By what an extract is watched for deliveries that are unlike the usual ones.

    ``at`` is the column with the instant (UTC) that a row is of; ``by`` names its queue or other member, ``share`` its
    outcome, ``lengths`` are columns with durations, ``refers`` pairs columns with the entity that they lead to.
    ``severity`` overrides that of rules: note, hold or stop.
    """

    at: str
    by: str | None = None
    share: str | None = None
    lengths: tuple[str, ...] = ()
    refers: tuple[tuple[str, str], ...] = ()
    severity: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class ExtractDeclaration:
    """One declared extract: where its files land, how they are read, and what a row must look like.

    ``belongs_to`` pairs columns with the entity of the same system whose key they hold; ``customers`` is whom an
    erasure begins with.
    """

    system: str
    entity: str
    identifier: str
    path: str
    formats: tuple[str, ...]
    columns: tuple[ColumnDeclaration, ...]
    schema: str = "raw"
    required: bool = False
    key: tuple[str, ...] = ()
    records: str | None = None
    delimiter: str = ","
    header_rows: int = 1
    label_rows: int = 0
    quote: str = '"'
    encoding: str | None = None
    rules: tuple[RowRule, ...] = ()
    belongs_to: tuple[tuple[str, str], ...] = ()
    watched: Watched | None = None
    declared_in: str = ""

    @property
    def name(self) -> str:
        """``<system>.<entity>``, as messages call it."""
        return f"{self.system}.{self.entity}"

    @property
    def raw_table(self) -> str:
        """Quoted name of the raw table."""
        return f'"{self.schema}"."{self.identifier}"'


def load_declarations(manifest: Mapping[str, Any]) -> tuple[ExtractDeclaration, ...]:
    """Return the declared extracts of a dbt manifest, ordered by system and entity.

    ``manifest`` is the parsed ``target/manifest.json``. Sources without ``meta.extract`` are not extracts.
    Raises ``DeclarationError`` at the first declaration that cannot be understood.
    """
    sources: Mapping[str, Mapping[str, Any]] = manifest.get("sources", {})
    found = [_extract(node, meta) for node in sources.values() if (meta := _meta(node).get("extract")) is not None]
    by_table: dict[str, ExtractDeclaration] = {}
    for declaration in found:
        other = by_table.setdefault(declaration.raw_table.lower(), declaration)
        if other is not declaration:
            message = f"{declaration.declared_in}: {declaration.name} and {other.name} load the same table"
            raise DeclarationError(f"{message} {declaration.raw_table}")
    return tuple(sorted(found, key=lambda declaration: (declaration.system, declaration.entity)))


def _meta(node: Mapping[str, Any]) -> Mapping[str, Any]:
    config = node.get("config") or {}
    return {**(node.get("meta") or {}), **(config.get("meta") or {})}


class _Where:
    """Where in the YAML we are, for messages."""

    def __init__(self, node: Mapping[str, Any]) -> None:
        self.file = str(node.get("original_file_path", "(unknown file)"))
        self.place = f"source {node['source_name']}.{node['name']}"

    def fail(self, what: str, column: str | None = None) -> NoReturn:
        place = self.place if column is None else f"{self.place}, column {column}"
        raise DeclarationError(f"{self.file}: {place}: {what}")

    def known(self, given: object, allowed: Iterable[str], kind: str, column: str | None = None) -> Mapping[str, Any]:
        if not isinstance(given, Mapping):
            self.fail(f"{kind} must be a mapping, is {given!r}", column)
        for key in given:
            if key not in allowed:
                self.fail(f"unknown key {key!r} in {kind}; known are {', '.join(sorted(allowed))}", column)
        return given

    def text(self, given: object, key: str, column: str | None = None) -> str:
        if not isinstance(given, str) or not given:
            self.fail(f"{key} must be a text, is {given!r}", column)
        return given

    def flag(self, given: object, key: str, column: str | None = None) -> bool:
        if not isinstance(given, bool):
            self.fail(f"{key} must be true or false, is {given!r}", column)
        return given


def _extract(node: Mapping[str, Any], meta: object) -> ExtractDeclaration:
    where = _Where(node)
    extract = where.known(meta, _EXTRACT_KEYS, "extract")
    for needed in ("path", "format"):
        if needed not in extract:
            where.fail(f"extract has no {needed}")
    columns = tuple(_column(where, str(name), column) for name, column in (node.get("columns") or {}).items())
    if not columns:
        where.fail("no columns are declared")
    formats = _formats(where, extract["format"])
    if "lines" in formats and (len(formats), [(c.name, c.data_type) for c in columns]) != (1, [("line", "varchar")]):
        where.fail("format lines stands alone and has exactly one column: line, varchar")
    header_rows, label_rows = _header(where, extract.get("header", {}))
    records, encoding = extract.get("records"), extract.get("encoding")
    return ExtractDeclaration(
        system=str(node["source_name"]),
        entity=str(node["name"]),
        identifier=where.text(node.get("identifier") or node["name"], "identifier"),
        schema=where.text(node.get("schema") or "raw", "schema"),
        path=_path(where, extract["path"]),
        formats=formats,
        columns=columns,
        required=where.flag(extract.get("required", False), "required"),
        key=_key(where, extract.get("key", []), columns),
        records=None if records is None else where.text(records, "records"),
        delimiter=_character(where, extract.get("delimiter", ","), "delimiter"),
        header_rows=header_rows,
        label_rows=label_rows,
        quote="" if extract.get("quote") == "" else _character(where, extract.get("quote", '"'), "quote"),
        encoding=None if encoding is None else _encoding(where, encoding),
        rules=tuple(_rule(where, rule, columns) for rule in extract.get("rules") or ()),
        belongs_to=_belongs_to(where, extract.get("belongs_to", {}), columns),
        watched=_watched(where, extract.get("watched"), columns),
        declared_in=where.file,
    )


def _watched(where: _Where, given: object, columns: tuple[ColumnDeclaration, ...]) -> Watched | None:
    if given is None:
        return None
    found = where.known(given, ("at", "by", "share", "lengths", "refers", "severity"), "watched")
    names = [column.name for column in columns]
    lengths, refers = found.get("lengths", []), where.known(found.get("refers", {}), names, "watched refers")
    if not isinstance(lengths, list):
        where.fail(f"watched lengths must be a list of columns, is {lengths!r}")
    used = [where.text(found.get("at"), "watched at"), *filter(None, (found.get("by"), found.get("share"))), *lengths]
    for name in used:
        if name not in names:
            where.fail(f"watched names {name!r}, which is not a declared column")
    severity = where.known(found.get("severity", {}), WATCH_RULES, "watched severity")
    for rule, level in severity.items():
        if level not in SEVERITIES:
            where.fail(f"watched severity of {rule} is one of {', '.join(SEVERITIES)}, is {level!r}")
    return Watched(
        at=used[0],
        by=found.get("by"),
        share=found.get("share"),
        lengths=tuple(lengths),
        refers=tuple(refers.items()),
        severity=tuple(severity.items()),
    )


def _path(where: _Where, given: object) -> str:
    path = where.text(given, "path")
    if path.startswith("/") or ".." in path.split("/"):
        where.fail(f"path must stay below the landing folder, is {path!r}")
    return path


def _formats(where: _Where, given: object) -> tuple[str, ...]:
    formats = given if isinstance(given, list) else str(given).split("|")
    for name in formats:
        if name not in FORMATS:
            where.fail(f"unknown format {name!r}; known are {', '.join(FORMATS)}")
    if not formats:
        where.fail("format is an empty list")
    return tuple(formats)


def _header(where: _Where, given: object) -> tuple[int, int]:
    header = where.known(given, ("rows", "label_rows"), "header")
    rows, label_rows = header.get("rows", 1), header.get("label_rows", 0)
    counts = all(isinstance(count, int) and not isinstance(count, bool) for count in (rows, label_rows))
    if not counts or not (0 <= label_rows < rows or rows == label_rows == 0):
        where.fail(f"header: rows must be a count greater than label_rows, is rows {rows!r}, label_rows {label_rows!r}")
    return rows, label_rows


def _character(where: _Where, given: object, key: str) -> str:
    character = where.text(given, key)
    if len(character) != 1 or character in "\r\n":
        where.fail(f"{key} must be one character, is {character!r}")
    return character


def _encoding(where: _Where, given: object) -> str:
    name = where.text(given, "encoding")
    try:
        "".encode(name)
    except LookupError:
        where.fail(f"unknown encoding {name!r}")
    return name


def _key(where: _Where, given: object, columns: tuple[ColumnDeclaration, ...]) -> tuple[str, ...]:
    if not isinstance(given, list):
        where.fail(f"key must be a list of columns, is {given!r}")
    names = {column.name for column in columns}
    for name in given:
        if name not in names:
            where.fail(f"key names {name!r}, which is not a declared column")
    return tuple(given)


def _belongs_to(where: _Where, given: object, columns: tuple[ColumnDeclaration, ...]) -> tuple[tuple[str, str], ...]:
    found = where.known(given, [column.name for column in columns], "belongs_to")
    return tuple((column, where.text(entity, f"belongs_to {column}")) for column, entity in found.items())


def _rule(where: _Where, given: object, columns: tuple[ColumnDeclaration, ...]) -> RowRule:
    rule = where.known(given, ("name", "column", "expression"), "rule")
    column = rule.get("column")
    if column is not None and column not in {declared.name for declared in columns}:
        where.fail(f"rule {rule.get('name')!r} names column {column!r}, which is not declared")
    return RowRule(where.text(rule.get("name"), "rule name"), where.text(rule.get("expression"), "expression"), column)


def _column(where: _Where, name: str, node: Mapping[str, Any]) -> ColumnDeclaration:
    if not _NAME.fullmatch(name):
        where.fail("a column name is letters, digits and underscores and starts with a letter", name)
    data_type = str(node.get("data_type") or "").lower().strip()
    if not data_type:
        where.fail("no data_type", name)
    if data_type not in SIMPLE_TYPES and not _DECIMAL.fullmatch(data_type):
        where.fail(f"unknown data_type {data_type!r}; known are {', '.join(SIMPLE_TYPES)}, decimal(p,s)", name)
    meta = where.known(_meta(node), _COLUMN_KEYS, "meta", name)
    personal, form, pattern = meta.get("personal_data"), meta.get("format"), meta.get("pattern")
    if personal is not None and personal not in _PERSONAL:
        where.fail(f"personal_data is one of {', '.join(_PERSONAL)}, is {personal!r}", name)
    if form is not None and data_type not in ("date", "timestamp"):
        where.fail("format is for date and timestamp columns only", name)
    return ColumnDeclaration(
        name=name,
        data_type=data_type.replace(" ", ""),
        source=where.text(meta.get("from", name), "from", name),
        required=where.flag(meta.get("required", False), "required", name),
        accepted_values=_accepted(where, meta.get("accepted_values"), name),
        minimum=_bound(where, meta, "minimum", data_type, name),
        maximum=_bound(where, meta, "maximum", data_type, name),
        pattern=None if pattern is None else where.text(pattern, "pattern", name),
        personal_data=personal,
        erased=where.flag(meta.get("erased", False), "erased", name),
        format=None if form is None else where.text(form, "format", name),
    )


def _accepted(where: _Where, given: object, column: str) -> tuple[Scalar, ...]:
    if given is None:
        return ()
    if not isinstance(given, list) or not given or not all(isinstance(value, Scalar) for value in given):
        where.fail(f"accepted_values must be a list of values, is {given!r}", column)
    return tuple(given)


def _bound(where: _Where, meta: Mapping[str, Any], key: str, data_type: str, column: str) -> Scalar | None:
    value = meta.get(key)
    if value is None:
        return None
    numeric = data_type in NUMERIC or data_type.startswith("decimal")
    if not numeric and data_type not in ("date", "timestamp"):
        where.fail(f"{key} needs a number, date or timestamp column, not {data_type}", column)
    if isinstance(value, bool) or (numeric and not isinstance(value, int | float)):
        where.fail(f"{key} must be a number, is {value!r}", column)
    return value if numeric else str(value)
