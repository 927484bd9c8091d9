"""Write a release candidate beside the publication: a DuckDB file, Parquet files and their description.

What does not belong here: what one table costs to carry over (``tables``), judging the candidate (``gate``), putting
it in place (``replace``).
"""

import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from orchestration.publish.columns import literal
from orchestration.publish.layout import CANDIDATE_PREFIX, DATABASE, DESCRIPTION, PARQUET, in_place
from orchestration.publish.pack import STORAGE_VERSION
from orchestration.publish.tables import SCHEMA, Published, Table, write_table
from orchestration.publish.views import drop_views, is_view, write_view
from orchestration.publish.whole import is_whole, sha256
from orchestration.session import settle

MOSTLY_FREE = 0.5
"""Share of unused blocks from which on the file is written anew instead of being carried over."""


@dataclass(frozen=True)
class Candidate:
    """A release that is written but not yet in place."""

    release_id: int
    folder: Path
    tables: tuple[Table, ...]

    @property
    def database(self) -> Path:
        """The candidate's DuckDB file."""
        return self.folder / DATABASE


@dataclass(frozen=True)
class Origin:
    """The refresh that a release comes from. ``as_of`` is naive UTC; ``checks`` counts what was run and passed."""

    refresh_id: int
    run_id: str
    as_of: datetime
    parameter_set: str
    parameters: Mapping[str, Any]
    checks: Mapping[str, int]


def discard(published: Path) -> None:
    """Remove candidates that an earlier attempt left behind."""
    for folder in published.glob(f"{CANDIDATE_PREFIX}*"):
        shutil.rmtree(folder)


def write_candidate(
    warehouse: Path,
    published: Path,
    release_id: int,
    models: Mapping[str, Mapping[str, Any]],
    step: Callable[[int, int, str], None] = lambda *_: None,
) -> Candidate:
    """Copy the models (manifest nodes by name) out of the warehouse into a new candidate.

    ``step`` is told how many of how many tables are written, and which came last.
    It starts from a copy of the publication in place, if there is one, so that a table that names its parts
    (``config.meta.published_in_parts``) costs what changed and not what it holds.
    Views have no Parquet file: they come after the tables that they read.
    Raises ``UnpublishableColumnError`` for a type that is not plain and ``duckdb.Error`` for a value that does not
    fit its plain type or a table that does not exist.
    """
    discard(published)
    if is_damaged(published):
        step(0, len(models), "the publication in place is damaged: all of it is written anew")
    folder = published / f"{CANDIDATE_PREFIX}{release_id}"
    (folder / PARQUET).mkdir(parents=True)
    before = in_place(published)
    if _worth_carrying(before):
        shutil.copyfile(before / DATABASE, folder / DATABASE)
    with duckdb.connect() as con:
        settle(con)
        con.execute(f"attach {literal(str(warehouse))} as warehouse (read_only)")
        con.execute(f"attach {literal(str(folder / DATABASE))} as kpi (storage_version '{STORAGE_VERSION}')")
        con.execute(f"create schema if not exists kpi.{SCHEMA}")
        drop_views(con)
        _drop_retired(con, {name for name, node in models.items() if not is_view(node)})
        place = Published(folder / PARQUET, before / PARQUET)
        views = [node for node in models.values() if is_view(node)]
        tables = []
        for node in [node for node in models.values() if not is_view(node)]:
            tables.append(write_table(con, place, node))
            step(len(tables), len(models), str(node["name"]))
        tables += [write_view(con, node) for node in views]
        con.execute("use memory")
        con.execute("detach kpi")
    return Candidate(release_id, folder, tuple(tables))


def is_damaged(published: Path) -> bool:
    """Whether something is published that is not what its ``manifest.json`` says."""
    folder = in_place(published)
    is_there = (folder / DATABASE).exists() or (folder / DESCRIPTION).exists()
    return is_there and not is_whole(folder / DESCRIPTION, DATABASE)


def _worth_carrying(release: Path) -> bool:
    """Whether a release is whole, and its file mostly data."""
    if not is_whole(release / DESCRIPTION, DATABASE):
        return False
    with duckdb.connect(str(release / DATABASE), read_only=True) as con:
        size = con.execute("select total_blocks, free_blocks from pragma_database_size()").fetchall()[0]
    return bool(size[0]) and size[1] / size[0] < MOSTLY_FREE


def _drop_retired(con: duckdb.DuckDBPyConnection, wanted: set[str]) -> None:
    carried = con.execute("select table_name from duckdb_tables() where database_name = 'kpi'").fetchall()
    for (name,) in carried:
        if name not in wanted:
            con.execute(f'drop table kpi.{SCHEMA}."{name}"')


def describe(candidate: Candidate, origin: Origin, published_at: datetime) -> None:
    """Write the candidate's ``manifest.json``: what is in the release and how each file can be verified.

    Instants are UTC.
    """
    document = {
        "release_id": candidate.release_id,
        "refresh_id": origin.refresh_id,
        "run_id": origin.run_id,
        "as_of": _instant(origin.as_of),
        "published_at": _instant(published_at),
        "parameter_set": origin.parameter_set,
        "parameters": dict(origin.parameters),
        "checks": dict(origin.checks),
        "tables": {
            table.name: {
                "kind": table.kind,
                "description": table.description,
                "rows": table.rows,
                "columns": {
                    name: {"type": kind, "description": description}
                    for name, (kind, description) in table.columns.items()
                },
            }
            for table in candidate.tables
        },
        "files": {
            file.relative_to(candidate.folder).as_posix(): {"size_bytes": file.stat().st_size, "sha256": sha256(file)}
            for file in sorted(candidate.folder.rglob("*"))
            if file.is_file() and file.name != DESCRIPTION
        },
    }
    (candidate.folder / DESCRIPTION).write_text(json.dumps(document, indent=2, default=str) + "\n")


def _instant(value: datetime) -> str:
    return value.isoformat(timespec="seconds") + "Z"
