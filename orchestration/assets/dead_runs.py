"""Runs whose process is gone, closed as failed in Dagster's history: killed, out of memory, without power.

Dagster learns nothing of such an end. It would show the run as running for ever, and its daemon, which lets one run at
a time, would never start another. The home's lock tells: it goes with its process, however that ends.
"""

from datetime import UTC, datetime, timedelta

import dagster as dg
import duckdb
from dagster import DagsterRunStatus

from orchestration.ingest.books import stage_of_run
from orchestration.lock import held
from orchestration.settings import Settings, get_settings

AT_WORK = [DagsterRunStatus.STARTING, DagsterRunStatus.STARTED, DagsterRunStatus.CANCELING]

STARTING_UP = timedelta(minutes=2)
"""So long a run that holds no lock may still be starting, or just be ending."""

SENSOR = "dead_runs"


def close_dead_runs(
    instance: dg.DagsterInstance, settings: Settings, *, alive: str = "", before: datetime | None = None
) -> list[str]:
    """Close as failed every run that seems to be at work, for a process that holds the home's lock; return their ids.

    ``alive`` is the run of this process. ``before`` (aware) leaves out runs whose state changed since.
    """
    seeming = dg.RunsFilter(statuses=AT_WORK, updated_before=before)
    dead = [run for run in instance.get_runs(seeming) if run.run_id != alive]
    for run in dead:
        stage = _stage(settings, run.run_id)
        at = f" at stage {stage}" if stage else ""
        instance.report_run_failed(run, f"the process of this run was killed{at}, or its machine stopped")
    return [run.run_id for run in dead]


def _stage(settings: Settings, run_id: str) -> str | None:
    """Return the stage that a run had reached by our own records; None if it is not in them."""
    if not settings.warehouse.is_file():
        return None
    try:
        with duckdb.connect(str(settings.warehouse), read_only=True) as con:
            return stage_of_run(con, run_id)
    except duckdb.Error:  # held by a reader with other settings, or killed before its first table
        return None


def dead_runs_sensor() -> dg.SensorDefinition:
    """Return the sensor by which the daemon goes on after a run was killed; on wherever the daemon runs."""

    @dg.sensor(
        name=SENSOR,
        minimum_interval_seconds=60,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Closes runs whose process was killed, so that the next run can start.",
    )
    def dead_runs(context: dg.SensorEvaluationContext) -> dg.SkipReason:
        settings = get_settings()
        if not settings.home.is_dir():
            return dg.SkipReason("the home does not exist yet")
        try:
            with held(settings.home, patience=0):
                closed = close_dead_runs(context.instance, settings, before=datetime.now(UTC) - STARTING_UP)
        except BlockingIOError:
            return dg.SkipReason("a refresh is running")
        return dg.SkipReason(f"closed as failed: {', '.join(closed)}" if closed else "no run is dead")

    return dead_runs
