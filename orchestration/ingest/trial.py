"""Loading files on trial: the same readers and rules as a refresh, into a warehouse that is thrown away.

Files need not lie in a landing folder. Which extract a file is meant for is told by the end of its path
(``.../standard/contacts/2024-10-25.csv``) or by its name (``contacts-2024-10-25.csv`` of the standard system).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from pathlib import Path

import duckdb

from orchestration.ingest.books import create_books, start_refresh
from orchestration.ingest.declarations import ExtractDeclaration
from orchestration.ingest.limits import DEFAULT_LIMITS, Limits
from orchestration.ingest.load import LoadReport, load_landing
from orchestration.ingest.preflight import suggestion
from orchestration.ingest.raw import ensure_raw_tables

SAMPLES = 1
"""Rows that are shown of those that break one rule of one column of an extract."""


@dataclass(frozen=True)
class Broken:
    """A rule that rows of a file break: how many of an extract, and one of them with its file, line and value."""

    extract: str
    rule: str
    column: str
    rows: int
    path: str
    line: int
    value: str | None


@dataclass(frozen=True)
class Trial:
    """What a load would do; ``broken`` tells of the rejected rows by extract, rule and column, with samples."""

    report: LoadReport
    broken: tuple[Broken, ...]


def place(files: Sequence[Path], declarations: Sequence[ExtractDeclaration], scratch: Path) -> list[str]:
    """Link files and folders of files into a scratch landing folder; return a sentence for each that has no place.

    A file whose extract is not known is not linked.
    """
    homeless = []
    every = [path for given in files for path in (sorted(given.rglob("*")) if given.is_dir() else [given])]
    for path in every:
        if not path.is_file() or path.name.startswith("."):
            continue
        name = _name(path.resolve(), declarations)
        if name is None:
            meant = suggestion(f"{path.resolve().parent.name}/{path.name}", declarations)
            hint = f"; did you mean {meant}?" if meant else ""
            homeless.append(f"{path}: no declared extract has this path{hint}")
            continue
        link = scratch / name
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(path.resolve())
    return homeless


def _name(path: Path, declarations: Sequence[ExtractDeclaration]) -> str | None:
    """Return where below a landing folder a file would lie; None when nothing tells."""
    folders = {"/".join(declaration.path.split("/")[:2]) for declaration in declarations}
    parts = path.parts
    for start in range(len(parts) - 3, -1, -1):
        if "/".join(parts[start : start + 2]) in folders:
            return "/".join(parts[start:])
    stem = path.name.split(".")[0].rstrip("0123456789-_TZ")
    return f"standard/{stem}/{path.name}" if f"standard/{stem}" in folders else None


def try_load(
    landing: Path,
    declarations: Sequence[ExtractDeclaration],
    scratch: Path,
    step: Callable[[int, int, str], None] | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> Trial:
    """Load a landing folder into a warehouse in ``scratch`` and return what became of it.

    ``step`` is told how many of how many files are done, and which came last. Raises ``DeclarationError`` for a
    declaration that is wrong.
    """
    scratch.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(scratch / "trial.duckdb")) as con:
        create_books(con)
        ensure_raw_tables(con, declarations)
        refresh_id = start_refresh(con, run_id="trial", as_of=datetime(2000, 1, 1))
        done = count(1)
        told = None if step is None else lambda file, total: step(next(done), total, file.path)
        report = load_landing(con, landing, declarations, refresh_id, told, limits)
        return Trial(report, _broken(con))


def _broken(con: duckdb.DuckDBPyConnection) -> tuple[Broken, ...]:
    found = con.execute(
        """
        select
            file.system || '.' || file.entity,
            row.rule,
            coalesce(row.column_name, ''),
            count(*) over (partition by file.system, file.entity, row.rule, row.column_name),
            file.path,
            row.line_number,
            row.value
        from meta.rejected_row as row
        inner join meta.loaded_file as file
            on row.file_id = file.file_id
        qualify row_number() over (
            partition by file.system, file.entity, row.rule, row.column_name order by file.path, row.line_number
        ) <= ?
        order by file.system, file.entity, row.rule, row.column_name, file.path, row.line_number
        """,
        [SAMPLES],
    ).fetchall()
    return tuple(Broken(*row) for row in found)
