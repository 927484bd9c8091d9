"""Which tables a refresh builds anew, from what is recorded of who wrote them."""

import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.ingest.books import create_books, finish_refresh, start_refresh
from orchestration.seal import is_broken, kept_sealed, seal, unseal
from orchestration.session import open_warehouse
from orchestration.transform.builds import BuildPlan, build_refusals, plan_builds, write_plan
from orchestration.transform.fingerprints import engines, fingerprints

AS_OF = datetime(2024, 11, 2)
BEGUN = datetime(2024, 11, 2, 4)
READS = {
    "stg": (),
    "changed_day": ("stg",),
    "touched_day": ("changed_day",),
    "fact": ("stg", "touched_day"),
    "other": ("touched_day",),
    "kpi": ("fact",),
}
"""What each model of a small project reads."""
MANIFEST: dict[str, Any] = {
    "nodes": {
        name: {
            "name": name,
            "resource_type": "model",
            "original_file_path": f"models/{name}.sql",
            "config": {"materialized": "incremental"},
            "depends_on": {"nodes": list(reads)},
        }
        for name, reads in READS.items()
    }
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "models").mkdir()
    for name in READS:
        (tmp_path / "models" / f"{name}.sql").write_text(f"select '{name}'")
    (tmp_path / "models" / "_models.yml").write_text("models: []")
    return tmp_path


@pytest.fixture
def books() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as con:
        create_books(con)
        yield con


class Refreshes:
    """Refreshes of a project whose dbt records what it is about to build, as the macro does."""

    def __init__(self, con: duckdb.DuckDBPyConnection, project: Path) -> None:
        self.con = con
        self.project = project
        self.count = 0

    def plan(self, parameters: str = "default", **changed: Any) -> BuildPlan:
        wanted = fingerprints(self.project, MANIFEST, {"name": parameters})
        return plan_builds(self.con, MANIFEST, wanted, parameters=parameters, **({"as_of": AS_OF} | changed))

    def run(
        self, status: str, models: tuple[str, ...] = tuple(READS), parameters: str = "default", **changed: Any
    ) -> BuildPlan:
        number = start_refresh(self.con, run_id="r", as_of=AS_OF, parameter_set=parameters)
        plan = self.plan(parameters, **changed)
        write_plan(self.con, plan, number, parameters)
        self.count += 1
        self.con.execute(
            "insert into meta.model_build select model, fingerprint, parameter_set, is_rebuilt, refresh_id, 'r', 'i', ?"
            " from meta.planned_model where list_contains(?, model)",
            [BEGUN + timedelta(hours=self.count), list(models)],
        )
        finish_refresh(self.con, number, status)
        return plan

    def edit(self, name: str) -> None:
        (self.project / "models" / name).write_text("select 'edited'")


@pytest.fixture
def refreshes(books: duckdb.DuckDBPyConnection, project: Path) -> Refreshes:
    return Refreshes(books, project)


def test_the_first_refresh_builds_everything_anew_until_one_is_complete(refreshes: Refreshes) -> None:
    assert refreshes.run("failed").is_full
    assert refreshes.run("complete").is_full
    assert refreshes.run("complete").reason == ""
    assert refreshes.run("failed").anew == frozenset()
    assert refreshes.run("complete").anew == frozenset()


def test_a_changed_model_is_built_anew_with_what_takes_its_content_from_it(refreshes: Refreshes) -> None:
    refreshes.run("complete")
    refreshes.edit("fact.sql")
    plan = refreshes.run("complete")
    assert plan.anew == {"fact", "kpi"}
    assert plan.reason == "fact (it was built with other code); 1 models that read from there follow"
    assert refreshes.plan().reason == ""


def test_which_rows_are_affected_is_no_content_so_a_changed_model_does_not_reach_everybody(
    refreshes: Refreshes,
) -> None:
    refreshes.run("complete")
    refreshes.edit("stg.sql")
    assert "other" not in refreshes.plan().anew
    assert {"stg", "fact", "kpi"} <= refreshes.plan().anew


