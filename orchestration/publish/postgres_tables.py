"""One published table or view as a PostgreSQL table: its types, comments, index and rows."""

from collections.abc import Mapping
from dataclasses import dataclass

import duckdb
from adbc_driver_postgresql import dbapi

from orchestration.publish.columns import literal, quoted
from orchestration.publish.tables import SCHEMA

TYPES = {
    "BIGINT": "bigint",
    "INTEGER": "integer",
    "DOUBLE": "double precision",
    "VARCHAR": "text",
    "DATE": "date",
    "TIMESTAMP": "timestamp",
    "BOOLEAN": "boolean",
}
"""Every plain type but DECIMAL, which is ``numeric`` of the same precision."""

INDEXES = {"kpi_value": ("kpi_id", "variant", "period_type", "scope_type", "period_start")}
"""Tables that boards read by these columns, and that are too long to be read whole."""

BATCH_ROWS = 100_000


@dataclass(frozen=True)
class Source:
    """A table or view of the publication: ``columns`` maps a name to (plain type, comment)."""

    name: str
    comment: str
    columns: Mapping[str, tuple[str, str]]


def sources(con: duckdb.DuckDBPyConnection) -> list[Source]:
    """Return what a publication (the open database) holds, tables and views, by name."""
    relations = con.execute(
        "select table_name, comment from duckdb_tables() where schema_name = $1 and not internal"
        " union all select view_name, comment from duckdb_views() where schema_name = $1 and not internal"
        " order by 1",
        [SCHEMA],
    ).fetchall()
    columns: dict[str, dict[str, tuple[str, str]]] = {}
    for table, column, kind, comment in con.execute(
        "select table_name, column_name, data_type, comment from duckdb_columns() where schema_name = $1"
        " order by table_name, column_index",
        [SCHEMA],
    ).fetchall():
        columns.setdefault(table, {})[column] = (str(kind), str(comment or ""))
    return [Source(str(name), str(comment or ""), columns[name]) for name, comment in relations]


def postgres_type(plain: str) -> str:
    """Return the PostgreSQL type of a plain type; ``KeyError`` for a type that is not plain."""
    return plain.replace("DECIMAL", "numeric") if plain.startswith("DECIMAL(") else TYPES[plain]


def create_table(cursor: dbapi.Cursor, schema: str, source: Source) -> None:
    """Create the empty table with the comments of the publication."""
    target = f"{schema}.{quoted(source.name)}"
    columns = ", ".join(f"{quoted(name)} {postgres_type(kind)}" for name, (kind, _) in source.columns.items())
    cursor.execute(f"create table {target} ({columns})")
    cursor.execute(f"comment on table {target} is {literal(source.comment)}")
    for name, (_, comment) in source.columns.items():
        if comment:
            cursor.execute(f"comment on column {target}.{quoted(name)} is {literal(comment)}")


def load_table(con: duckdb.DuckDBPyConnection, cursor: dbapi.Cursor, schema: str, source: Source) -> None:
    """Copy the rows, in batches of Arrow, and index what needs it. Memory follows the batch, not the table."""
    relation = con.sql(f"select * from {SCHEMA}.{quoted(source.name)}")
    rows = relation.to_arrow_reader(BATCH_ROWS)
    cursor.adbc_ingest(source.name, rows, mode="append", db_schema_name=schema)
    if source.name in INDEXES:
        columns = ", ".join(quoted(column) for column in INDEXES[source.name])
        cursor.execute(f"create index on {schema}.{quoted(source.name)} ({columns})")
