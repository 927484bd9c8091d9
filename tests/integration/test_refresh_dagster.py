"""The nightly job as Dagster sees it: the same night, recorded as materializations and check results."""

from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest
import yaml

from orchestration.assets.assemble import JOB, build_definitions
from orchestration.assets.instance import dagster_home, dagster_instance
from orchestration.cli_refresh import run_job
from orchestration.night import Night
from orchestration.settings import get_settings
from tests.unit.orchestration.support import AS_OF, TinyHome, contacts, tiny_home


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[TinyHome]:
    monkeypatch.delenv("DAGSTER_HOME", raising=False)
    made = tiny_home(tmp_path)
    made.land("day1.csv", contacts(10))
    yield made
    monkeypatch.delenv("DAGSTER_HOME", raising=False)


def run(home: TinyHome) -> tuple[Night, dg.RunRecord, list[dg.EventLogEntry]]:
    """Run the job as the command line does and return what Dagster's own storage remembers."""
    with Night(home.settings, as_of=AS_OF, project_dir=home.project) as night:
        run_job(night)
    with dagster_instance(home.settings) as instance:
        [record] = instance.get_run_records(dg.RunsFilter(run_ids=[night.run_id]))
        return night, record, list(instance.all_logs(night.run_id))


def test_a_night_is_recorded_under_the_home_with_rows_and_checks(home: TinyHome) -> None:
    night, record, events = run(home)
    assert record.dagster_run.status == dg.DagsterRunStatus.SUCCESS
    assert night.outcome().status == "complete"
    made = {
        event.asset_materialization.asset_key.to_user_string(): event.asset_materialization.metadata
        for event in events
        if event.asset_materialization
    }
    assert set(made) == {"raw/standard__contacts", "core/contact", "marts/dim_kpi", "marts/kpi_value", "published/kpi"}
    assert made["raw/standard__contacts"]["rows_loaded"].value == 10
    assert made["core/contact"]["dagster/row_count"].value == 10
    assert made["published/kpi"]["release"].value == 1
    checks = {
        data.check_name: data.passed
        for event in events
        if event.dagster_event and event.dagster_event.event_type_value == "ASSET_CHECK_EVALUATION"
        for data in [event.dagster_event.asset_check_evaluation_data]
    }
    assert checks == {
        "incoming_declared__standard__contacts": True,
        "incoming_telephony__contacts_are_not_from_the_future": True,
        "not_null_contact_contact_id": True,
        "unique_contact_contact_id": True,
        "not_null_dim_kpi_kpi_id": True,
        "not_null_kpi_value_kpi_id": True,
        "outgoing_kpi_value__kpi_value": True,
        "publish_gate": True,
    }


def test_a_failed_border_check_fails_the_run_and_names_rule_and_keys(home: TinyHome) -> None:
    home.land("future.csv", contacts(3, day="2034-01-01", prefix="f"))
    night, record, events = run(home)
    assert record.dagster_run.status == dg.DagsterRunStatus.FAILURE
    [check] = [
        event.dagster_event.asset_check_evaluation_data
        for event in events
        if event.dagster_event
        and event.dagster_event.event_type_value == "ASSET_CHECK_EVALUATION"
        and not event.dagster_event.asset_check_evaluation_data.passed
    ]
    assert check.check_name == "incoming_telephony__contacts_are_not_from_the_future"
    assert check.description is not None
    assert "not_days_after: 3 of 13 rows: " in check.description
    assert "contact_id=f0" in check.description
    assert "core/contact" not in {
        e.asset_materialization.asset_key.to_user_string() for e in events if e.asset_materialization
    }
    assert night.outcome().stage == "incoming"


def test_a_failed_dbt_test_is_a_failed_check_and_a_failed_run(home: TinyHome) -> None:
    home.edit("models/contact.sql", "    contact_id,\n", "    'same' as contact_id,\n")
    _, record, events = run(home)
    assert record.dagster_run.status == dg.DagsterRunStatus.FAILURE
    failed = {
        event.dagster_event.asset_check_evaluation_data.check_name
        for event in events
        if event.dagster_event
        and event.dagster_event.event_type_value == "ASSET_CHECK_EVALUATION"
        and not event.dagster_event.asset_check_evaluation_data.passed
    }
    assert failed == {"unique_contact_contact_id"}


def test_the_job_runs_by_itself_from_its_configuration(home: TinyHome, monkeypatch: pytest.MonkeyPatch) -> None:
    """As the schedule starts it: the resource opens the night, nobody hands one in."""
    monkeypatch.setenv("CONTACT_CENTER_HOME", str(home.settings.home))
    get_settings.cache_clear()
    monkeypatch.setattr("orchestration.settings.PROJECT_DIR", home.project)
    with Night(home.settings, as_of=AS_OF, project_dir=home.project) as night:
        night.begin()
        manifest = night.manifest
    job = build_definitions(home.settings, manifest, home.project).resolve_job_def(JOB)
    config = {"resources": {"night": {"config": {"as_of": AS_OF.isoformat()}}}}
    with dagster_instance(home.settings) as instance:
        result = job.execute_in_process(instance=instance, run_config=config)
    get_settings.cache_clear()
    assert result.success
    assert home.books("select status, run_id from meta.refresh order by refresh_id desc limit 1") == [
        ("complete", result.run_id)
    ]


def test_the_instance_is_silent_and_starts_one_run_at_a_time(home: TinyHome) -> None:
    configuration = yaml.safe_load((dagster_home(home.settings) / "dagster.yaml").read_text())
    assert configuration["telemetry"] == {"enabled": False}
    assert configuration["concurrency"] == {"runs": {"max_concurrent_runs": 1}}
    assert dagster_home(home.settings) == home.settings.home / ".dagster"


def test_a_configuration_that_someone_edited_is_kept(home: TinyHome) -> None:
    file = dagster_home(home.settings) / "dagster.yaml"
    file.write_text("telemetry: {enabled: false}\n")
    dagster_home(home.settings)
    assert file.read_text() == "telemetry: {enabled: false}\n"
