"""Run dbt once, in this process, and leave no lock on the warehouse behind.

dbt keeps the DuckDB file open after it returns; every call here closes it again.
dbt is imported only when it runs, because the import costs two seconds.
"""

import contextlib
import os
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from orchestration.transform import command
from orchestration.transform.metadata import MetadataError, check_metadata
from orchestration.transform.project import (
    PARSED,
    DbtPaths,
    Manifest,
    manifest_if_there,
    manifest_is_current,
    project_fingerprint,
    read_manifest,
)
from orchestration.transform.results import NodeResult, read_results

Progress = Callable[[int, int, str], None]
"""Called with nodes done, nodes in all, and the name of the node that finished."""

RUNNING_EVENT = "LogStartLine"
FINISHED_EVENT = "NodeFinished"


class DbtError(RuntimeError):
    """dbt could not run the project at all (parse error, wrong configuration, warehouse locked)."""


@dataclass(frozen=True)
class BuildResult:
    """What the night's dbt run did. ``manifest`` is the one it ran with."""

    succeeded: bool
    results: dict[str, NodeResult]
    manifest: Manifest


@contextlib.contextmanager
def _environment(home: Path, run_id: str) -> Iterator[None]:
    wanted = command.environment(str(home), run_id)
    before = {name: os.environ.get(name) for name in wanted}
    os.environ.update(wanted)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def release_warehouse() -> None:
    """Close every connection that dbt keeps open in this process."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.adapters.factory import reset_adapters

    reset_adapters()
    DuckDBConnectionManager.close_all_connections()


def _invoke(arguments: list[str], home: Path, callbacks: list[Callable[[Any], None]], run_id: str = "") -> Any:
    from dbt.cli.main import dbtRunner

    with _environment(home, run_id):
        try:
            return dbtRunner(callbacks=callbacks).invoke(arguments)
        finally:
            release_warehouse()


def current_manifest(paths: DbtPaths, home: Path) -> Manifest:
    """Return the manifest of the project as it is now, parsing only when a file changed.

    Raises ``DbtError`` when the project does not parse, or its metadata are not what they may be.
    """
    if manifest_is_current(paths) and (known := manifest_if_there(paths)) is not None:
        return known
    fingerprint = project_fingerprint(paths.project, PARSED)
    outcome = _invoke(command.parse_arguments(paths), home, [])
    if not outcome.success:
        raise DbtError(f"the dbt project does not parse: {_first_line(outcome.exception)}")
    parsed = read_manifest(paths)
    try:
        check_metadata(parsed, paths.project)
    except MetadataError as error:
        raise DbtError(str(error)) from error
    paths.fingerprint.write_text(fingerprint)
    return parsed


def run_build(
    paths: DbtPaths,
    home: Path,
    *,
    full_refresh: bool,
    parameters: Mapping[str, Any] | None = None,
    progress: Progress | None = None,
    run_id: str = "",
    select: Collection[str] | None = None,
) -> BuildResult:
    """Build everything once, or what ``select`` names to dbt, for the refresh of ``run_id``; return what happened.

    Failing models and tests are results, not exceptions: the publish gate judges them.
    Raises ``DbtError`` when dbt stopped before it could run any node.
    """
    paths.run_results.unlink(missing_ok=True)
    arguments = command.build_arguments(paths, full_refresh=full_refresh, parameters=parameters, select=select)
    callbacks = [_progress_callback(progress)] if progress else []
    outcome = _invoke(arguments, home, callbacks, run_id)
    if not paths.run_results.is_file():
        raise DbtError(_first_line(outcome.exception))
    return BuildResult(bool(outcome.success), read_results(paths.run_results), read_manifest(paths))


def table_rows(warehouse: Path) -> dict[tuple[str, str], int]:
    """Return the rows of every table by (schema, table), from DuckDB's own statistics; views are not counted."""
    with duckdb.connect(str(warehouse), read_only=True) as con:
        found = con.execute("select schema_name, table_name, estimated_size from duckdb_tables()").fetchall()
    return {(schema, table): size for schema, table, size in found}


def _progress_callback(progress: Progress) -> Callable[[Any], None]:
    done = 0
    total = 0

    def on_event(event: Any) -> None:
        nonlocal done, total
        if event.info.name == RUNNING_EVENT:
            total = max(total, event.data.total)
        elif event.info.name == FINISHED_EVENT:
            done += 1
            progress(done, max(total, done), event.data.node_info.node_name)

    return on_event


def _first_line(exception: BaseException | None) -> str:
    text = str(exception or "dbt stopped without a message").strip()
    return " ".join(text.split())[:1000]
