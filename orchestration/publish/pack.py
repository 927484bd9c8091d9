"""The database of a kept release, packed: its definitions as SQL, its rows as the Parquet files that are there anyway.

Unpacked it has the same tables, views, comments and rows; its bytes differ, so the manifest gets the new hash.
"""

import json
from collections.abc import Iterator
from pathlib import Path

import duckdb

from orchestration.publish.columns import literal, quoted
from orchestration.publish.layout import DATABASE, DESCRIPTION, PARQUET
from orchestration.publish.tables import SCHEMA
from orchestration.publish.whole import sha256
from orchestration.session import settle

DEFINITIONS = "kpi.sql"
"""What tables, views and comments of a packed database are, as SQL."""

STORAGE_VERSION = "v1.0.0"
"""Opens in every client from DuckDB 1.1 on."""


def is_packed(folder: Path) -> bool:
    """Whether the database of a release has to be written again before it can be read."""
    return (folder / DEFINITIONS).is_file() and not (folder / DATABASE).is_file()


def rows_of(folder: Path, table: str) -> str:
    """Return an SQL expression for the rows of a published table of a release, read from its Parquet files."""
    parts = folder / PARQUET / table
    files = f"{parts}/**/*.parquet" if parts.is_dir() else f"{parts}.parquet"
    return f"read_parquet({literal(files)}, hive_partitioning = false)"


def pack(folder: Path) -> None:
    """Replace the database of a release by its definitions. Does nothing when that is done."""
    database = folder / DATABASE
    if not database.is_file():
        return
    with duckdb.connect(str(database), read_only=True) as con:
        text = "".join(f"{statement};\n" for statement in _definitions(con))
    written = folder / f"{DEFINITIONS}.new"
    written.write_text(text, encoding="utf-8")
    written.replace(folder / DEFINITIONS)
    database.unlink()


def unpack(folder: Path) -> None:
    """Write the database of a packed release again. Raises ``duckdb.Error`` for Parquet files that are damaged."""
    building = folder / f".{DATABASE}.building"
    building.unlink(missing_ok=True)
    with duckdb.connect() as con:
        settle(con)
        con.execute(f"attach {literal(str(building))} as kpi (storage_version '{STORAGE_VERSION}')")
        con.execute(f"create schema kpi.{SCHEMA}")
        con.execute("use kpi")
        con.execute((folder / DEFINITIONS).read_text(encoding="utf-8"))
        tables = con.execute("select table_name from duckdb_tables() where database_name = 'kpi'").fetchall()
        for (name,) in tables:
            con.execute(f"insert into {SCHEMA}.{quoted(name)} by name from {rows_of(folder, name)}")
        con.execute("use memory")
        con.execute("detach kpi")
    manifest = json.loads((folder / DESCRIPTION).read_text())
    manifest["files"][DATABASE] = {"size_bytes": building.stat().st_size, "sha256": sha256(building)}
    written = folder / f"{DESCRIPTION}.new"
    written.write_text(json.dumps(manifest, indent=2) + "\n")
    written.replace(folder / DESCRIPTION)
    building.replace(folder / DATABASE)
    (folder / DEFINITIONS).unlink()


def _definitions(con: duckdb.DuckDBPyConnection) -> Iterator[str]:
    """Yield the statements that make the tables, then the views, then their comments."""
    for source, kind in (("duckdb_tables()", "table"), ("duckdb_views()", "view")):
        name = f"{kind}_name"
        own = f"from {source} where not internal and schema_name = {literal(SCHEMA)} order by {kind}_oid"
        for text, relation, comment in con.execute(f"select sql, {name}, comment {own}").fetchall():
            yield str(text).rstrip().rstrip(";")
            if comment:
                yield f"comment on {kind} {SCHEMA}.{quoted(relation)} is {literal(comment)}"
    columns = (
        "select table_name, column_name, comment from duckdb_columns()"
        f" where not internal and comment is not null and schema_name = {literal(SCHEMA)}"
    )
    for relation, column, comment in con.execute(columns).fetchall():
        yield f"comment on column {SCHEMA}.{quoted(relation)}.{quoted(column)} is {literal(comment)}"