def test_code_that_says_what_is_affected_has_decided_every_table(refreshes: Refreshes) -> None:
    refreshes.run("complete")
    refreshes.edit("changed_day.sql")
    assert refreshes.plan().is_full


@pytest.mark.parametrize("file", ["profiles.yml", "macros/rate.sql", "seeds/_seeds.yml", "dbt_project.yml"])
def test_what_can_reach_every_model_builds_everything_anew(refreshes: Refreshes, project: Path, file: str) -> None:
    (project / file).parent.mkdir(exist_ok=True)
    refreshes.run("complete")
    (project / file).write_text("TimeZone: Asia/Tehran")
    assert refreshes.plan().is_full


def test_another_version_of_duckdb_builds_everything_anew(
    refreshes: Refreshes, monkeypatch: pytest.MonkeyPatch
) -> None:
    refreshes.run("complete")
    newer = {**engines(), "duckdb": "99.0.0"}
    monkeypatch.setattr("orchestration.transform.fingerprints.engines", lambda: newer)
    assert refreshes.plan().is_full


def test_models_that_change_places_are_built_anew_with_their_readers(refreshes: Refreshes, project: Path) -> None:
    """Names are no content, so nothing but who reads whom tells that a rename took place."""
    refreshes.run("complete")
    fact, other = project / "models" / "fact.sql", project / "models" / "other.sql"
    before = fact.read_text()
    fact.write_text(other.read_text())
    other.write_text(before)
    assert refreshes.plan().anew == {"fact", "other", "kpi"}


def test_code_that_was_tried_and_taken_back_is_built_anew(refreshes: Refreshes, project: Path) -> None:
    refreshes.run("complete")
    before = (project / "models" / "fact.sql").read_text()
    refreshes.edit("fact.sql")
    refreshes.run("failed")
    (project / "models" / "fact.sql").write_text(before)
    assert refreshes.run("complete").anew == {"fact", "kpi"}
    assert refreshes.plan().reason == ""


def test_tables_that_were_built_anew_by_a_refresh_that_failed_are_built_anew_again(refreshes: Refreshes) -> None:
    refreshes.run("complete")
    refreshes.run("failed", asked=True)
    refreshes.run("failed")
    assert refreshes.plan().is_full
    assert refreshes.run("complete").is_full
    assert not refreshes.plan().anew


def test_a_model_that_was_left_out_of_a_run_takes_what_follows_from_it_along(refreshes: Refreshes) -> None:
    refreshes.run("complete", models=("stg", "changed_day", "touched_day", "other", "kpi"))
    plan = refreshes.plan()
    assert plan.anew == {"fact", "kpi"}
    assert "no complete refresh built it" in plan.reason


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"asked": True}, "asked for"),
        ({"parameters": "custom-1"}, "parameters"),
        ({"as_of": AS_OF - timedelta(days=1)}, "back in time"),
        ({"is_seal_broken": True}, "something else than a refresh"),
    ],
)
def test_a_warehouse_that_cannot_be_continued_is_built_anew(
    refreshes: Refreshes, changed: dict[str, Any], told: str
) -> None:
    refreshes.run("complete")
    plan = refreshes.plan(**changed)
    assert plan.is_full
    assert told in plan.text


def test_an_erasure_has_the_next_complete_refresh_build_everything_anew_and_only_that_one(
    refreshes: Refreshes, books: duckdb.DuckDBPyConnection
) -> None:
    refreshes.run("complete")
    books.execute("insert into meta.erasure values ('C1', '2024-11-02', 1, false)")
    assert refreshes.run("failed").is_full
    assert refreshes.run("complete").is_full
    assert not refreshes.plan().anew


