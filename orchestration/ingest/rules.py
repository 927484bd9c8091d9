"""The SQL that types a delivered row and decides whether it may enter its raw table.

Values arrive as text; '' is NULL. Nothing is repaired: a value either is what the declaration says or its row is
rejected. Source of the choices: section 5.1 of the catalogue (ISO 8601, UTC, plain booleans) and what DuckDB's casts
do beyond that, which is taken back here (rounding '1.5' to an integer, dates out of timestamps, NaN, infinity).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from orchestration.ingest.batch import Shape
from orchestration.ingest.declarations import NUMERIC, ColumnDeclaration, ExtractDeclaration, Scalar

_INTEGERS = ("smallint", "integer", "bigint")
_EXACT = 2**53
"""Up to here a floating-point number holds every integer; beyond, what was written as one may be another."""
_FIRST, _LAST = "timestamp '1800-01-01 00:00:00'", "timestamp '9999-12-31 23:59:59.999999'"
_DATE = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
_OFFSET = "([Zz]| ?UTC|[+-](0[0-9]|1[0-4])(:?[0-5][0-9])?)"
_WRITTEN = {
    "date": _DATE,
    "timestamp": f"{_DATE}([T ][0-9]{{2}}:[0-9]{{2}}(:[0-9]{{2}}([.][0-9]+)?)? ?{_OFFSET}?)?",
}
"""ISO 8601 as the contract has it: four digits of a year, and no offset that no place on earth has."""


@dataclass(frozen=True)
class Check:
    """One rule as SQL: true where the row breaks it (NULL does not)."""

    rule: str
    column: str | None
    text: str | None
    breaks: str


@dataclass(frozen=True)
class Statements:
    """The statements of a batch, with places to fill in.

    ``insert`` ({relation}, {file_id}) writes the good rows. ``rejects`` ({relation}) returns, for each bad row, the
    line number, one boolean per check and one text per check. ``together`` ({relation}, {table}) types the rows of
    several files, told apart by ``_file``, into a temporary table, from which ``insert_one`` ({table}, {number},
    {file_id}) and ``rejects_one`` ({table}, {number}) do the same for one file.
    """

    insert: str
    rejects: str
    together: str
    insert_one: str
    rejects_one: str
    checks: tuple[Check, ...]


@lru_cache(maxsize=512)
def statements(declaration: ExtractDeclaration, shape: Shape) -> Statements:
    """Return the statements that load batches of one shape into the raw table of a declaration."""
    texts = ["_line_number", f"{_extra_object(shape)} as _extra_columns"]
    typed = ["_line_number", "_extra_columns"]
    for at, (column, expression) in enumerate(zip(declaration.columns, shape.columns, strict=True)):
        if expression is None:
            texts.append(f"cast(null as varchar) as _text_{at}")
            typed.append(f"cast(null as {column.data_type}) as {column.quoted}")
        else:
            texts.append(f"nullif({expression}, '') as _text_{at}")
            typed.append(f"{_typed(column, f'_text_{at}')} as {column.quoted}")
        typed.append(f"_text_{at}")
    checks = tuple(_checks(declaration, shape))
    breaks = [f"coalesce({check.breaks}, false)" for check in checks] or ["false"]
    bad = " or ".join(breaks)
    names = ", ".join(column.quoted for column in declaration.columns)
    broken = f"[{', '.join(breaks)}]"
    values = f"[{', '.join(check.text or 'cast(null as varchar)' for check in checks)}]"
    target = f"insert into {declaration.raw_table} ({names}, _extra_columns, _file_id, _line_number)"
    chosen = f"select {names}, _extra_columns, {{file_id}}, _line_number"
    return Statements(
        insert=f"{target} {_rows(texts, typed)} {chosen} from typed where not ({bad})",
        rejects=f"{_rows(texts, typed)} select _line_number, {broken}, {values} from typed where {bad} order by 1",
        together=(
            f"create or replace temp table {{table}} as {_rows(['_file', *texts], ['_file', *typed])} "
            f"select _file, _line_number, {names}, _extra_columns, {bad} as _is_bad, "
            f"case when _is_bad then {broken} end as _broken, case when _is_bad then {values} end as _texts from typed"
        ),
        insert_one=f"{target} {chosen} from {{table}} where _file = {{number}} and not _is_bad",
        rejects_one="select _line_number, _broken, _texts from {table} where _file = {number} and _is_bad order by 1",
        checks=checks,
    )


def _rows(texts: list[str], typed: list[str]) -> str:
    return (
        f"with delivered as (select {', '.join(texts)} from {{relation}}), "
        f"typed as (select {', '.join(typed)} from delivered)"
    )


def _extra_object(shape: Shape) -> str:
    if shape.extra_object is not None:
        return f"cast({shape.extra_object} as json)"
    if not shape.extras:
        return "cast(null as json)"
    members = ", ".join(f"{_literal(name)}, nullif({expression}, '')" for name, expression in shape.extras)
    # Merging into an empty object drops the members that are null.
    return f"nullif(json_merge_patch('{{{{}}}}', json_object({members})), '{{{{}}}}')"


def _typed(column: ColumnDeclaration, text: str) -> str:
    kind = column.data_type
    if kind == "varchar":
        return text
    if column.format is not None:
        return f"cast(try_strptime({text}, {_literal(column.format)}) as {kind})"
    if kind == "timestamp":
        # A cast to timestamp ignores an offset in silence, so only a trailing Z may take that faster way.
        zulu = f"suffix({text}, 'Z') and length({text}) <= 28"
        zoned = f"cast(try_cast({text} as timestamptz) as timestamp)"
        return f"case when {zulu} then try_cast({text} as timestamp) else {zoned} end"
    if kind == "date":
        return f"case when length({text}) <= 10 then try_cast({text} as date) end"
    return f"try_cast({text} as {kind})"


def _checks(declaration: ExtractDeclaration, shape: Shape) -> Iterator[Check]:
    for at, (column, expression) in enumerate(zip(declaration.columns, shape.columns, strict=True)):
        if expression is not None:
            for rule, breaks in _column_checks(column, f"_text_{at}"):
                yield Check(rule, column.name, f"_text_{at}", breaks)
    position = {column.name: at for at, column in enumerate(declaration.columns)}
    for row_rule in declaration.rules:
        text = None if row_rule.column is None else f"_text_{position[row_rule.column]}"
        condition = row_rule.expression.replace("{", "{{").replace("}", "}}")
        yield Check(row_rule.name, row_rule.column, text, f"not ({condition})")


def _column_checks(column: ColumnDeclaration, text: str) -> Iterator[tuple[str, str]]:
    name, kind = column.quoted, column.data_type
    if column.required:
        yield "not_null", f"{text} is null"
    if kind != "varchar":
        yield "type", f"{text} is not null and {_is_wrong(column, text)}"
    if column.accepted_values:
        accepted = ", ".join(_literal(value) for value in column.accepted_values)
        yield "accepted_values", f"{name} not in ({accepted})"
    for rule, sign, bound in (("minimum", "<", column.minimum), ("maximum", ">", column.maximum)):
        if bound is not None:
            limit = _literal(bound) if kind in NUMERIC or kind.startswith("decimal") else f"{kind} {_literal(bound)}"
            yield rule, f"{name} {sign} {limit}"
    if column.pattern is not None:
        yield "pattern", f"not regexp_full_match({text}, {_literal(column.pattern)})"


def _is_wrong(column: ColumnDeclaration, text: str) -> str:
    name, kind = column.quoted, column.data_type
    unread = f"{name} is null"
    if kind in _INTEGERS:
        wrong = f"try_cast({text} as double) <> {name} or not {name} between -{_EXACT} and {_EXACT}"
        return f"({unread} or ((contains({text}, '.') or contains(lower({text}), 'e')) and ({wrong})))"
    if kind == "double":
        return f"({unread} or not isfinite({name}))"
    if kind in _WRITTEN:
        wrong = f"{unread} or not ({name} between {_FIRST} and {_LAST})"
        # A declared format says how the text is written.
        is_iso = "" if column.format else f" or not regexp_full_match({text}, {_literal(_WRITTEN[kind])})"
        return f"({wrong}{is_iso})"
    return unread


def _literal(value: Scalar) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        quoted = value.replace("'", "''").replace("{", "{{").replace("}", "}}")
        return f"'{quoted}'"
    return repr(value)
