"""Carry one table from the warehouse into a candidate: whole, or only the parts that changed since the last release.

A model that grows with history says in ``config.meta.published_in_parts`` how it is cut: an SQL expression that names
a row's part, for example the period's type and month. A part is unchanged if the number of its rows and the sum of
their hashes are: what clocks say of when they were written decides nothing.
``published_where`` keeps rows at home that tell a reader nothing. ``published_order`` sorts the rows of each part, so
that a reader who filters by these columns skips most of the file.
"""

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from orchestration.publish.columns import literal, published_type, quoted

SCHEMA = "marts"
PART = "part"
"""Names a part in the folders of its Parquet files: ``kpi_value/part=day_2025-01/``."""


@dataclass(frozen=True)
class Table:
    """One published table or view (``kind``): ``columns`` maps a name to (plain type, description)."""

    name: str
    description: str
    rows: int
    columns: Mapping[str, tuple[str, str]]
    kind: str = "table"


@dataclass(frozen=True)
class Published:
    """Where a table's Parquet files go (``new``), and where those of the publication in place are (``old``)."""

    new: Path
    old: Path


def write_table(con: duckdb.DuckDBPyConnection, place: Published, node: Mapping[str, Any]) -> Table:
    """Write a model (manifest node) from the attached ``warehouse`` into the attached ``kpi`` and its Parquet files."""
    name = str(node["name"])
    source = f"warehouse.{quoted(node['schema'])}.{quoted(node.get('alias') or name)}"
    target = f"kpi.{SCHEMA}.{quoted(name)}"
    columns = _columns(con, source, name)
    casts = ", ".join(f"cast({quoted(column)} as {kind}) as {quoted(column)}" for column, kind in columns.items())
    selected = f"select {casts} from {source} where {_meta(node).get('published_where') or 'true'}"
    part = _meta(node).get("published_in_parts")
    order = ", ".join(key for key in (part, _meta(node).get("published_order")) if key)
    sorting = f" order by {order}" if order else ""
    carried = _types(con, name) == list(columns.values()) and (place.old / name).is_dir()
    if part and carried:
        _replace_parts(con, place, name, part, selected, sorting, list(columns))
    else:
        con.execute(f"create or replace table {target} as {selected}{sorting}")
        if part:
            _write_parts(con, place.new / name, part, f"from {target}")
        else:
            file = literal(str(place.new / f"{name}.parquet"))
            con.execute(f"copy {target} to {file} (format parquet, compression zstd)")
    return described(con, "table", node, columns)


def described(con: duckdb.DuckDBPyConnection, kind: str, node: Mapping[str, Any], types: Mapping[str, str]) -> Table:
    """Comment on a written table or view (``kind``) and its columns from the model's descriptions; return what it is.

    ``types`` maps its columns to their plain types.
    """
    name = str(node["name"])
    target = f"kpi.{SCHEMA}.{quoted(name)}"
    texts: Mapping[str, Any] = node.get("columns") or {}
    columns = {column: (plain, _text(texts.get(column))) for column, plain in types.items()}
    con.execute(f"comment on {kind} {target} is {literal(_text(node))}")
    for column, (_, text) in columns.items():
        if text:
            con.execute(f"comment on column {target}.{quoted(column)} is {literal(text)}")
    rows = con.execute(f"select count(*) from {target}").fetchall()[0][0]
    return Table(name, _text(node), int(rows), columns, kind)


def _text(node: Mapping[str, Any] | None) -> str:
    """Return the description of a model or column on one line."""
    return " ".join(str((node or {}).get("description") or "").split())


def _columns(con: duckdb.DuckDBPyConnection, source: str, name: str) -> dict[str, str]:
    """Return the columns of a table with the plain types that they are published as."""
    return {
        str(column): published_type(name, str(column), str(data_type))
        for column, data_type, *_ in con.execute(f"describe {source}").fetchall()
    }


def _meta(node: Mapping[str, Any]) -> Mapping[str, Any]:
    meta: Mapping[str, Any] = (node.get("config") or {}).get("meta") or {}
    return meta


def _types(con: duckdb.DuckDBPyConnection, name: str) -> list[str]:
    """Return the types of a table's columns as the publication in place has them; an empty list without it."""
    rows = con.execute(
        "select data_type from duckdb_columns() where database_name = 'kpi' and schema_name = ? and table_name = ?"
        " order by column_index",
        [SCHEMA, name],
    ).fetchall()
    return [str(row[0]) for row in rows]


def _replace_parts(
    con: duckdb.DuckDBPyConnection,
    place: Published,
    name: str,
    part: str,
    selected: str,
    sorting: str,
    columns: Sequence[str],
) -> None:
    """Replace the parts that changed and link the Parquet files of all others."""
    target = f"kpi.{SCHEMA}.{quoted(name)}"
    content = content_of(columns)

    def state(rows: str) -> str:
        return f"(select {part} as part, {content} as content from {rows} group by 1)"

    old, new = state(target), state(f"({selected})")
    con.execute(
        "create or replace temp table changed_part as select distinct part"
        f" from (({old} except {new}) union ({new} except {old}))"
    )
    is_changed = f"{part} in (from changed_part)"
    con.execute(f"delete from {target} where {is_changed}")
    con.execute(f"insert into {target} from ({selected}) where {is_changed}{sorting}")
    changed = {f"{PART}={row[0]}" for row in con.execute("from changed_part").fetchall()}
    for folder in sorted((place.old / name).glob(f"{PART}=*")):
        if folder.name not in changed:
            _link(folder, place.new / name / folder.name)
    if changed:
        _write_parts(con, place.new / name, part, f"from {target} where {is_changed}")


def content_of(columns: Sequence[str]) -> str:
    """Return an aggregate that differs where the rows of two groups do, in whatever order they lie."""
    return f"[count(*), sum(hash({', '.join(map(quoted, columns))}))]"


def _link(old: Path, new: Path) -> None:
    new.mkdir(parents=True)
    for file in old.glob("*.parquet"):
        try:
            (new / file.name).hardlink_to(file)
        except OSError:
            shutil.copyfile(file, new / file.name)


def _write_parts(con: duckdb.DuckDBPyConnection, folder: Path, part: str, rows: str) -> None:
    con.execute(
        f"copy (select *, {part} as {PART} {rows}) to {literal(str(folder))}"
        f" (format parquet, compression zstd, partition_by ({PART}), overwrite_or_ignore)"
    )