def test_a_release_needs_every_table_written_by_its_refresh_with_the_code_of_now(
    refreshes: Refreshes, books: duckdb.DuckDBPyConnection
) -> None:
    plan = refreshes.run("complete")
    assert build_refusals(books, MANIFEST, plan, 1) == []
    books.execute("update meta.model_build set fingerprint = 'other' where model = 'kpi'")
    [refusal] = build_refusals(books, MANIFEST, plan, 1)
    assert refusal.startswith("kpi was not written by this refresh")
    assert len(build_refusals(books, MANIFEST, plan, 2)) == len(READS)


def test_a_release_is_refused_for_a_row_that_no_refresh_wrote(
    refreshes: Refreshes, books: duckdb.DuckDBPyConnection
) -> None:
    plan = refreshes.run("complete")
    kpi = MANIFEST["nodes"]["kpi"] | {"schema": "main", "columns": {"_run_id": {}}}
    manifest = {"nodes": MANIFEST["nodes"] | {"kpi": kpi}}
    books.execute("create table kpi as select 'r' as _run_id")
    assert build_refusals(books, manifest, plan, 1) == []
    books.execute("insert into kpi values ('by hand'), (null)")
    assert build_refusals(books, manifest, plan, 1) == ["kpi has 2 rows that no refresh wrote"]


def test_builds_are_forgotten_when_newer_ones_are_complete(
    refreshes: Refreshes, books: duckdb.DuckDBPyConnection
) -> None:
    for _ in range(4):
        refreshes.run("complete")
    assert books.execute("select distinct refresh_id from meta.model_build order by 1").fetchall() == [(3,), (4,)]


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    file = tmp_path / "warehouse.duckdb"
    write(file, "create table numbers as select unnest(range(1000)) as number")
    return file


def write(file: Path, sql: str) -> None:
    with duckdb.connect(str(file)) as con:
        con.execute(sql)


def test_a_seal_is_broken_by_any_write_and_by_no_reader(warehouse: Path) -> None:
    assert is_broken(warehouse)
    seal(warehouse)
    write(warehouse, "select count(*) from numbers")
    write(warehouse, "create schema if not exists main")
    assert not is_broken(warehouse)
    write(warehouse, "update numbers set number = 0 where number = 1")
    assert is_broken(warehouse)


def test_an_older_copy_put_in_place_breaks_the_seal(warehouse: Path) -> None:
    older = warehouse.read_bytes()
    write(warehouse, "insert into numbers values (7)")
    seal(warehouse)
    warehouse.write_bytes(older)
    assert is_broken(warehouse)


def test_a_write_for_a_good_reason_keeps_the_seal_as_it_was(warehouse: Path) -> None:
    with kept_sealed(warehouse):
        write(warehouse, "insert into numbers values (7)")
    assert is_broken(warehouse)
    seal(warehouse)
    with kept_sealed(warehouse):
        write(warehouse, "insert into numbers values (8)")
    assert not is_broken(warehouse)


def test_after_a_kill_and_before_the_first_refresh_nothing_is_called_broken(warehouse: Path, tmp_path: Path) -> None:
    assert not is_broken(tmp_path / "none.duckdb")
    unseal(warehouse)
    write(warehouse, "insert into numbers values (7)")
    assert not is_broken(warehouse)


def test_a_refresh_waits_for_whoever_reads_the_warehouse(warehouse: Path) -> None:
    read = "import duckdb, sys, time; con = duckdb.connect(sys.argv[1], read_only=True); print('open', flush=True)"
    with subprocess.Popen(
        [sys.executable, "-c", f"{read}; time.sleep(1)", str(warehouse)], stdout=subprocess.PIPE, text=True
    ) as reader:
        assert reader.stdout is not None
        assert reader.stdout.readline() == "open\n"
        with pytest.raises(duckdb.IOException, match="Could not set lock"):
            open_warehouse(warehouse, patience=0)
        with open_warehouse(warehouse, patience=60) as con:
            assert con.execute("select count(*) from numbers").fetchall() == [(1000,)]
    assert reader.returncode == 0
