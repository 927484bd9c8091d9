"""Dagster's own doors: a selection of assets from its command line, and a failed run repeated from where it failed."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import dagster as dg
import duckdb
import pytest

from orchestration.assets import dead_runs
from orchestration.assets.assemble import build_definitions
from orchestration.assets.instance import dagster_home, dagster_instance
from orchestration.lock import held
from orchestration.night import Night
from orchestration.settings import PROJECT_DIR, get_settings
from tests.unit.orchestration.support import AS_OF, TinyHome, contacts, tiny_home

RETRY = """
import dagster as dg
from pathlib import Path
from orchestration.definitions import definitions

CONFIG = {"resources": {"night": {"config": {"as_of": "2024-11-02T00:00:00"}}}}

def nightly():
    return definitions().resolve_job_def("nightly_refresh")

def steps(result):
    return [event.step_key for event in result.all_events if event.event_type_value == "STEP_START"]

if __name__ == "__main__":
    with dg.DagsterInstance.get() as instance:
        job = dg.reconstructable(nightly)
        with dg.execute_job(job, instance, run_config=CONFIG, raise_on_error=False) as first:
            print("first", first.success, steps(first))
        Path(OBSTACLE).unlink()
        options = dg.ReexecutionOptions.from_failure(first.run_id, instance)
        with dg.execute_job(job, instance, run_config=CONFIG, reexecution_options=options) as second:
            print("second", second.success, steps(second))
"""
"""Runs the nightly job with something in its way, takes that away, and repeats the run as the web interface does."""


@dataclass(frozen=True)
class TinyClone(TinyHome):
    """A clone of the project with the tiny project's models in it, for commands in processes of their own."""

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run a command in the clone, for the home."""
        state = dagster_home(self.settings)
        return subprocess.run(
            command,
            cwd=self.project,
            env={
                **os.environ,
                "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
                "PYTHONPATH": str(self.project),
                "CONTACT_CENTER_HOME": str(self.settings.home),
                "DAGSTER_HOME": str(state),
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=600,
            check=False,
        )


@pytest.fixture
def clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> TinyClone:
    monkeypatch.delenv("DAGSTER_HOME", raising=False)
    home = tiny_home(tmp_path)
    shutil.copytree(
        PROJECT_DIR / "orchestration", home.project / "orchestration", ignore=shutil.ignore_patterns("__pycache__")
    )
    made = TinyClone(home.settings, home.project)
    made.land("day1.csv", contacts(10))
    return made


def in_process(home: TinyHome, *assets: str) -> tuple[dg.ExecuteInProcessResult, set[str]]:
    """Materialize a selection in this process, as the web interface's button does; return also what was made."""
    with Night(home.settings, as_of=AS_OF, project_dir=home.project) as night:
        night.begin()
        manifest = night.manifest
    job = build_definitions(home.settings, manifest, home.project).resolve_implicit_global_asset_job_def()
    config = {"resources": {"night": {"config": {"as_of": AS_OF.isoformat()}}}}
    keys = [dg.AssetKey(asset.split("/")) for asset in assets]
    with dagster_instance(home.settings) as instance:
        result = job.execute_in_process(
            instance=instance, run_config=config, asset_selection=keys, raise_on_error=False
        )
    made = [event.asset_key for event in result.all_events if event.is_step_materialization]
    return result, {key.to_user_string() for key in made if key}


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> TinyHome:
    """Return a home whose first refresh is complete, with one more file delivered; it is this process's home."""
    made = tiny_home(tmp_path)
    made.land("day1.csv", contacts(10))
    assert made.refresh().status == "complete"
    made.land("day2.csv", contacts(4, prefix="m"))
    monkeypatch.delenv("DAGSTER_HOME", raising=False)
    monkeypatch.setenv("CONTACT_CENTER_HOME", str(made.settings.home))
    monkeypatch.setattr("orchestration.settings.PROJECT_DIR", made.project)
    get_settings.cache_clear()
    monkeypatch.setattr("orchestration.assets.night.get_settings", lambda: made.settings)
    return made


def last_refresh(home: TinyHome, columns: str) -> tuple[object, ...]:
    """Return columns of the newest refresh."""
    return home.books(f"select {columns} from meta.refresh order by refresh_id desc limit 1")[0]


def test_a_failed_run_is_repeated_from_its_failure_and_one_asset_is_made_alone(clone: TinyClone) -> None:
    obstacle = clone.settings.published
    obstacle.parent.mkdir(parents=True, exist_ok=True)
    obstacle.touch()
    (clone.project / "retry.py").write_text(RETRY.replace("OBSTACLE", repr(str(obstacle))))
    repeated = clone.run("python", "retry.py")
    assert "first False ['extracts', 'models', 'publication']" in repeated.stdout, repeated.stdout
    assert "second True ['publication']" in repeated.stdout, repeated.stdout
    assert clone.books("select refresh_id, status, as_of from meta.refresh") == [(1, "complete", AS_OF)]
    before = clone.publication()
    clone.land("day2.csv", contacts(4, prefix="m"))
    done = clone.run("dagster", "asset", "materialize", "--select", "core/contact", "-m", "orchestration.definitions")
    assert done.returncode == 0, done.stdout
    assert "models - dbt: 1 of 3, contact" in done.stdout
    assert "models - dbt: 3 of 3" in done.stdout
    assert clone.publication() == before
    with dagster_instance(clone.settings) as instance:
        [record] = instance.get_run_records(limit=1)
        logs = list(instance.all_logs(record.dagster_run.run_id))
    made = [log.asset_materialization.asset_key.to_user_string() for log in logs if log.asset_materialization]
    assert made == ["core/contact"]
    assert last_refresh(clone, "run_id, status, delivered_through") == (record.dagster_run.run_id, "partial", None)


