"""A warehouse of its own for a test: land files, refresh some models with what they stand on, ask questions."""

import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.ingest.books import create_books, finish_refresh, start_refresh
from orchestration.ingest.declarations import load_declarations
from orchestration.ingest.load import ExtractReport, LoadReport, load_landing
from orchestration.ingest.raw import ensure_raw_tables
from orchestration.settings import PROJECT_DIR
from orchestration.transform.command import build_arguments, parse_arguments
from orchestration.transform.project import DbtPaths, read_manifest
from tests.support.nights import failures, run_dbt

SAMPLES = PROJECT_DIR.parent / "shared" / "vendors" / "samples"
AS_OF = datetime(2024, 11, 2)
LAYERS = (
    "dbt_project.yml",
    "profiles.yml",
    "macros",
    "seeds",
    "models/meta/_meta__sources.yml",
    "models/staging",
    "models/conformed",
)
"""What stands below the marts: a system has to work without them."""
MARTS = ("models/meta", "models/marts")


@dataclass(frozen=True)
class Night:
    """What one refresh did: the loader's report, and the names of models and tests that did not pass."""

    loaded: LoadReport
    failed: list[str]

    @property
    def extracts(self) -> list[ExtractReport]:
        """Reports of the extracts of which a file was loaded."""
        return [report for report in self.loaded.extracts if report.files_loaded]


class SystemWarehouse:
    """Staging and conformed models of every system on one scratch home; dbt's parse cache outlives ``reset``.

    ``more`` names further folders of the project to build with, such as ``MARTS``; ``overlay`` is a folder whose files
    are laid over the project's.
    """

    def __init__(self, scratch: Path, more: tuple[str, ...] = (), overlay: Path | None = None) -> None:
        self.home = scratch / "home"
        self.file = self.home / "warehouse.duckdb"
        project = _parts_of_project(scratch / "project", LAYERS + more)
        if overlay is not None:
            shutil.copytree(overlay, project, dirs_exist_ok=True)
        self.paths = DbtPaths(project, scratch / "state")
        assert self._dbt(parse_arguments(self.paths)) == []
        self.declarations = load_declarations(read_manifest(self.paths))

    def reset(self) -> None:
        """Empty the home."""
        shutil.rmtree(self.home, ignore_errors=True)
        self.home.mkdir()

    def land(self, name: str, content: str | Path) -> None:
        """Put a text, or a copy of a file, below ``landing/``."""
        target = self.home / "landing" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, Path):
            shutil.copyfile(content, target)
        else:
            target.write_bytes(content.encode())

    def refresh(
        self,
        entities: tuple[str, ...],
        *,
        full: bool = False,
        variables: dict[str, str] | None = None,
        as_of: datetime = AS_OF,
    ) -> Night:
        """Load what is new and build these models with all they need; the books close only if all pass."""
        with duckdb.connect(str(self.file)) as con:
            create_books(con)
            ensure_raw_tables(con, self.declarations)
            refresh_id = start_refresh(con, run_id="test", as_of=as_of, is_full=full)
            loaded = load_landing(con, self.home / "landing", self.declarations, refresh_id)
        arguments = build_arguments(self.paths, full_refresh=full, parameters=variables)
        arguments += ["--indirect-selection", "cautious", "--select", *(f"+{entity}" for entity in entities)]
        failed = self._dbt(arguments)
        with duckdb.connect(str(self.file)) as con:
            finish_refresh(con, refresh_id, "failed" if failed else "complete")
        return Night(loaded, failed)

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """Return the rows of a query over the warehouse."""
        return ask(self.file, sql)

    def contents(self, *models: str) -> dict[str, list[tuple[Any, ...]]]:
        """Return what staging models say, by model, without the lineage of the rows."""
        sql = "select * exclude (_file_id, _line_number) from staging.{} order by all"
        return {model: self.query(sql.format(model)) for model in models}

    def _dbt(self, arguments: list[str]) -> list[str]:
        """Run dbt in this process; return the names of what did not pass, sorted."""
        return sorted(result.node.name for result in failures(run_dbt(arguments, self.home)))


def ask(file: Path, sql: str) -> list[tuple[Any, ...]]:
    """Return the rows of a query over a database file."""
    with duckdb.connect(str(file), read_only=True) as con:
        return con.execute(sql).fetchall()


def _parts_of_project(folder: Path, parts: tuple[str, ...]) -> Path:
    for name in parts:
        source, target = PROJECT_DIR / name, folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, dirs_exist_ok=True)
        else:
            shutil.copy(source, target)
    return folder


def sample(name: str) -> Path:
    """Return a vendor's sample, or skip the test where the samples are not at hand."""
    path = SAMPLES / name
    if not path.exists():
        pytest.skip(f"needs the vendor sample {name}, which is kept outside the repository")
    return path
