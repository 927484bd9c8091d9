"""Nights in sequence on a project of three models: what is loaded, built, published, restated and written down."""

import fcntl
import json
from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from orchestration.stages import RefreshRunningError
from orchestration.transform.parameters import ParameterError
from tests.unit.orchestration.support import AS_OF, TinyHome, contacts, tiny_home


@pytest.fixture
def home(tmp_path: Path) -> TinyHome:
    return tiny_home(tmp_path)


def test_a_night_publishes_checks_and_writes_everything_down(home: TinyHome) -> None:
    home.land("day1.csv", contacts(10))
    outcome = home.refresh()
    assert (outcome.status, outcome.is_full, outcome.reasons) == ("complete", True, [])
    assert home.published(
        "select numerator, denominator, value from marts.kpi_value where scope_type = 'enterprise'"
    ) == [(8.0, 10.0, 80.0)]
    [(status, stage, through)] = home.books("select status, stage, delivered_through from meta.refresh")
    assert (status, stage, through) == ("complete", "publish", 1)
    assert set(outcome.stage_seconds) == {"prepare", "load", "incoming", "dbt", "audit", "publish"}
    assert home.books("select release_id, refresh_id, as_of from meta.release") == [(1, 1, AS_OF)]
    assert home.books("select count(*), count(*) filter (where is_success) from meta.expectation_result") == [(6, 6)]


def test_the_publication_describes_and_proves_itself(home: TinyHome) -> None:
    home.land("day1.csv", contacts(10))
    home.refresh(parameters={"short_abandon_seconds": 6})
    manifest = json.loads((home.settings.published / "manifest.json").read_text())
    files = home.publication()
    assert {name: entry["sha256"] for name, entry in manifest["files"].items()} == {
        name: digest for name, digest in files.items() if name != "manifest.json"
    }
    assert manifest["as_of"] == "2024-11-02T00:00:00Z"
    assert manifest["parameter_set"].startswith("custom-")
    assert manifest["parameters"]["short_abandon_seconds"] == 6
    assert manifest["tables"]["kpi_value"]["columns"]["components"]["type"] == "VARCHAR"
    assert manifest["tables"]["dim_kpi"]["description"] == "One row per KPI."
    assert manifest["checks"]["run"] == manifest["checks"]["passed"]
    rows = f"select count(*) from '{home.settings.published}/parquet/kpi_value.parquet'"
    with duckdb.connect() as con:
        assert con.execute(rows).fetchall() == [(manifest["tables"]["kpi_value"]["rows"],)]


def test_the_published_file_opens_in_clients_from_1_1_on_and_carries_descriptions(home: TinyHome) -> None:
    home.land("day1.csv", contacts(10))
    home.refresh()
    with duckdb.connect(str(home.settings.published / "kpi.duckdb"), read_only=True) as con:
        [(tags,)] = con.execute("select tags from duckdb_databases() where database_name = 'kpi'").fetchall()
        comments = con.execute(
            "select comment from duckdb_columns() where table_name = 'kpi_value' and column_name in ('kpi_id', 'value')"
        ).fetchall()
        [(comment,)] = con.execute("select comment from duckdb_tables() where table_name = 'dim_kpi'").fetchall()
    assert "v1.0.0" in str(tags)
    assert comments == [("Names the KPI.",), ("The figure.",)]
    assert comment == "One row per KPI."


def test_a_late_file_restates_final_values_and_the_books_say_which(home: TinyHome) -> None:
    home.land("day1.csv", contacts(10))
    home.refresh()
    home.land("late.csv", contacts(10, prefix="late"))
    outcome = home.refresh(as_of=datetime(2024, 11, 3))
    assert (outcome.status, outcome.is_full) == ("complete", False)
    restated = home.books(
        "select scope_type, old_numerator, old_denominator, new_numerator, new_denominator from meta.restatement"
        " where release_id = 2 and scope_type = 'enterprise'"
    )
    assert restated == [("enterprise", 8.0, 10.0, 16.0, 20.0)]
    assert outcome.release is not None
    assert outcome.release.restated == 3


def test_a_night_without_news_publishes_again_and_restates_nothing(home: TinyHome) -> None:
    home.land("day1.csv", contacts(10))
    home.refresh()
    outcome = home.refresh()
    assert outcome.release is not None
    assert (outcome.release.release_id, outcome.release.restated, outcome.is_full) == (2, 0, False)


