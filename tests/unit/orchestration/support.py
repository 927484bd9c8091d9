"""A home of its own with a project of three models, for tests of nights; small rows that a test can read."""

import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import duckdb

from orchestration.night import RefreshOutcome
from orchestration.publish.layout import in_place
from orchestration.refresh import refresh
from orchestration.settings import PROJECT_DIR, Settings

TINY_PROJECT = PROJECT_DIR / "tests" / "fixtures" / "tiny_project"
AS_OF = datetime(2024, 11, 2)
HEADER = "contact_id,channel,site_id,is_answered,started_at"


def contacts(count: int, day: str = "2024-11-01", prefix: str = "k") -> list[str]:
    """Return rows of contacts over two sites; every fifth is not answered."""
    return [
        f"{prefix}{number},voice,s{number % 2},{'false' if number % 5 == 0 else 'true'},{day}T10:00:00Z"
        for number in range(count)
    ]


@dataclass(frozen=True)
class TinyHome:
    """A home and a copy of the tiny project that a test may break."""

    settings: Settings
    project: Path

    def land(self, name: str, rows: Iterable[str], header: str = HEADER) -> Path:
        """Write a contacts extract."""
        file = self.settings.landing / "standard" / "contacts" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("\n".join([header, *rows]) + "\n")
        return file

    def edit(self, file: str, old: str, new: str) -> None:
        """Replace a text of the project; the text must be there."""
        path = self.project / file
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new))

    def refresh(self, as_of: datetime = AS_OF, **options: Any) -> RefreshOutcome:
        """Run one night without Dagster."""
        return refresh(self.settings, as_of, project_dir=self.project, **options)

    def published(self, sql: str) -> list[tuple[Any, ...]]:
        """Ask the publication."""
        return ask(self.settings.published / "kpi.duckdb", sql)

    def books(self, sql: str) -> list[tuple[Any, ...]]:
        """Ask the warehouse."""
        return ask(self.settings.warehouse, sql)

    def publication(self) -> Mapping[str, str]:
        """Return the hash of every file of the release in place, by path."""
        folder = in_place(self.settings.published)
        files = sorted(path for path in folder.rglob("*") if path.is_file())
        return {file.relative_to(folder).as_posix(): sha256(file.read_bytes()).hexdigest() for file in files}


def copy_tiny_project(folder: Path) -> None:
    """Copy the tiny project, with the macros by which dbt records what it builds."""
    shutil.copytree(TINY_PROJECT, folder)
    shutil.copy(PROJECT_DIR / "macros" / "builds.sql", folder / "macros")


def tiny_home(scratch: Path) -> TinyHome:
    """Return an empty home beside a copy of the tiny project."""
    project = scratch / "project"
    copy_tiny_project(project)
    return TinyHome(Settings(home=scratch / "home"), project)


def ask(file: Path, sql: str) -> list[tuple[Any, ...]]:
    """Return the rows of a query over a database file."""
    with duckdb.connect(str(file), read_only=True) as con:
        return con.execute(sql).fetchall()
