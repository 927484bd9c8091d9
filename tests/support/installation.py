"""An installation with a project of three models, run through the command line in processes of its own."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from orchestration.settings import PROJECT_DIR, Settings
from tests.unit.orchestration.support import TinyHome, contacts, copy_tiny_project

CALL = "from orchestration.cli import run; run()"


@dataclass(frozen=True)
class Installation:
    """A copy of the program and its home."""

    home: TinyHome

    def call(self, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
        """Run the command line."""
        with self.start(*arguments, **settings) as process:
            out, err = process.communicate()
        return subprocess.CompletedProcess(process.args, process.returncode, out, err)

    def start(self, *arguments: str, **settings: str) -> subprocess.Popen[str]:
        """Start the command line in a process group of its own."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith("DAGSTER")}
        environment |= {
            "CONTACT_CENTER_HOME": str(self.home.settings.home),
            "PYTHONPATH": str(self.home.project),
            "COLUMNS": "200",
            **settings,
        }
        command = [sys.executable, "-c", CALL, *arguments]
        return subprocess.Popen(
            command,
            cwd=self.home.project,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def copy(self, folder: Path) -> "Installation":
        """Return a copy of all of it in another folder."""
        for name in ("project", "home"):
            shutil.copytree(self.home.settings.home.parent / name, folder / name, symlinks=True)
        return Installation(TinyHome(Settings(home=folder / "home"), folder / "project"))


def first_night(folder: Path) -> Installation:
    """Return an installation whose first refresh published."""
    copy_tiny_project(folder / "project")
    for package in ("orchestration", "simulator"):
        shutil.copytree(
            PROJECT_DIR / package, folder / "project" / package, ignore=shutil.ignore_patterns("__pycache__")
        )
    installation = Installation(TinyHome(Settings(home=folder / "home"), folder / "project"))
    installation.home.land("day1.csv", contacts(10))
    done = installation.call("refresh", "--as-of", "2024-11-02")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "release 1 published" in done.stdout
    return installation


def with_news(published: Installation, folder: Path) -> Installation:
    """Return a copy of an installation with a new delivery."""
    copy = published.copy(folder)
    copy.home.land("day2.csv", contacts(10, day="2024-11-02", prefix="n"))
    return copy


def tonight(installation: Installation) -> subprocess.CompletedProcess[str]:
    """Refresh as of the day after that delivery."""
    return installation.call("refresh", "--as-of", "2024-11-03")


def days(installation: Installation) -> list[tuple[str, float]]:
    """Return the published contacts by day."""
    found = installation.home.published(
        "select period_start::varchar, denominator from marts.kpi_value where scope_type = 'enterprise' order by 1"
    )
    return [(str(day), float(count)) for day, count in found]