def test_a_run_that_failed_in_dbt_is_repeated_from_there(clone: TinyClone, tmp_path: Path) -> None:
    obstacle = tmp_path / "in_the_way"
    obstacle.touch()
    (clone.project / "tests" / "data").mkdir(parents=True, exist_ok=True)
    (clone.project / "tests" / "data" / "nothing_is_in_the_way.sql").write_text(
        f"select file from glob('{obstacle}') where exists (from {{{{ ref('contact') }}}})"
    )
    (clone.project / "retry.py").write_text(RETRY.replace("OBSTACLE", repr(str(obstacle))))
    repeated = clone.run("python", "retry.py")
    assert "first False ['extracts', 'models']" in repeated.stdout, repeated.stdout
    assert "nothing_is_in_the_way" in repeated.stdout
    assert "second True ['models', 'publication']" in repeated.stdout, repeated.stdout
    assert clone.books("select refresh_id, status, as_of from meta.refresh order by 1") == [
        (1, "failed", AS_OF),
        (2, "complete", AS_OF),
    ]
    assert clone.published("select count(*) from marts.kpi_value") == [(3,)]


@pytest.mark.parametrize(
    ("assets", "made"),
    [
        (["core/contact", "marts/kpi_value"], {"core/contact", "marts/kpi_value"}),
        (["raw/standard__contacts", "marts/dim_kpi"], {"raw/standard__contacts", "marts/dim_kpi"}),
    ],
)
def test_a_selection_makes_just_that_and_the_next_refresh_takes_in_what_was_delivered(
    home: TinyHome, assets: list[str], made: set[str]
) -> None:
    before = home.publication()
    result, found = in_process(home, *assets)
    assert result.success
    assert found == made
    assert home.publication() == before
    assert last_refresh(home, "status, message") == ("partial", None)
    refresh = home.refresh()
    assert refresh.status == "complete"
    assert home.books("select count(*) from core.contact") == [(14,)]
    assert home.publication() != before


def test_a_publication_is_not_made_of_a_part(home: TinyHome) -> None:
    before = home.publication()
    result, found = in_process(home, "core/contact", "published/kpi")
    assert not result.success
    assert found == {"core/contact"}
    [failure] = [event for event in result.all_events if event.event_type_value == "STEP_FAILURE"]
    assert "start nightly_refresh, without a selection" in str(failure.step_failure_data.user_failure_data)
    assert home.publication() == before
    assert last_refresh(home, "status") == ("partial",)


def test_a_run_that_is_not_the_newest_is_not_continued(home: TinyHome) -> None:
    from orchestration.resume import build_again, publish_again
    from orchestration.stages import NightFailedError

    for continued in (build_again, publish_again):
        with (
            Night(home.settings, as_of=AS_OF, project_dir=home.project) as night,
            pytest.raises(NightFailedError, match="start nightly_refresh as a new run"),
        ):
            continued(night, "a run of long ago")
    assert home.books("select count(*) from meta.refresh") == [(1,)]


def started(instance: dg.DagsterInstance, run_id: str) -> dg.DagsterRun:
    """Note a run in Dagster's history that seems to be at work: what a kill leaves."""
    run = dg.DagsterRun("nightly_refresh", run_id, status=dg.DagsterRunStatus.STARTED)
    instance.add_run(run)
    return run


def test_a_run_that_was_killed_is_closed_in_dagster_with_the_stage_where_it_was(home: TinyHome) -> None:
    with duckdb.connect(str(home.settings.warehouse)) as con:
        con.execute("insert into meta.refresh (refresh_id, run_id, status, stage) values (2, 'k', 'running', 'dbt')")
    with dagster_instance(home.settings) as instance:
        started(instance, "k")
        started(instance, "ours")
        assert dead_runs.close_dead_runs(instance, home.settings, alive="ours") == ["k"]
        status = {run.run_id: run.status for run in instance.get_runs()}
        assert status == {"k": dg.DagsterRunStatus.FAILURE, "ours": dg.DagsterRunStatus.STARTED}
        assert "killed at stage dbt" in "".join(str(log.message) for log in instance.all_logs("k"))


def test_the_daemon_closes_a_killed_run_but_none_that_starts_or_holds_the_lock(
    home: TinyHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dead_runs, "get_settings", lambda: home.settings)
    with dagster_instance(home.settings) as instance:
        started(instance, "k")

        def said() -> str:
            return str(dead_runs.dead_runs_sensor()(dg.build_sensor_context(instance)))

        assert "no run is dead" in said()
        monkeypatch.setattr(dead_runs, "STARTING_UP", timedelta(0))
        with held(home.settings.home):
            assert "a refresh is running" in said()
        assert "closed as failed: k" in said()
        assert [run.status for run in instance.get_runs()] == [dg.DagsterRunStatus.FAILURE]
