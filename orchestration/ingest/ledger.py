"""The part of the books that loading reads and writes: files, deliveries, rejected rows, extra columns.

Read once at the start of a load, then kept in step; one instance serves one load on one connection.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, time, timedelta

import duckdb
import pyarrow as pa

from orchestration.ingest.batch import Reject
from orchestration.ingest.books import utc_now
from orchestration.ingest.declarations import ExtractDeclaration
from orchestration.ingest.discover import LandedFile, extracted_at

FARTHEST_EAST = timedelta(hours=14)
"""A file may be named by the local time of its source, which is ahead of UTC by this at most."""


class Transaction:
    """Commit at the end, roll back on anything that escapes, an interruption included."""

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        self._con = con

    def __enter__(self) -> None:
        """Begin."""
        self._con.begin()

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Commit, or roll back when something escaped."""
        if kind is None:
            self._con.commit()
        else:
            self._con.rollback()


class Ledger:
    """Files and deliveries as they stand, numbered by two increasing counters."""

    def __init__(self, con: duckdb.DuckDBPyConnection, refresh_id: int) -> None:
        self.con = con
        self.refresh_id = refresh_id
        self._last: dict[str, tuple[int, int, int]] = {
            path: (size, modified, file_id)
            for path, size, modified, file_id in con.execute(
                "select path, size_bytes, modified_ns, file_id from meta.delivery "
                "qualify row_number() over (partition by path order by delivery_id desc) = 1"
            ).fetchall()
        }
        self._files: dict[tuple[str, str, str], tuple[int, str]] = {
            (system, entity, sha256): (file_id, status)
            for system, entity, sha256, file_id, status in con.execute(
                "select system, entity, sha256, file_id, status from meta.loaded_file"
            ).fetchall()
        }
        self._extra_columns = set(con.execute("select system, entity, column_name from meta.extra_column").fetchall())
        [as_of] = con.execute("select as_of from meta.refresh where refresh_id = ?", [refresh_id]).fetchone() or [None]
        self._latest = max(utc_now(), as_of or utc_now()) + FARTHEST_EAST
        self._file_id = number(con, "select coalesce(max(file_id), 0) from meta.loaded_file")
        self._delivery_id = number(con, "select coalesce(max(delivery_id), 0) from meta.delivery")

    def is_unchanged(self, file: LandedFile) -> bool:
        """Whether the newest delivery at this path has the same size and time."""
        last = self._last.get(file.name)
        return last is not None and last[:2] == (file.size_bytes, file.modified_ns)

    def is_last_at_path(self, file: LandedFile, file_id: int) -> bool:
        """Whether the newest delivery at this path held these very bytes."""
        last = self._last.get(file.name)
        return last is not None and last[2] == file_id

    def find(self, file: LandedFile, sha256: str) -> tuple[int | None, str]:
        """Return number and status of the file with these bytes in the same extract; None when they are new."""
        return self._files.get((file.declaration.system, file.declaration.entity, sha256), (None, ""))

    def next_file_id(self) -> int:
        """Return the number that the next new file gets."""
        return self._file_id + 1

    def dated_ahead(self, file: LandedFile) -> str | None:
        """Say that the date in a file's name lies in the future; None when it does not, or there is none."""
        named = extracted_at(file.name)
        if named is None or named <= self._latest:
            return None
        return f"the date in its name, {named:%Y-%m-%d}, lies in the future: its rows count as extracted today"

    def _extracted_at(self, file: LandedFile) -> datetime | None:
        """Return when a file was extracted; a time in the future would outrank every later correction."""
        named = extracted_at(file.name)
        if named is None or named <= self._latest:
            return named
        return datetime.combine((self._latest - FARTHEST_EAST).date(), time.min)

    def enter(
        self, file: LandedFile, sha256: str, file_id: int, status: str, rows: int, rejected: int, reason: str | None
    ) -> None:
        """Write a file and its delivery, inside the caller's transaction; a file refused before is judged anew."""
        facts = [
            *(self._delivery_id + 1, file.declaration.system, file.declaration.entity, file.name, file.size_bytes),
            *(sha256, self._extracted_at(file), rows, rejected, status, reason, self.refresh_id, utc_now(), file_id),
        ]
        if file_id <= self._file_id:
            self.con.execute(
                "update meta.loaded_file set delivery_id = ?, system = ?, entity = ?, path = ?, size_bytes = ?, "
                "sha256 = ?, extracted_at = ?, row_count = ?, rejected_count = ?, status = ?, reason = ?, "
                "refresh_id = ?, loaded_at = ? where file_id = ?",
                facts,
            )
        else:
            self.con.execute(
                "insert into meta.loaded_file (delivery_id, system, entity, path, size_bytes, sha256, extracted_at, "
                "row_count, rejected_count, status, reason, refresh_id, loaded_at, file_id) "
                "values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                facts,
            )
        self._deliver(file, file_id)

    def entered(self, file: LandedFile, sha256: str, file_id: int, status: str, extra_columns: Iterable[str]) -> None:
        """Keep in step after the transaction of ``enter`` was committed."""
        system, entity = file.declaration.system, file.declaration.entity
        self._file_id = max(self._file_id, file_id)
        self._files[system, entity, sha256] = (file_id, status)
        self._extra_columns.update((system, entity, name) for name in extra_columns)
        self._delivered(file, file_id)

    def deliver_again(self, file: LandedFile, file_id: int) -> None:
        """Note known bytes at another path, or back at a path that held others: the newest delivery moves on."""
        with Transaction(self.con):
            self._deliver(file, file_id)
            self.con.execute(
                "update meta.loaded_file set delivery_id = ?, path = ?, extracted_at = greatest(extracted_at, ?) "
                "where file_id = ?",
                [self._delivery_id + 1, file.name, self._extracted_at(file), file_id],
            )
        self._delivered(file, file_id)

    def touch(self, file: LandedFile, file_id: int) -> None:
        """Note a new time for the same bytes at the same path: no delivery, only no hashing next time."""
        self.con.execute(
            "update meta.delivery set modified_ns = ? where path = ? and delivery_id = "
            "(select max(delivery_id) from meta.delivery where path = ?)",
            [file.modified_ns, file.name, file.name],
        )
        self._last[file.name] = (file.size_bytes, file.modified_ns, file_id)

    def reject(self, rejects: Sequence[Reject], file_id: int) -> None:
        """Write rejected rows, inside the caller's transaction."""
        if not rejects:
            return
        self.con.register("rejects", _reject_table(rejects))
        self.con.execute(
            "insert into meta.rejected_row (file_id, line_number, rule, column_name, value, record, refresh_id) "
            "select ?, line_number, rule, column_name, value, record, ? from rejects",
            [file_id, self.refresh_id],
        )

    def note_extra_columns(self, declaration: ExtractDeclaration, names: Iterable[str], file_id: int) -> list[str]:
        """Write the undeclared columns not met before, inside the caller's transaction, and return them."""
        system, entity = declaration.system, declaration.entity
        new = [name for name in names if (system, entity, name) not in self._extra_columns]
        for name in new:
            self.con.execute(
                "insert into meta.extra_column (system, entity, column_name, first_file_id, first_seen_at) "
                "values (?, ?, ?, ?, ?)",
                [system, entity, _writable(name), file_id, utc_now()],
            )
        return new

    def _deliver(self, file: LandedFile, file_id: int) -> None:
        facts = [file_id, file.name, file.size_bytes, file.modified_ns, utc_now(), self.refresh_id]
        self.con.execute(
            "insert into meta.delivery (delivery_id, file_id, path, size_bytes, modified_ns, seen_at, refresh_id) "
            "values (?, ?, ?, ?, ?, ?, ?)",
            [self._delivery_id + 1, *facts],
        )

    def _delivered(self, file: LandedFile, file_id: int) -> None:
        self._delivery_id += 1
        self._last[file.name] = (file.size_bytes, file.modified_ns, file_id)


def number(con: duckdb.DuckDBPyConnection, query: str) -> int:
    """Return the one number a statement yields (a count, or the rows an insert wrote)."""
    rows = con.execute(query).fetchall()
    return int(rows[0][0]) if rows else 0


def _writable(text: str | None) -> str | None:
    return None if text is None else text.encode("utf-8", "replace").decode()


def _reject_table(rejects: Sequence[Reject]) -> pa.Table:
    return pa.table(
        {
            "line_number": pa.array([reject.line_number for reject in rejects], pa.int64()),
            "rule": pa.array([reject.rule for reject in rejects], pa.string()),
            "column_name": pa.array([reject.column for reject in rejects], pa.string()),
            "value": pa.array([_writable(reject.value) for reject in rejects], pa.string()),
            "record": pa.array([_writable(reject.record) for reject in rejects], pa.string()),
        }
    )
