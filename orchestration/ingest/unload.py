"""Taking an extract out again that was loaded by mistake: afterwards everything is as if it had never come.

Its rows leave the raw table, its rejected rows the books; the file itself stays in the books as ``unloaded``, so that
the same bytes are not loaded again, under whatever name. What was derived from the rows goes with the next refresh,
which rebuilds everything.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb

from orchestration.ingest.books import last_complete, utc_now
from orchestration.ingest.declarations import ExtractDeclaration
from orchestration.ingest.discover import extracted_at
from orchestration.ingest.ledger import Transaction, number
from orchestration.publish.columns import literal

UNLOADED = "unloaded"


class UnloadError(Exception):
    """A file cannot be taken out, or let in again; the text says why and what to do."""


@dataclass(frozen=True)
class Unloaded:
    """What was done with one file. ``kept_at`` are other paths that still deliver the same bytes, which then stay."""

    path: str
    rows: int
    rejected: int
    kept_at: tuple[str, ...] = ()


def unload(con: duckdb.DuckDBPyConnection, declarations: Sequence[ExtractDeclaration], path: str) -> Unloaded:
    """Take out what the newest delivery at ``path`` (below the landing folder) brought.

    An older file of that path, which the newer one replaced, stays. Raises ``UnloadError`` for a path that delivered
    nothing, and for a file that is not loaded; nothing is changed then.
    """
    file_id, system, entity, status, rejected = _newest_at(con, path)
    if status != "loaded":
        raise UnloadError(f"{path} is {status}, not loaded: there is nothing to take out")
    declaration = next((each for each in declarations if (each.system, each.entity) == (system, entity)), None)
    if declaration is None:
        raise UnloadError(f"{path} belongs to {system}.{entity}, which no source declares any more")
    with Transaction(con):
        con.execute("delete from meta.delivery where file_id = ? and path = ?", [file_id, path])
        others = con.execute(
            "select path, delivery_id from meta.delivery where file_id = ? order by delivery_id desc", [file_id]
        ).fetchall()
        if others:
            times = [time for other, _ in others if (time := extracted_at(str(other)))]
            con.execute(
                "update meta.loaded_file set path = ?, delivery_id = ?, extracted_at = ? where file_id = ?",
                [*others[0], max(times, default=None), file_id],
            )
            _rebuild_after(con, file_id)
            return Unloaded(path, 0, 0, tuple(sorted({str(other) for other, _ in others})))
        gone = number(con, f"delete from {declaration.raw_table} where _file_id = {file_id}")
        con.execute("delete from meta.rejected_row where file_id = ?", [file_id])
        _forget_extra_columns(con, declaration, file_id)
        con.execute(
            "update meta.loaded_file set status = ?, reason = ?, row_count = 0, rejected_count = 0 where file_id = ?",
            [UNLOADED, f"taken out on {utc_now():%Y-%m-%d %H:%M} UTC", file_id],
        )
        _rebuild_after(con, file_id)
    return Unloaded(path, gone, rejected)


def load_again(con: duckdb.DuckDBPyConnection, path: str) -> None:
    """Let a file that was taken out be loaded by the next refresh that finds its bytes. Raises ``UnloadError``."""
    found = con.execute(
        "select file_id from meta.loaded_file as file where status = ? and (path = ? or exists (select 1 from"
        " meta.delivery where delivery.file_id = file.file_id and delivery.path = ?)) order by file_id desc limit 1",
        [UNLOADED, path, path],
    ).fetchone()
    if found is None:
        raise UnloadError(f"{path} was not taken out")
    with Transaction(con):
        con.execute("delete from meta.delivery where file_id = ?", [found[0]])
        con.execute(
            "update meta.loaded_file set status = 'refused', reason = 'was taken out, and is to be loaded again'"
            " where file_id = ?",
            [found[0]],
        )


def _newest_at(con: duckdb.DuckDBPyConnection, path: str) -> tuple[int, str, str, str, int]:
    row = con.execute(
        """
        select file.file_id, file.system, file.entity, file.status, file.rejected_count
        from meta.delivery
        inner join meta.loaded_file as file
            on delivery.file_id = file.file_id
        where delivery.path = ? and file.status <> ?
        order by delivery.delivery_id desc
        limit 1
        """,
        [path, UNLOADED],
    ).fetchone()
    if row is not None:
        file_id, system, entity, status, rejected = row
        return int(file_id), str(system), str(entity), str(status), int(rejected or 0)
    taken_out = con.execute(
        "select reason from meta.loaded_file where path = ? and status = ? limit 1", [path, UNLOADED]
    ).fetchone()
    if taken_out is not None:
        raise UnloadError(f"{path} was {taken_out[0]} already")
    near = con.execute(
        "select distinct path from meta.delivery order by levenshtein(path, ?), path limit 1", [path]
    ).fetchone()
    raise UnloadError(f"no file {path} was ever delivered" + (f"; did you mean {near[0]}?" if near else ""))


def _rebuild_after(con: duckdb.DuckDBPyConnection, file_id: int) -> None:
    complete = last_complete(con)
    con.execute(
        "update meta.loaded_file set unloaded_after = ? where file_id = ?",
        [complete.refresh_id if complete else 0, file_id],
    )


def _forget_extra_columns(con: duckdb.DuckDBPyConnection, declaration: ExtractDeclaration, file_id: int) -> None:
    """Forget the undeclared columns that only this file had; of the others the next oldest file is the first."""
    names = con.execute("select column_name from meta.extra_column where first_file_id = ?", [file_id]).fetchall()
    for (name,) in names:
        has_it = f"list_contains(json_keys(_extra_columns), {literal(str(name))})"
        [(other,)] = con.execute(
            f"select min(_file_id) from {declaration.raw_table} where _extra_columns is not null and {has_it}"
        ).fetchall()
        own = [declaration.system, declaration.entity, name]
        if other is None:
            con.execute("delete from meta.extra_column where system = ? and entity = ? and column_name = ?", own)
        else:
            con.execute(
                "update meta.extra_column set first_file_id = ? where system = ? and entity = ? and column_name = ?",
                [other, *own],
            )
