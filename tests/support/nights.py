"""Nights for tests: deliver files into a scratch home, load and build everything, compare whole warehouses."""

import json
import shutil
import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from orchestration.ingest import books
from orchestration.ingest.declarations import load_declarations
from orchestration.ingest.erase import erase_delivered
from orchestration.ingest.load import load_landing
from orchestration.ingest.public_holidays import load_public_holidays
from orchestration.ingest.raw import ensure_raw_tables
from orchestration.night import RefreshOutcome, dbt_paths
from orchestration.refresh import refresh
from orchestration.settings import PROJECT_DIR, Settings
from orchestration.transform.builds import BuildPlan, write_plan
from orchestration.transform.command import build_arguments, environment, parse_arguments, selectors
from orchestration.transform.fingerprints import built_nodes, with_what_follows
from orchestration.transform.metadata import check_metadata
from orchestration.transform.project import PARSED, DbtPaths, parameter_set, project_fingerprint, read_manifest
from orchestration.transform.runner import current_manifest, release_warehouse
from tests.support.settled import settled
from tests.support.shared import is_shared, made_once

GOLDEN = PROJECT_DIR / "tests" / "fixtures" / "golden"
GOLDEN_AS_OF = datetime(2024, 11, 2)
GOLDEN_PARAMETERS: dict[str, Any] = {
    "qa_min_evaluations": 1,
    "save_confirm_days": 7,
    "survey_response_window_days": 5,
}

LINEAGE = (
    "_file_id",
    "_line_number",
    "_run_id",
    "computed_at",
    "run_id",
    "_extracted_at",
    "_file_path",
)
"""Where a row came from and when it was computed: differs between two ways to the same content."""


@dataclass
class Nights:
    """A warehouse that is refreshed night after night, without the borders' checks and without data tests.

    ``state`` holds dbt's parse cache and may be shared by several homes.
    """

    home: Path
    state: Path

    @property
    def warehouse(self) -> Path:
        """The database file."""
        return self.home / "warehouse.duckdb"

    def deliver(self, source: Path, name: str) -> None:
        """Copy a file to ``landing/<name>``."""
        target = self.home / "landing" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, target)

    def night(
        self,
        as_of: datetime,
        *,
        full: bool = False,
        parameters: Mapping[str, Any] | None = None,
        fails: bool = False,
        anew: Collection[str] = (),
    ) -> None:
        """Load what is new and build what could change; with ``fails`` the night breaks off after staging.

        Models named in ``anew``, and what takes its content from them, are built anew, as after a change of their code.
        """
        paths = DbtPaths(PROJECT_DIR, self.state)
        lend_parsed(paths, parameters)
        (self.home / "landing").mkdir(parents=True, exist_ok=True)
        manifest = current_manifest(paths, self.home)
        declarations = load_declarations(manifest)
        with duckdb.connect(str(self.warehouse)) as con:
            books.create_books(con)
            ensure_raw_tables(con, declarations)
            is_full = full or books.last_complete(con) is None
            run_id = str(uuid.uuid4())
            refresh = books.start_refresh(con, run_id=run_id, as_of=as_of, is_full=is_full, parameter_set="test")
            load_landing(con, self.home / "landing", declarations, refresh)
            erase_delivered(con, declarations, refresh)
            load_public_holidays(con, as_of, refresh)
            if anew:
                models = dict.fromkeys(built_nodes(manifest), "")
                changed = with_what_follows({f"model.contact_center.{name}" for name in anew}, manifest)
                write_plan(con, BuildPlan(models, frozenset(changed), "their code changed"), refresh, "test")
        arguments = build_arguments(paths, full_refresh=full, parameters=parameters)
        arguments += ["--exclude-resource-type", "test", "--exclude-resource-type", "unit_test"]
        if fails:
            arguments += ["--select", "staging", "conformed"]
        if not is_full:
            arguments += ["--exclude", *selectors(manifest, settled(manifest, self.home / "landing"))]
        bad = failures(run_dbt(arguments, self.home))
        assert not bad, "\n".join(f"{result.node.name}: {result.message}" for result in bad)
        with duckdb.connect(str(self.warehouse)) as con:
            books.finish_refresh(con, refresh, "failed" if fails else "complete")

    def query(self, sql: str, parameters: list[Any] | None = None) -> list[tuple[Any, ...]]:
        """Return the rows of a query over the warehouse."""
        with duckdb.connect(str(self.warehouse), read_only=True) as con:
            return con.execute(sql, parameters or []).fetchall()


def lend_parsed(paths: DbtPaths, parameters: Mapping[str, Any] | None = None) -> None:
    """Put the project as parsed with these parameters into a state folder, unless it is what lies there.

    The workers of a run parse once for each set of parameters: other ones void dbt's parse cache.
    """
    chosen = parameter_set(parameters or {})
    mark = paths.target / "parsed_with.txt"
    if not is_shared() or (mark.is_file() and mark.read_text() == chosen):
        return

    def parse(folder: Path) -> None:
        own = DbtPaths(PROJECT_DIR, folder)
        given = ["--vars", json.dumps(parameters, sort_keys=True)] if parameters else []
        fingerprint = project_fingerprint(PROJECT_DIR, PARSED)
        run_dbt([*parse_arguments(own), *given], folder)
        check_metadata(read_manifest(own), PROJECT_DIR)
        own.fingerprint.write_text(fingerprint)

    shutil.copytree(made_once(f"parsed_{chosen}", parse) / "target", paths.target, dirs_exist_ok=True)
    mark.write_text(chosen)


