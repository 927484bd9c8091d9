"""Write a release candidate beside the publication: a DuckDB file, Parquet files and their description.

What does not belong here: judging the candidate (``gate``), putting it in place (``replace``).
"""

import hashlib
import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from orchestration.publish.columns import literal, published_type, quoted

DATABASE = "kpi.duckdb"
PARQUET = "parquet"
DESCRIPTION = "manifest.json"
SCHEMA = "marts"
STORAGE_VERSION = "v1.0.0"
"""Opens in every client from DuckDB 1.1 on."""

CANDIDATE_PREFIX = ".candidate-"


@dataclass(frozen=True)
class Table:
    """One published table: ``columns`` maps a name to (plain type, description)."""

    name: str
    description: str
    rows: int
    columns: Mapping[str, tuple[str, str]]


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
    warehouse: Path, published: Path, release_id: int, models: Mapping[str, Mapping[str, Any]]
) -> Candidate:
    """Copy the models (manifest nodes by name) out of the warehouse into a new candidate.

    Raises ``UnpublishableColumnError`` for a type that is not plain and ``duckdb.Error`` for a value that does not
    fit its plain type or a table that does not exist.
    """
    discard(published)
    folder = published / f"{CANDIDATE_PREFIX}{release_id}"
    (folder / PARQUET).mkdir(parents=True)
    with duckdb.connect() as con:
        con.execute("set TimeZone = 'UTC'")
        con.execute(f"attach {literal(str(warehouse))} as warehouse (read_only)")
        con.execute(f"attach {literal(str(folder / DATABASE))} as kpi (storage_version '{STORAGE_VERSION}')")
        con.execute(f"create schema kpi.{SCHEMA}")
        tables = tuple(_copy_table(con, folder, node) for node in models.values())
        con.execute("detach kpi")
    return Candidate(release_id, folder, tables)


def _copy_table(con: duckdb.DuckDBPyConnection, folder: Path, node: Mapping[str, Any]) -> Table:
    name = str(node["name"])
    source = f"warehouse.{quoted(node['schema'])}.{quoted(node.get('alias') or name)}"
    target = f"kpi.{SCHEMA}.{quoted(name)}"
    described = node.get("columns") or {}
    columns = {
        str(column): (
            published_type(name, str(column), str(data_type)),
            " ".join(str((described.get(column) or {}).get("description") or "").split()),
        )
        for column, data_type, *_ in con.execute(f"describe {source}").fetchall()
    }
    casts = ", ".join(f"cast({quoted(column)} as {kind}) as {quoted(column)}" for column, (kind, _) in columns.items())
    con.execute(f"create table {target} as select {casts} from {source}")
    description = " ".join(str(node.get("description") or "").split())
    con.execute(f"comment on table {target} is {literal(description)}")
    for column, (_, text) in columns.items():
        if text:
            con.execute(f"comment on column {target}.{quoted(column)} is {literal(text)}")
    file = folder / PARQUET / f"{name}.parquet"
    con.execute(f"copy {target} to {literal(str(file))} (format parquet, compression zstd)")
    counted = con.execute(f"select count(*) from {target}").fetchone()
    return Table(name, description, int(counted[0]) if counted else 0, columns)


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


def sha256(file: Path) -> str:
    """Return the hash of a file's bytes as 64 hexadecimal digits."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
