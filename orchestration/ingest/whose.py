"""Which rows and files are a customer's: ``belongs_to`` leads from a row to its customer, maybe over other records.

What does not belong here: what becomes of them (``erase``).
"""

from collections.abc import Collection, Iterable, Mapping, Sequence

import duckdb

from orchestration.ingest.declarations import ExtractDeclaration

ROOT = "customers"

_NAMES = """
with id as (
    select name, regexp_full_match(name, '[\\pL\\pN_.@-]+') as is_word from (select unnest(?::varchar[]) as name)
),

word as (
    select coalesce(list(name), []) as names from id where is_word
)

select rejected.rowid, rejected.file_id
from meta.rejected_row as rejected
inner join meta.loaded_file as file
    on rejected.file_id = file.file_id
cross join word
where
    file.system = ? and rejected.record is not null
    and (
        list_has_any(string_split_regex(rejected.record, '[^\\pL\\pN_.@-]+'), word.names)
        or exists (
            select 1 from id
            where not id.is_word and contains(rejected.record, id.name) and regexp_matches(
                rejected.record, '(^|[^\\pL\\pN])' || regexp_escape(id.name) || '($|[^\\pL\\pN])'
            )
        )
    )
"""
"""Rejected rows whose text holds one of some ids as a whole word; an id may hold spaces and signs itself."""


def owned(
    declaration: ExtractDeclaration, declarations: Sequence[ExtractDeclaration], customers: Iterable[str]
) -> str | None:
    """Return the SQL condition under which a raw row belongs to one of the customers; None where rows never do."""
    customers = tuple(customers)
    ids = [text(name) for name in _within(declaration.system, customers)]
    if not declaration.belongs_to or not ids:
        return None
    ways = []
    for column, entity in declaration.belongs_to:
        if entity == ROOT:
            ways.append(f'cast("{column}" as varchar) in ({", ".join(ids)})')
            continue
        other = next(each for each in declarations if (each.system, each.entity) == (declaration.system, entity))
        theirs = owned(other, declarations, customers)
        ways.append(f'"{column}" in (select "{other.key[0]}" from {other.raw_table} where {theirs})')
    return " or ".join(ways)


def rejected_of(
    con: duckdb.DuckDBPyConnection, declarations: Sequence[ExtractDeclaration], customers: Collection[str]
) -> list[tuple[int, int]]:
    """Return row id in the books and file id of every rejected row that names a customer, or a record of theirs."""
    found: list[tuple[int, int]] = []
    for system, names in _names(con, declarations, customers).items():
        found += con.execute(_NAMES, [sorted(names), system]).fetchall()
    return found


def is_delivered(con: duckdb.DuckDBPyConnection, declarations: Sequence[ExtractDeclaration], customer_id: str) -> bool:
    """Whether a row is a customer's, or a rejected row of an extract whose rows name their customer has the id."""
    if _files_with_rows(con, declarations, customer_id):
        return True
    naming = {(each.system, each.entity) for each in declarations if ROOT in dict(each.belongs_to).values()}
    files = [file for _, file in rejected_of(con, declarations, [customer_id])]
    extracts = con.execute(
        "select distinct system, entity from meta.loaded_file where file_id in (select unnest(?::bigint[]))", [files]
    ).fetchall()
    return not naming.isdisjoint(extracts)


def files_of(
    con: duckdb.DuckDBPyConnection, declarations: Sequence[ExtractDeclaration], customer_id: str
) -> tuple[str, ...]:
    """Return the paths of all files that delivered rows of a customer, or the same bytes under other names, in order.

    A rejected row counts as well.
    """
    files = _files_with_rows(con, declarations, customer_id)
    files |= {file for _, file in rejected_of(con, declarations, [customer_id])}
    paths = con.execute(
        "select path from meta.loaded_file where file_id in (select unnest($1::bigint[]))"
        " union select path from meta.delivery where file_id in (select unnest($1::bigint[])) order by path",
        [sorted(files)],
    ).fetchall()
    return tuple(str(path) for (path,) in paths)


def text(value: str) -> str:
    """Return a text as an SQL literal."""
    return "'" + value.replace("'", "''") + "'"


def _files_with_rows(
    con: duckdb.DuckDBPyConnection, declarations: Sequence[ExtractDeclaration], customer_id: str
) -> set[int]:
    files: set[int] = set()
    for declaration in declarations:
        theirs = owned(declaration, declarations, [customer_id])
        if theirs is not None:
            rows = con.execute(f"select distinct _file_id from {declaration.raw_table} where {theirs}").fetchall()
            files |= {int(file) for (file,) in rows}
    return files


def _names(
    con: duckdb.DuckDBPyConnection, declarations: Sequence[ExtractDeclaration], customers: Collection[str]
) -> Mapping[str, set[str]]:
    """Return by system the ids of customers, and of their records that others refer to."""
    names: dict[str, set[str]] = {each.system: set(_within(each.system, customers)) for each in declarations}
    led_to = {(each.system, entity) for each in declarations for _, entity in each.belongs_to if entity != ROOT}
    for each in declarations:
        theirs = owned(each, declarations, customers)
        if theirs is not None and (each.system, each.entity) in led_to:
            key = f'cast("{each.key[0]}" as varchar)'
            rows = con.execute(f"select distinct {key} from {each.raw_table} where {theirs}").fetchall()
            names[each.system] |= {str(name) for (name,) in rows if name is not None}
    return {system: found for system, found in names.items() if found}


def _within(system: str, customers: Iterable[str]) -> list[str]:
    """Return the ids of customers as a system itself writes them; nobody's where they are of other systems."""
    prefix = "" if system == "standard" else f"{system}:"
    return [customer.removeprefix(prefix) for customer in customers if customer.startswith(prefix)]
