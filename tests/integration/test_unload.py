"""A file that was loaded by mistake is taken out, and everything is as if it had never come."""

import os
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from benchmarks.kill_campaign import differences
from orchestration.cli import app
from orchestration.settings import Settings, get_settings
from tests.unit.orchestration.support import HEADER, TinyHome, contacts, tiny_home

IN_BOOKS = "standard/contacts/day2.csv"
WIDE = f"{HEADER},color"
RAW = "select * exclude (_file_id) from raw.standard__contacts order by all"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> TinyHome:
    """Return a home that loaded a mistake: corrections, new rows, one that is rejected, an undeclared column."""
    made = tiny_home(tmp_path)
    monkeypatch.setenv("CONTACT_CENTER_HOME", str(made.settings.home))
    monkeypatch.setattr("orchestration.settings.PROJECT_DIR", made.project)
    get_settings.cache_clear()
    made.land("day1.csv", contacts(10))
    made.refresh()
    wrong = [*contacts(3, day="2024-10-31"), *contacts(4, prefix="m"), "z1,voice,s1,perhaps,2024-11-01T10:00:00Z"]
    made.land("day2.csv", [f"{row},red" for row in wrong], header=WIDE)
    made.refresh()
    return made


def run(*arguments: str) -> tuple[int, str]:
    """Run a command line and return its exit code and all that it said."""
    result = CliRunner().invoke(app, arguments, catch_exceptions=False)
    return result.exit_code, result.output


def test_an_unloaded_file_leaves_no_trace_in_rows_books_or_publication(home: TinyHome, tmp_path: Path) -> None:
    never = TinyHome(Settings(home=tmp_path / "never"), home.project)
    never.land("day1.csv", contacts(10))
    never.refresh()
    never.refresh()
    assert home.books("select count(*) from meta.rejected_row") == [(1,)]
    assert home.published("select sum(denominator) from marts.kpi_value") != never.published(
        "select sum(denominator) from marts.kpi_value"
    )
    code, said = run("unload", str(home.settings.landing / IN_BOOKS))
    assert (code, said.splitlines()[0]) == (0, f"{IN_BOOKS}: 7 rows and 1 rejected row taken out")
    outcome = home.refresh()
    assert (outcome.status, outcome.rebuild_reason) == ("complete", "everything anew: a file was unloaded")
    assert differences(home.settings.home, never.settings.home) == []
    assert home.books(RAW) == never.books(RAW)
    for table in ("meta.rejected_row", "meta.extra_column"):
        assert home.books(f"select count(*) from {table}") == [(0,)]
    assert home.refresh().is_full is False


def test_unloaded_bytes_come_back_only_when_asked_for(home: TinyHome) -> None:
    before = home.books(RAW)
    assert run("unload", IN_BOOKS)[0] == 0
    file = home.settings.landing / IN_BOOKS
    os.utime(file, (1, 1))
    shutil.copy(file, file.with_name("again.csv"))
    home.refresh()
    assert len(home.books(RAW)) == 10
    code, said = run("unload", IN_BOOKS)
    assert code == 1
    assert "was taken out on" in said
    assert run("unload", "--undo", "standard/contacts/again.csv")[0] == 0
    home.refresh()
    assert home.books(RAW) == before


def test_bytes_that_another_file_delivers_too_stay(home: TinyHome) -> None:
    before = home.books(RAW)
    shutil.copy(home.settings.landing / IN_BOOKS, home.settings.landing / "standard/contacts/copy.csv")
    home.refresh()
    code, said = run("unload", "standard/contacts/copy.csv")
    assert code == 0
    assert f"because {IN_BOOKS} has them too" in said
    assert home.books(RAW) == before


def test_what_was_never_loaded_cannot_be_unloaded(home: TinyHome) -> None:
    code, said = run("unload", "standard/contacts/day3.csv")
    assert code == 1
    assert "no file standard/contacts/day3.csv was ever delivered; did you mean standard/contacts/day" in said
    home.land("bad.csv", ["1,2"], header="what,is")
    home.refresh()
    assert "is refused, not loaded" in run("unload", "standard/contacts/bad.csv")[1]
