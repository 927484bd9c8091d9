"""Copy the publication in place into a PostgreSQL database, for tools that speak only that.

Everything is loaded into a schema beside the one that is served, then both change places in one transaction: a
query sees the old release or the new one. Whatever fails leaves the served schema as it was.
"""

import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
from adbc_driver_postgresql import dbapi

from orchestration.publish.columns import literal, quoted
from orchestration.publish.layout import DATABASE
from orchestration.publish.postgres_tables import Source, create_table, load_table, sources
from orchestration.publish.stamp import TABLE as RELEASE
from orchestration.publish.tables import SCHEMA
from orchestration.session import settle

NEXT = f"{SCHEMA}_next"
MARK = "Contact center KPI marts"
"""Begins the comment on a schema that we wrote; no other is ever replaced."""

LOCK_MILLISECONDS = 700
"""Less than PostgreSQL's ``deadlock_timeout`` (1 s), so that it is always this side that gives way."""

PATIENCE_SECONDS = 300.0
RETRY = frozenset({"57014", "40P01", "55P03"})
"""SQLSTATE of a lock that was not had: cancelled by the timeout, deadlock, not available."""


class PostgresError(RuntimeError):
    """The copy was not made; what PostgreSQL served before, it serves still."""


@dataclass(frozen=True)
class PostgresCopy:
    """A release that PostgreSQL serves now; ``tables`` is their number, ``rows`` those of all of them."""

    release_id: int
    tables: int
    rows: int
    seconds: float


def copy_to_postgres(published: Path, url: str, reader: str, patience: float = PATIENCE_SECONDS) -> PostgresCopy:
    """Serve the publication in place as schema ``marts`` of the database at ``url``; views become tables.

    ``reader`` is the role that may read it; it is created, without login, where it does not exist. ``patience`` is
    how long (seconds) to wait for a moment in which nobody reads. Raises ``PostgresError``.
    """
    started = time.monotonic()
    file = published / DATABASE
    if not file.is_file():
        raise PostgresError(f"nothing is published yet: {file} does not exist")
    try:
        with duckdb.connect(str(file), read_only=True) as con, dbapi.connect(url) as postgres:
            settle(con)
            release_id = int(con.execute(f"select release_id from {SCHEMA}.{RELEASE}").fetchall()[0][0])
            with _cleaned_up(postgres), postgres.cursor() as cursor:
                _prepare(cursor, reader, patience)
                found = sources(con)
                rows = sum(_carry(con, cursor, source) for source in found)
                _open_to(cursor, reader, release_id)
                postgres.commit()
                _swap(postgres, cursor, patience)
    except (duckdb.Error, dbapi.Error) as error:
        raise PostgresError(" ".join(str(error).split())) from error
    return PostgresCopy(release_id, len(found), rows, round(time.monotonic() - started, 2))


@contextlib.contextmanager
def _cleaned_up(postgres: dbapi.Connection) -> Iterator[None]:
    """Take back what was begun and drop the schema that was being built, when the copy fails."""
    try:
        yield
    except (duckdb.Error, dbapi.Error, PostgresError):
        with contextlib.suppress(dbapi.Error), postgres.cursor() as cursor:
            postgres.rollback()
            cursor.execute(f"drop schema if exists {NEXT} cascade")
            postgres.commit()
        raise


def _prepare(cursor: dbapi.Cursor, reader: str, patience: float) -> None:
    """Keep other copies out until the connection ends, and begin an empty schema."""
    cursor.execute(f"set lock_timeout = '{int(patience * 1000)}ms'")
    cursor.execute(f"select pg_advisory_lock(hashtext({literal(MARK)}))")
    cursor.fetchall()
    cursor.execute("reset lock_timeout")
    _refuse_foreign(cursor)
    cursor.execute(f"drop schema if exists {NEXT} cascade")
    cursor.execute(f"create schema {NEXT}")
    if not _rows(cursor, f"select 1 from pg_roles where rolname = {literal(reader)}"):
        cursor.execute(f"create role {quoted(reader)} nologin")


def _refuse_foreign(cursor: dbapi.Cursor) -> None:
    """Raise ``PostgresError`` when the schema to replace is not ours."""
    comments = _rows(
        cursor, f"select obj_description(oid, 'pg_namespace') from pg_namespace where nspname = {literal(SCHEMA)}"
    )
    if comments and not str(comments[0][0] or "").startswith(MARK):
        raise PostgresError(f"the database has a schema {SCHEMA} that is not ours: use another database, or rename it")


def _carry(con: duckdb.DuckDBPyConnection, cursor: dbapi.Cursor, source: Source) -> int:
    """Create and fill one table; return its number of rows."""
    create_table(cursor, NEXT, source)
    load_table(con, cursor, NEXT, source)
    [(rows,)] = _rows(cursor, f"select count(*) from {NEXT}.{quoted(source.name)}")
    [(wanted,)] = con.execute(f"select count(*) from {SCHEMA}.{quoted(source.name)}").fetchall()
    if rows != wanted:
        raise PostgresError(f"{source.name} has {wanted} rows, and {rows} of them arrived")
    cursor.execute(f"analyze {NEXT}.{quoted(source.name)}")
    return int(rows)


def _open_to(cursor: dbapi.Cursor, reader: str, release_id: int) -> None:
    """Let the role read the new schema, and nothing more; mark the schema as ours."""
    cursor.execute(f"comment on schema {NEXT} is {literal(f'{MARK}, release {release_id}; replaced every night')}")
    cursor.execute(f"grant usage on schema {NEXT} to {quoted(reader)}")
    cursor.execute(f"grant select on all tables in schema {NEXT} to {quoted(reader)}")


def _swap(postgres: dbapi.Connection, cursor: dbapi.Cursor, patience: float) -> None:
    """Serve the new schema instead of the old one, in one transaction that no reader meets half done.

    All old tables are locked first, and for less than a second at a time, so that a query either ends on the old
    tables or begins on the new ones. Whoever waits for the lock goes on with the new table.
    """
    until = time.monotonic() + patience
    while True:
        try:
            _replace_schema(cursor)
            postgres.commit()
        except dbapi.Error as error:
            postgres.rollback()
            if str(error.sqlstate) not in RETRY:
                raise
            if time.monotonic() > until:
                raise PostgresError(f"the old tables were being read for {patience:.0f} s without a pause") from error
            time.sleep(0.2)
        else:
            return


def _replace_schema(cursor: dbapi.Cursor) -> None:
    served = [
        f"{SCHEMA}.{quoted(name)}"
        for (name,) in _rows(cursor, f"select tablename from pg_tables where schemaname = '{SCHEMA}'")
    ]
    if served:
        cursor.execute(f"set local statement_timeout = '{LOCK_MILLISECONDS}ms'")
        cursor.execute(f"lock table {', '.join(served)} in access exclusive mode")
        cursor.execute("set local statement_timeout = 0")
        cursor.execute(f"drop table {', '.join(served)}")
    cursor.execute(f"drop schema if exists {SCHEMA}")
    cursor.execute(f"alter schema {NEXT} rename to {SCHEMA}")


def _rows(cursor: dbapi.Cursor, sql: str) -> list[tuple[Any, ...]]:
    cursor.execute(sql)
    return [tuple(row) for row in cursor.fetchall()]
