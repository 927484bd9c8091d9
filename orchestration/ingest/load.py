"""Loading the landing folder: every new file in one transaction, into its raw table and the books.

A file that was there before with the same size and time is not opened. Bytes that were loaded before are not loaded
again under whatever name, but the delivery counts: the file's newest delivery moves on, so that a snapshot that comes
back is the newest again. A refused file is written into the books with its reason and stops nothing else.
"""

import errno
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa

from orchestration.ingest.ahead import ReadAhead, in_groups, read_ahead
from orchestration.ingest.batch import VIEW, Batch, Reject
from orchestration.ingest.declarations import ExtractDeclaration
from orchestration.ingest.discover import LandedFile, discover, file_sha256
from orchestration.ingest.errors import NeedsCarefulReading, RefusedFile
from orchestration.ingest.ledger import Ledger, Transaction, number
from orchestration.ingest.limits import DEFAULT_LIMITS, Limits
from orchestration.ingest.read import reading
from orchestration.ingest.rules import Statements, statements
from orchestration.session import settle


@dataclass(frozen=True)
class FileOutcome:
    """What happened to one new file: ``status`` is loaded, duplicate, refused, unloaded or unsettled.

    ``unloaded``: its bytes were taken out before; ``unsettled``: it is still being written.
    """

    system: str
    entity: str
    path: str
    status: str
    rows: int = 0
    rejected: int = 0
    reason: str | None = None


@dataclass(frozen=True)
class ExtractReport:
    """Counts of one extract in this load; ``rows`` were loaded, ``rejected`` rows were not."""

    system: str
    entity: str
    files_loaded: int
    files_duplicate: int
    files_refused: int
    rows: int
    rejected: int


@dataclass(frozen=True)
class LoadReport:
    """What a load did. ``missing`` names required extracts of which no file was ever loaded.

    ``unreadable`` are names and reasons of what lies in the landing folder and cannot be read.
    """

    extracts: tuple[ExtractReport, ...]
    outcomes: tuple[FileOutcome, ...]
    unchanged: int
    unknown: tuple[str, ...]
    missing: tuple[str, ...]
    unreadable: tuple[tuple[str, str], ...] = ()

    @property
    def refused(self) -> tuple[FileOutcome, ...]:
        """The files refused in this load."""
        return tuple(outcome for outcome in self.outcomes if outcome.status == "refused")