def test_changed_parameters_or_shared_code_rebuild_everything(home: TinyHome) -> None:
    home.land("day1.csv", contacts(10))
    assert (home.refresh().is_full, home.books("select rebuild_reason from meta.refresh")) == (
        True,
        [("no refresh has been completed yet",)],
    )
    changed = home.refresh(parameters={"short_abandon_seconds": 6})
    assert (changed.is_full, changed.rebuild_reason) == (True, "everything anew: the parameters changed")
    assert home.refresh().is_full
    again = home.refresh()
    assert (again.is_full, again.rebuild_reason) == (False, "")
    home.edit("models/_models.yml", "One row per KPI.", "One row for each KPI.")
    assert "the code that all models share" in home.refresh().rebuild_reason
    assert not home.refresh().is_full


def test_a_changed_model_is_built_anew_with_what_reads_from_it_and_nothing_else(home: TinyHome) -> None:
    home.land("day1.csv", contacts(10))
    home.refresh()
    home.edit("models/contact.sql", "one row per contact", "one row per contact of any site")
    changed = home.refresh()
    assert not changed.is_full
    assert changed.rebuild_reason == (
        "2 models anew: contact (it was built with other code); 1 models that read from there follow"
    )
    assert home.books("select model from meta.model_build where is_rebuilt and refresh_id = 2 order by 1") == [
        ("model.tiny.contact",),
        ("model.tiny.kpi_value",),
    ]
    assert home.books("select rebuild_reason from meta.refresh order by refresh_id")[1] == (
        changed.rebuild_reason[15:],
    )
    assert home.refresh().rebuild_reason == ""


def test_a_warehouse_that_something_else_wrote_is_built_anew(home: TinyHome) -> None:
    home.land("day1.csv", contacts(10))
    home.refresh()
    with duckdb.connect(str(home.settings.warehouse)) as con:
        con.execute("select count(*) from marts.kpi_value")
    assert not home.refresh().is_full
    with duckdb.connect(str(home.settings.warehouse)) as con:
        con.execute("update core.contact set is_answered = true")
    outcome = home.refresh()
    assert (outcome.status, outcome.is_full) == ("complete", True)
    assert outcome.rebuild_reason == ("everything anew: the warehouse was written by something else than a refresh")


def test_a_release_is_refused_when_dbt_did_not_record_what_it_built(home: TinyHome) -> None:
    home.land("day1.csv", contacts(10))
    home.edit("dbt_project.yml", "on-run-start", "# on-run-start")
    outcome = home.refresh()
    assert (outcome.status, outcome.stage) == ("failed", "audit")
    assert "model.tiny.contact was not written by this refresh" in outcome.reasons[0]


def test_an_unknown_parameter_touches_nothing(home: TinyHome) -> None:
    home.land("day1.csv", contacts(10))
    with pytest.raises(ParameterError, match="known parameters: reporting_currency"):
        home.refresh(parameters={"shrt": 6})
    assert not home.settings.warehouse.exists()


def test_a_second_refresh_of_the_same_home_is_refused(home: TinyHome) -> None:
    home.land("day1.csv", contacts(10))
    home.settings.home.mkdir(exist_ok=True)
    with (home.settings.home / ".refresh.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(RefreshRunningError, match="is running"):
            home.refresh()
    assert home.refresh().status == "complete"


def test_a_refresh_before_any_delivery_says_what_to_do(home: TinyHome) -> None:
    outcome = home.refresh()
    assert (outcome.status, outcome.stage) == ("failed", "load")
    assert "put files below" in outcome.reasons[0]


def test_a_refresh_leaves_no_lock_on_the_warehouse(home: TinyHome) -> None:
    home.land("day1.csv", contacts(10))
    home.refresh()
    with duckdb.connect(str(home.settings.warehouse)) as con:
        con.execute("create table meta.proof (n integer)")


def test_an_interrupted_night_is_closed_and_the_next_takes_its_files_in(
    home: TinyHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    home.land("day1.csv", contacts(10))
    home.refresh()
    home.land("day2.csv", contacts(10, day="2024-11-02", prefix="n"))

    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("orchestration.night.run_build", interrupted)
        with pytest.raises(KeyboardInterrupt):
            home.refresh(as_of=datetime(2024, 11, 3))
    assert home.books("select status, stage, message from meta.refresh where refresh_id = 2") == [
        ("failed", "dbt", "KeyboardInterrupt")
    ]
    assert home.refresh(as_of=datetime(2024, 11, 3)).status == "complete"
    assert home.published(
        "select period_start::varchar, denominator from marts.kpi_value where scope_type = 'enterprise' order by 1"
    ) == [("2024-11-01", 10.0), ("2024-11-02", 10.0)]
