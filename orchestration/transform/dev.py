"""The database of target ``dev``: a plugin of dbt-duckdb that lets it see the warehouse.

In ``dev.duckdb`` every table and view of the warehouse that was not built there stands as a view of the same name on
the warehouse, which is attached read-only. So ``dbt build -s model`` reads what it needs from the warehouse, builds one
table beside it, and what is built afterwards reads that table.
"""

from pathlib import Path
from typing import Any

import duckdb
from dbt.adapters.duckdb.credentials import DuckDBCredentials
from dbt.adapters.duckdb.plugins import BasePlugin
from dbt_common.exceptions import DbtRuntimeError

from orchestration.publish.columns import literal, quoted
from orchestration.seal import state_of

ATTACHED = "warehouse"
MIRROR = "main._warehouse_state"
"""Remembers which state of the warehouse the views were made for."""


class Plugin(BasePlugin):  # type: ignore[misc]  # dbt-duckdb is not followed by mypy
    """Attaches the warehouse that its configuration names."""

    def initialize(self, plugin_config: dict[str, Any]) -> None:
        """Take the path of the warehouse."""
        self.warehouse = Path(plugin_config["warehouse"])

    def update_connection_config(self, creds: DuckDBCredentials, config: dict[str, Any]) -> None:  # noqa: ARG002
        """Refuse before a file is made when there is nothing to read. Raises ``DbtRuntimeError``."""
        if not self.warehouse.is_file():
            raise DbtRuntimeError(
                f"There is no warehouse at {self.warehouse}, and target dev reads what it does not build from there:"
                " `contact-center refresh` makes one from the extracts in its landing folder (`contact-center demo`"
                " writes some); CONTACT_CENTER_HOME says where another lies."
            )

    def configure_connection(self, conn: duckdb.DuckDBPyConnection) -> None:
        """Attach the warehouse and show what is in it. Raises ``DbtRuntimeError`` while a refresh writes it."""
        try:
            conn.execute(f"attach {literal(str(self.warehouse))} as {ATTACHED} (read_only)")
        except duckdb.IOException as error:
            raise DbtRuntimeError(
                f"The warehouse at {self.warehouse} cannot be read now, most likely because a refresh writes it"
                f" (see `contact-center status`): {error}"
            ) from error
        mirror(conn, state_of(self.warehouse))


def mirror(con: duckdb.DuckDBPyConnection, state: str) -> None:
    """Give every relation of the attached warehouse that the database does not hold itself a view of its name.

    ``state`` names the warehouse's content: as long as it is the same, only missing views are made.
    """
    con.execute(f"create table if not exists {MIRROR} (state varchar)")
    is_same = con.execute(f"from {MIRROR}").fetchall() == [(state,)]
    own_database = con.execute("select current_database()").fetchall()[0][0]
    there = _relations(con, ATTACHED)
    here = _relations(con, own_database)
    shown = {name for name, sql in here.items() if sql is not None and _is_mirrored(sql, name)}
    for schema in sorted({schema for schema, _ in there}):
        con.execute(f"create schema if not exists {quoted(schema)}")
    for schema, name in sorted(shown - there.keys()):
        con.execute(f"drop view {quoted(schema)}.{quoted(name)}")
    for schema, name in sorted(there):
        if (schema, name) not in here or ((schema, name) in shown and not is_same):
            _show(con, schema, name)
    if not is_same:
        con.execute(f"delete from {MIRROR}")
        con.execute(f"insert into {MIRROR} values (?)", [state])


def _relations(con: duckdb.DuckDBPyConnection, database: str) -> dict[tuple[str, str], str | None]:
    """Return the SQL of every view, and None for every table, by (schema, name)."""
    rows = con.execute(
        "select schema_name, view_name, sql from duckdb_views() where not internal and database_name = ?"
        " union all select schema_name, table_name, null from duckdb_tables() where not internal and database_name = ?",
        [database, database],
    ).fetchall()
    return {(schema, name): sql for schema, name, sql in rows if schema != "main"}


def _source(schema: str, name: str) -> str:
    return f"{ATTACHED}.{quoted(schema)}.{quoted(name)}"


def _is_mirrored(sql: str, name: tuple[str, str]) -> bool:
    """Whether a view does nothing but show a relation of the warehouse, whatever DuckDB thinks of its quotes."""
    body = sql.lower().replace('"', "").rstrip("; \n")
    return body.endswith(f"from {ATTACHED}.{name[0]}.{name[1]}".lower()) and "select * from " in body


def _show(con: duckdb.DuckDBPyConnection, schema: str, name: str) -> None:
    view = f"{quoted(schema)}.{quoted(name)}"
    try:
        con.execute(f"create or replace view {view} as select * from {_source(schema, name)}")
    except (duckdb.BinderException, duckdb.CatalogException):
        con.execute(f"drop view if exists {view}")  # a view of the warehouse that itself reads what is gone
