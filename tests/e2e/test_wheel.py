"""The wheel: built from the sources, installed beside the locked packages, used from a folder that holds nothing."""

import os
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path

import duckdb
import pytest

from orchestration.settings import PROJECT_DIR
from simulator import SimulationOptions, simulate
from tests.support.clone import CODE

PROJECT = ("charts", "expectations", "macros", "models", "seeds", "tests/data", "dbt_project.yml", "profiles.yml")
"""What a refresh reads that is not Python."""

OVER = ["2026-11-18", "2026-11-19"]
"""Days of the demo that are over everywhere."""

NUMERATORS = {
    "contacts_offered": ["contacts_offered"],
    "service_level": ["answered_within_threshold"],
    "average_handle_time": ["talk_seconds", "hold_seconds", "acw_seconds"],
}
"""The simulator's own counts, by the KPI whose numerator they are."""

DEMO = ("demo", "--days", "3", "--contacts-per-day", "40", "--end-date", "2026-11-20")


@dataclass(frozen=True)
class Installed:
    """An environment with the wheel in it: ``built`` holds wheel and source distribution."""

    environment: Path
    built: Path

    @property
    def packages(self) -> Path:
        """Where the wheel was installed."""
        [folder] = self.environment.glob("lib/python*/site-packages")
        return folder

    @property
    def wheel(self) -> Path:
        """The wheel."""
        [file] = self.built.glob("*.whl")
        return file

    def run(self, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run the installed command in a folder, with nothing of this process's environment but the path."""
        return subprocess.run(
            [self.environment / "bin" / "contact-center", *arguments],
            cwd=folder,
            env={"PATH": os.environ["PATH"], "HOME": str(self.environment), "COLUMNS": "120"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=900,
            check=False,
        )


def run(*arguments: str | Path, cwd: Path) -> None:
    """Run a command that must succeed."""
    done = subprocess.run(arguments, cwd=cwd, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def files_of(folder: Path) -> list[str]:
    """Return the paths below the project of what lies in one of its folders, or the file itself."""
    found = [folder] if folder.is_file() else [path for path in folder.rglob("*") if path.is_file()]
    return sorted(
        path.relative_to(PROJECT_DIR).as_posix()
        for path in found
        if "__pycache__" not in path.parts and not path.name.startswith(".")
    )


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installed]:
    """Build source distribution and wheel as `make wheel` does, and install the wheel into its own environment."""
    sources, scratch = tmp_path_factory.mktemp("sources"), tmp_path_factory.mktemp("installed")
    for name in {*CODE, "LICENSE", "README.md", "Makefile"}:
        source = PROJECT_DIR / name
        if source.is_dir():
            shutil.copytree(source, sources / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            (sources / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, sources / name)
    run("make", "wheel", f"BIN={Path(sys.executable).parent}", "INSTALLED=", cwd=sources)
    run(sys.executable, "-m", "venv", "--without-pip", scratch, cwd=scratch)
    made = Installed(scratch, sources / "dist")
    (made.packages / "locked.pth").write_text(sysconfig.get_path("purelib") + "\n")
    pip = (sys.executable, "-m", "pip", "--python", scratch / "bin" / "python")
    run(*pip, "install", "--quiet", "--no-index", "--no-deps", made.wheel, cwd=scratch)
    yield made
    shutil.rmtree(scratch)
    shutil.rmtree(sources)


def test_the_wheel_holds_the_code_and_the_project_and_nothing_else(installed: Installed) -> None:
    with zipfile.ZipFile(installed.wheel) as wheel:
        held = {name for name in wheel.namelist() if ".dist-info/" not in name}
    project = [f"contact_center_project/{name}" for part in PROJECT for name in files_of(PROJECT_DIR / part)]
    code = [name for part in ("orchestration", "simulator") for name in files_of(PROJECT_DIR / part)]
    assert held == {*project, *code}


def test_the_source_distribution_holds_what_the_wheel_is_built_from(installed: Installed) -> None:
    [file] = installed.built.glob("*.tar.gz")
    with tarfile.open(file) as sources:
        held = {name.split("/", 1)[1] for name in sources.getnames() if "/" in name}
    needed = {name for part in (*PROJECT, "orchestration", "simulator") for name in files_of(PROJECT_DIR / part)}
    assert needed | {"pyproject.toml", "README.md", "LICENSE"} <= held


def test_an_empty_folder_becomes_a_publication_and_the_package_stays_as_installed(
    installed: Installed, tmp_path: Path
) -> None:
    folder, truth = tmp_path / "empty", tmp_path / "truth"
    folder.mkdir()
    before = contents(installed.packages)
    demo = installed.run(folder, *DEMO)
    assert demo.returncode == 0, demo.stdout
    refresh = installed.run(folder, "refresh", "--as-of", "2026-11-21")
    assert refresh.returncode == 0, refresh.stdout
    assert f"boards of release 1, open {folder / 'data' / 'published' / 'site' / 'index.html'}" in refresh.stdout
    assert (folder / "data" / "published" / "site" / "index.html").is_file()
    assert [path.name for path in folder.iterdir()] == ["data"]
    assert contents(installed.packages) == before

    counted = simulate(truth, SimulationOptions(days=3, contacts_per_day=40, seed=1, end_date=date(2026, 11, 20)))
    expected = {
        kpi_id: sum(counted.daily[part].get(day, 0) for part in parts for day in OVER)
        for kpi_id, parts in NUMERATORS.items()
    }
    with duckdb.connect(str(folder / "data" / "published" / "kpi.duckdb"), read_only=True) as published:
        found = published.execute(
            "select kpi_id, sum(numerator) from marts.kpi_value"
            " where kpi_id in (select unnest(?)) and variant = 'default' and period_type = 'day'"
            " and scope_type = 'enterprise' and period_start in (select cast(unnest(?) as date)) group by kpi_id",
            [list(expected), OVER],
        ).fetchall()
    assert dict(found) == expected
    assert all(expected.values())
    status = installed.run(folder, "status")
    assert "published: release 1 as of 2026-11-21T00:00:00Z" in status.stdout


def contents(folder: Path) -> dict[str, str]:
    """Return the hash of every file of an environment's packages that Python itself does not write."""
    return {
        path.relative_to(folder).as_posix(): sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    }


def test_what_only_a_clone_can_do_is_refused_with_a_sentence(installed: Installed, tmp_path: Path) -> None:
    done = installed.run(tmp_path, "document")
    assert done.returncode == 2
    assert "of a clone of the project" in done.stdout
    assert "Traceback" not in done.stdout
