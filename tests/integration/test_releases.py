"""Going back: releases are kept at the cost of what differs, shown again in one step, held, compared and packed."""

import json
import os
import shutil
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from orchestration.cli import app
from orchestration.publish.keep import list_releases
from orchestration.publish.layout import kept_releases, release_folder
from orchestration.publish.pack import is_packed
from orchestration.publish.tables import SCHEMA
from orchestration.settings import Settings, get_settings
from tests.unit.orchestration.support import TinyHome, contacts, tiny_home

ANSWERED = "select sum(denominator) from marts.kpi_value where scope_type = 'enterprise'"


@pytest.fixture(scope="module")
def three_releases(tmp_path_factory: pytest.TempPathFactory) -> TinyHome:
    """Return a home with releases 1, 2 and 3: of 10, 14 and 14 contacts; never changed by a test."""
    made = tiny_home(tmp_path_factory.mktemp("three"))
    made.land("day1.csv", contacts(10))
    made.refresh()
    made.land("day2.csv", contacts(4, prefix="m"))
    made.refresh()
    made.refresh()
    return made


@pytest.fixture
def home(three_releases: TinyHome, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> TinyHome:
    """Return a copy of the home with three releases; it is this process's home."""
    shutil.copytree(three_releases.project.parent, tmp_path, symlinks=True, dirs_exist_ok=True)
    made = TinyHome(Settings(home=tmp_path / "home", kept_releases=4), tmp_path / "project")
    monkeypatch.setenv("CONTACT_CENTER_HOME", str(made.settings.home))
    monkeypatch.setattr("orchestration.settings.PROJECT_DIR", made.project)
    get_settings.cache_clear()
    return made


def run(*arguments: str) -> tuple[int, str]:
    """Run a command line and return its exit code and all that it said."""
    result = CliRunner().invoke(app, arguments, catch_exceptions=False)
    return result.exit_code, result.output


def content(folder: Path) -> dict[str, list[tuple[object, ...]]]:
    """Return the rows of every table and view of a release's database, and its comments."""
    with duckdb.connect(str(folder / "kpi.duckdb"), read_only=True) as con:
        names = [str(row[0]) for row in con.execute("select table_name from information_schema.tables").fetchall()]
        found = {name: con.execute(f'from {SCHEMA}."{name}" order by all').fetchall() for name in names}
        for kind in ("table", "view"):
            comments = f"select {kind}_name, comment from duckdb_{kind}s() where not internal order by 1"
            found[f"{kind}s"] = con.execute(comments).fetchall()
        columns = (
            "select table_name, column_name, data_type, comment from duckdb_columns() where not internal order by all"
        )
        found["columns"] = con.execute(columns).fetchall()
    return found


def test_rollback_shows_everything_of_an_older_release_until_the_next_refresh(home: TinyHome) -> None:
    newest = home.publication()
    assert home.published(ANSWERED) == [(14.0,)]
    code, said = run("rollback", "1")
    assert code == 0, said
    assert "readers see release 1 now, before 3" in said
    assert home.published(ANSWERED) == [(10.0,)]
    assert json.loads((home.settings.published / "manifest.json").read_text())["release_id"] == 1
    with duckdb.connect() as con:
        files = f"'{home.settings.published}/parquet/release.parquet'"
        assert con.execute(f"select release_id from {files}").fetchall() == [(1,)]
    assert run("rollback", "newest")[0] == 0
    assert home.publication() == newest
    run("rollback", "1")
    outcome = home.refresh()
    assert outcome.release is not None
    assert (outcome.release.release_id, outcome.release.is_shown) == (4, True)
    assert home.published(ANSWERED) == [(14.0,)]


def test_a_held_release_stays_while_refreshes_publish_behind_it(home: TinyHome) -> None:
    assert run("rollback", "1", "--hold")[0] == 0
    home.land("day3.csv", contacts(5, prefix="n"))
    outcome = home.refresh()
    assert outcome.release is not None
    assert not outcome.release.is_shown
    assert outcome.release.path.is_file()
    assert home.published(ANSWERED) == [(10.0,)]
    assert kept_releases(home.settings.published) == [4, 3, 2, 1]
    for command in ("releases", "status"):
        assert "release 1 is held since" in run(command)[1]
    assert run("rollback", "newest")[0] == 0
    assert home.published(ANSWERED) == [(19.0,)]
    assert "held" not in run("releases")[1]


def test_a_rollback_that_is_not_possible_changes_nothing_and_says_why(home: TinyHome) -> None:
    before = home.publication()
    assert run("rollback", "99") == (1, "release 99 is not kept; kept are 3, 2, 1; readers see what they saw before\n")
    assert run("rollback", "yesterday")[0] == 2
    database = release_folder(home.settings.published, 2) / "kpi.duckdb"
    os.truncate(database, database.stat().st_size // 2)
    code, said = run("rollback", "2", "--hold")
    assert code == 1
    assert "release 2 is damaged" in said
    assert home.publication() == before
    assert "held" not in run("releases")[1]


def test_releases_cost_what_differs_and_older_ones_are_packed_and_written_again(home: TinyHome) -> None:
    published = home.settings.published
    first = release_folder(published, 1)
    assert is_packed(first)
    assert not is_packed(release_folder(published, 2))
    wanted = content(release_folder(published, 2))
    home.refresh()
    third, fourth = (release_folder(published, number) / "parquet" for number in (3, 4))
    assert (third / "dim_kpi.parquet").samefile(fourth / "dim_kpi.parquet")
    assert not (third / "release.parquet").samefile(fourth / "release.parquet")
    kept = {each.release_id: each for each in list_releases(published)}
    shared = (third / "dim_kpi.parquet").stat().st_size
    assert kept[4].size - kept[4].own_size >= shared > 0
    assert is_packed(release_folder(published, 2))
    assert run("rollback", "2")[0] == 0
    assert content(published) == wanted
    assert home.refresh().status == "complete"


def test_only_so_many_releases_are_kept_but_never_without_the_one_in_place(home: TinyHome) -> None:
    home.refresh()
    assert kept_releases(home.settings.published) == [4, 3, 2, 1]
    run("rollback", "1", "--hold")
    home.refresh()
    home.refresh()
    assert kept_releases(home.settings.published) == [6, 5, 4, 3, 1]
    assert not list((home.settings.published / "releases").glob(".*"))


def test_diff_names_the_values_that_changed_by_kpi_and_period(home: TinyHome) -> None:
    code, said = run("diff", "1", "3", "--json")
    assert code == 0
    document = json.loads(said)
    [day] = [each for each in document["kpis"] if each["period_type"] == "day"]
    assert (document["old"], document["new"]) == (1, 3)
    with duckdb.connect() as con:
        for number in (1, 3):
            file = release_folder(home.settings.published, number) / "parquet" / "kpi_value.parquet"
            con.execute(f"create table v{number} as select * exclude (computed_at, run_id) from '{file}'")
        keys = "kpi_id, period_type, period_start, scope_type, scope_id"
        [(differing,)] = con.execute(
            f"select count(distinct ({keys})) from ((from v1 except from v3) union (from v3 except from v1))"
        ).fetchall()
    assert day["changed"] + day["new"] + day["gone"] == differing > 0
    assert json.loads(run("diff", "--json")[1])["kpis"] == []
    listed = run("diff", "1", "3", "--kpi", "service_level")[1]
    assert "2024-11-01" in listed
    assert run("diff", "1", "77") == (1, "release 77 is not kept; kept are 3, 2, 1\n")