def run_dbt(arguments: list[str], home: Path) -> list[Any]:
    """Run dbt in this process on the warehouse of a home and return its results; raises what stopped dbt itself.

    It runs as if the newest refresh of the books had started it. Only a parse writes artifacts, and nothing a log.
    """
    import pytest
    from dbt.cli.main import dbtRunner

    from tests.support.warm_dbt import shorten

    written = [] if arguments[0] == "parse" else ["--no-write-json"]
    try:
        with pytest.MonkeyPatch.context() as patch:
            shorten(patch)
            for name, value in environment(str(home), newest_run(home / "warehouse.duckdb")).items():
                patch.setenv(name, value)
            outcome = dbtRunner().invoke([*arguments, *written, "--log-level-file", "none"])
    finally:
        release_warehouse()
    if outcome.exception is not None:
        raise outcome.exception
    return list(getattr(outcome.result, "results", []))


def warm_refresh(settings: Settings, as_of: datetime, parameters: Mapping[str, Any] | None = None) -> RefreshOutcome:
    """Refresh a home as the product does, with the parsed project that the workers share and a dbt that remembers."""
    import pytest

    from tests.support.warm_dbt import shorten

    lend_parsed(dbt_paths(settings), parameters)
    with pytest.MonkeyPatch.context() as patch:
        shorten(patch)
        return refresh(settings, as_of=as_of, parameters=parameters)


def newest_run(warehouse: Path) -> str:
    """Return the run id of the newest refresh of a warehouse; an empty text where there is none."""
    if not warehouse.is_file():
        return ""
    with duckdb.connect(str(warehouse), read_only=True) as con:
        last = books.last_refresh(con)
    return (last and last.run_id) or ""


def failures(results: list[Any]) -> list[Any]:
    """Return the results that neither succeeded nor passed; an exposure has nothing to do."""
    return [result for result in results if result.status not in ("success", "pass", "no-op")]


def tables_to_compare(warehouse: Path) -> list[tuple[str, str]]:
    """Return (schema, table) of everything whose content must not depend on how the nights went."""
    with duckdb.connect(str(warehouse), read_only=True) as con:
        return con.execute(
            """
            select table_schema, table_name from information_schema.tables
            where table_schema in ('staging', 'conformed', 'core', 'marts')
                and table_name not like '%\\_\\_changes' escape '\\'
            order by all
            """
        ).fetchall()


def differences(left: Path, right: Path) -> list[str]:
    """Compare two warehouses table by table, by EXCEPT ALL both ways; return one line per table that differs."""
    found = []
    tables = tables_to_compare(left)
    if tables != tables_to_compare(right):
        found.append("the warehouses hold different tables")
    with duckdb.connect() as con:
        con.execute(f"attach '{left}' as one (read_only)")
        con.execute(f"attach '{right}' as two (read_only)")
        for schema, table in tables:
            columns = [
                row[0]
                for row in con.execute(
                    "select column_name from duckdb_columns()"
                    " where database_name = 'one' and schema_name = ? and table_name = ?",
                    [schema, table],
                ).fetchall()
                if row[0] not in LINEAGE
            ]
            listed = ", ".join(f'"{column}"' for column in columns)
            for first, second in (("one", "two"), ("two", "one")):
                rows = con.execute(
                    f"select {listed} from {first}.{schema}.{table}"
                    f" except all select {listed} from {second}.{schema}.{table}"
                ).fetchall()
                if rows:
                    found.append(f"{schema}.{table}: {len(rows)} rows only in {first}, for example {rows[0]}")
    return found


def golden_night(home: Path, state: Path, as_of: datetime, parameters: Mapping[str, Any] | None = None) -> Nights:
    """Return a home of its own that stands after one night of the golden example; the workers share that night."""

    def make(folder: Path) -> None:
        nights = Nights(folder / "home", state)
        land_golden(nights.home)
        nights.night(as_of, parameters=parameters)

    made = made_once(f"golden_{as_of:%Y%m%d}_{parameter_set(parameters or {})}", make)
    shutil.copytree(made / "home", home, symlinks=True, dirs_exist_ok=True)
    lend_parsed(DbtPaths(PROJECT_DIR, state), parameters)
    return Nights(home, state)


def land_golden(home: Path, entities: Collection[str] | None = None) -> None:
    """Deliver the golden example, or some of its entities, as standard extracts."""
    for file in sorted((GOLDEN / "inputs").glob("*.csv")):
        if file.stem != "params" and (entities is None or file.stem in entities):
            target = home / "landing" / "standard" / file.stem / file.name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(file, target)