def load_landing(
    con: duckdb.DuckDBPyConnection,
    landing: Path,
    declarations: Sequence[ExtractDeclaration],
    refresh_id: int,
    progress: Callable[[FileOutcome, int], None] | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> LoadReport:
    """Load every new file below ``landing``, in the order of their paths.

    The books and the raw tables must exist (``create_books``, ``ensure_raw_tables``). ``progress`` is called after
    each file that may be new, with how many of these there are. ``limits`` say how large a file may be. Raises
    ``DeclarationError`` when a path matches two declarations; an interruption leaves nothing of the file it hit.
    """
    settle(con)
    found = discover(landing, declarations)
    loader = _Loader(con, refresh_id, limits)
    outcomes: list[FileOutcome] = []
    changed = [file for file in found.files if not loader.ledger.is_unchanged(file)]
    for group in in_groups(changed, limits.small_bytes):
        loader.read_ahead(group)
        for file in group:
            outcome = loader.take(file)
            if outcome is not None:
                outcomes.append(outcome)
                if progress is not None:
                    progress(outcome, len(changed))
    loader.close()
    return LoadReport(
        extracts=tuple(_summary(declaration, outcomes) for declaration in declarations),
        outcomes=tuple(outcomes),
        unchanged=len(found.files) - len(outcomes),
        unknown=found.unknown,
        missing=_missing(con, declarations),
        unreadable=found.unreadable,
    )


class _Loader:
    """Takes files one after the other and decides what each is."""

    def __init__(self, con: duckdb.DuckDBPyConnection, refresh_id: int, limits: Limits) -> None:
        self.con = con
        self.limits = limits
        self.ledger = Ledger(con, refresh_id)
        self._ahead: dict[str, ReadAhead | RefusedFile] = {}

    def read_ahead(self, group: Sequence[LandedFile]) -> None:
        """Read the next files together when that pays."""
        self._ahead = read_ahead(self.con, group, self.limits) if len(group) > 1 else {}

    def close(self) -> None:
        """Let go of the last rows read."""
        self._ahead = {}
        for name in (VIEW, "rejects"):
            self.con.unregister(name)

    def take(self, file: LandedFile) -> FileOutcome | None:
        """Load one file if its bytes are new; None when only its time is."""
        try:
            sha256 = file_sha256(file.path)
        except OSError as error:
            return _outcome(file, "unsettled", reason=f"cannot be read: {error.strerror}")
        if not _is_settled(file):
            return _outcome(file, "unsettled", reason="changed while it was being read")
        file_id, status = self.ledger.find(file, sha256)
        if file_id is None or status == "refused":
            return self._load(file, sha256, self.ledger.next_file_id() if file_id is None else file_id)
        if self.ledger.is_last_at_path(file, file_id):
            self.ledger.touch(file, file_id)
            return None
        self.ledger.deliver_again(file, file_id)
        if status == "unloaded":
            return _outcome(file, "unloaded", reason="these bytes were taken out; `contact-center unload --undo`")
        return _outcome(file, "duplicate")

    def _load(self, file: LandedFile, sha256: str, file_id: int) -> FileOutcome:
        extra_columns: list[str] = []
        try:
            try:
                outcome = self._read(file, sha256, file_id, extra_columns, bulk=True)
            except NeedsCarefulReading:
                outcome = self._read(file, sha256, file_id, extra_columns, bulk=False)
        except _OF_ONE_FILE as error:
            reason = _why_refused(error)
            if not _is_settled(file):
                return _outcome(file, "unsettled", reason="changed while it was being read")
            with Transaction(self.con):
                self.ledger.enter(file, sha256, file_id, "refused", 0, 0, reason)
            outcome, extra_columns = _outcome(file, "refused", reason=reason), []
        self.ledger.entered(file, sha256, file_id, outcome.status, extra_columns)
        return outcome

    def _read(self, file: LandedFile, sha256: str, file_id: int, extra_columns: list[str], bulk: bool) -> FileOutcome:
        extra_columns.clear()
        declaration = file.declaration
        ahead = self._ahead.get(file.name)
        if isinstance(ahead, RefusedFile):
            raise ahead
        with Transaction(self.con), ExitStack() as stack:
            rows = rejected = 0
            if ahead is not None:
                delivered = ahead.reading
                rows, rejected = self._write(ahead.batch, statements(declaration, delivered.shape), file_id, ahead)
            else:
                delivered = stack.enter_context(
                    reading(self.con, file.path, declaration, bulk=bulk, limits=self.limits)
                )
                for batch in delivered.batches:
                    written = self._write(batch, statements(declaration, delivered.shape), file_id)
                    rows, rejected = rows + written[0], rejected + written[1]
            extra_columns.extend(self.ledger.note_extra_columns(declaration, delivered.extra_columns, file_id))
            if not _is_settled(file):
                raise RefusedFile("changed while it was being read")
            if ahead_of_time := self.ledger.dated_ahead(file):
                delivered.notes.append(ahead_of_time)
            note = "; ".join(delivered.notes) or None
            self.ledger.enter(file, sha256, file_id, "loaded", rows, rejected, note)
        return _outcome(file, "loaded", rows, rejected, note)

    def _write(self, batch: Batch, sql: Statements, file_id: int, ahead: ReadAhead | None = None) -> tuple[int, int]:
        """Write one batch (typed already when it was read ahead); return the numbers of rows loaded and rejected."""
        rejects = list(batch.rejects)
        inserted = 0
        if batch.row_count or batch.table is None:
            if ahead is not None:
                insert = sql.insert_one.format(table=ahead.table, number=ahead.number, file_id=file_id)
                bad_rows = sql.rejects_one.format(table=ahead.table, number=ahead.number)
            else:
                insert = sql.insert.format(relation=batch.relation, file_id=file_id)
                bad_rows = sql.rejects.format(relation=batch.relation)
                if batch.table is not None:
                    self.con.register(VIEW, batch.table)
            try:
                inserted = number(self.con, insert)
                if inserted != batch.row_count:
                    rejects += self._rejects(batch, sql, bad_rows, inserted)
            except duckdb.InterruptException:
                raise
            except duckdb.Error as error:
                if batch.on_error is not None:
                    raise batch.on_error(error) from error
                if isinstance(error, (duckdb.DataError, duckdb.InvalidInputException)):
                    raise RefusedFile(f"a rule cannot be computed: {str(error).splitlines()[0]}") from error
                raise
        self.ledger.reject(rejects, file_id)
        return inserted, len({reject.line_number for reject in rejects})

    def _rejects(self, batch: Batch, sql: Statements, bad_rows: str, inserted: int) -> list[Reject]:
        """Return every broken rule of the rows that were not inserted."""
        bad = self.con.execute(bad_rows).fetchall()
        if inserted + len(bad) != batch.row_count:
            raise NeedsCarefulReading
        records = batch.records([line for line, _, _ in bad])
        return [
            Reject(line, check.rule, check.column, text, records.get(line))
            for line, flags, texts in bad
            for check, broken, text in zip(sql.checks, flags, texts, strict=True)
            if broken
        ]


_OF_ONE_FILE = (RefusedFile, ValueError, ArithmeticError, RecursionError, MemoryError, OSError, pa.ArrowException)
"""What the bytes of one file can bring about in the libraries that read them."""


def _why_refused(error: Exception) -> str:
    """Return why a file is refused. Raises the error again when it is not about the file: the disk is full."""
    if isinstance(error, RefusedFile):
        return error.reason
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        raise error
    said = str(error).splitlines()[0] if str(error) else ""
    return f"cannot be read: {type(error).__name__}{f': {said[:200]}' if said else ''}"


def _outcome(file: LandedFile, status: str, rows: int = 0, rejected: int = 0, reason: str | None = None) -> FileOutcome:
    declaration = file.declaration
    return FileOutcome(declaration.system, declaration.entity, file.name, status, rows, rejected, reason)


def _is_settled(file: LandedFile) -> bool:
    try:
        stat = file.path.stat()
    except FileNotFoundError:
        return False
    return (stat.st_size, stat.st_mtime_ns) == (file.size_bytes, file.modified_ns)


def _summary(declaration: ExtractDeclaration, outcomes: Sequence[FileOutcome]) -> ExtractReport:
    own = [o for o in outcomes if (o.system, o.entity) == (declaration.system, declaration.entity)]
    count = {status: sum(o.status == status for o in own) for status in ("loaded", "duplicate", "refused")}
    return ExtractReport(
        declaration.system,
        declaration.entity,
        count["loaded"],
        count["duplicate"],
        count["refused"],
        sum(o.rows for o in own),
        sum(o.rejected for o in own),
    )


def _missing(con: duckdb.DuckDBPyConnection, declarations: Sequence[ExtractDeclaration]) -> tuple[str, ...]:
    loaded = set(con.execute("select system, entity from meta.loaded_file where status = 'loaded'").fetchall())
    return tuple(d.name for d in declarations if d.required and (d.system, d.entity) not in loaded)
