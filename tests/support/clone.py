"""A clone of the project with a small center's data in it, refreshed once: what a reader of the documentation has.

The workers of one test run share it, because building it takes more than a minute of processor time. Copies are taken
of a second one, in which nobody works.
"""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from orchestration.settings import PROJECT_DIR
from tests.support.documents import apply_edits, blocks_of
from tests.support.shared import made_once

DEMO = "contact-center demo --days 14 --contacts-per-day 60 --end-date 2026-11-20"
REFRESH = "contact-center refresh --as-of 2026-11-21"

CODE = (
    "dbt_project.yml",
    "profiles.yml",
    "pyproject.toml",
    "charts",
    "docs",
    "expectations",
    "macros",
    "models",
    "orchestration",
    "seeds",
    "simulator",
    "tests/data",
    "tests/fixtures/golden",
)

EDITED_BY = ("docs/add-a-kpi.md", "docs/change-a-definition.md")
"""Pages whose edits of the project are made before it is refreshed, so that one refresh serves all pages."""


@dataclass(frozen=True)
class Clone:
    """A refreshed clone; ``outputs`` has what the commands printed that made it."""

    folder: Path
    outputs: dict[str, str]

    @property
    def home(self) -> Path:
        """The folder with ``landing/``, ``warehouse.duckdb`` and ``published/``."""
        return self.folder / "data"

    def run(self, command: str) -> subprocess.CompletedProcess[str]:
        """Run a line of shell in the clone; standard error comes with the output."""
        return _run(self.folder, command)


def shared_clone() -> Clone:
    """Return the clone that the tests of this run share; they run commands in it that change no data and no code."""
    made = made_once("clone", _make)
    return Clone(made / "project", _outputs(made))


def own_clone(folder: Path) -> Clone:
    """Return a clone that a test may change, in ``folder``."""
    made = made_once("clone", _make)
    shutil.copytree(made / "untouched", folder / "project", symlinks=True)
    return Clone(folder / "project", _outputs(made))


def _outputs(made: Path) -> dict[str, str]:
    outputs: dict[str, str] = json.loads((made / "outputs.json").read_text())
    return outputs


def _make(made: Path) -> None:
    folder = made / "project"
    folder.mkdir()
    for name in CODE:
        source = PROJECT_DIR / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        elif source.is_file():
            shutil.copy(source, folder / name)
    for page in EDITED_BY:
        list(apply_edits(blocks_of(folder / page, folder), folder))
    outputs = {}
    for command in (DEMO, REFRESH):
        done = _run(folder, command)
        assert done.returncode == 0, f"{command}: {done.stdout}"
        outputs[command] = done.stdout
    (made / "outputs.json").write_text(json.dumps(outputs))
    shutil.copytree(folder, made / "untouched", symlinks=True)


def _run(folder: Path, command: str) -> subprocess.CompletedProcess[str]:
    kept = ("CONTACT_CENTER_LANGUAGES",)
    environment = {
        name: value for name, value in os.environ.items() if name in kept or not name.startswith("CONTACT_CENTER_")
    }
    environment |= {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{environment['PATH']}",
        "PYTHONPATH": str(folder),
        "COLUMNS": "120",
    }
    return subprocess.run(
        ["bash", "-c", command],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=600,
        check=False,
    )
