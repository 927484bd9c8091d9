"""Put the assets together: the nightly job, its schedule, and what happens when it fails."""

from pathlib import Path

import dagster as dg

from orchestration.assets.dead_runs import dead_runs_sensor
from orchestration.assets.extracts import build_extracts
from orchestration.assets.models import build_models
from orchestration.assets.night import night_resource
from orchestration.assets.publication import build_publication
from orchestration.assets.site import build_site_asset
from orchestration.boards.site import has_boards
from orchestration.night import dbt_paths
from orchestration.settings import Settings
from orchestration.transform.project import Manifest

JOB = "nightly_refresh"


def build_definitions(settings: Settings, manifest: Manifest, project_dir: Path | None = None) -> dg.Definitions:
    """Return everything Dagster has to know. Needs no warehouse, no network and no secrets."""
    project = dbt_paths(settings, project_dir).project
    expectations = project / "expectations"
    job = dg.define_asset_job(JOB, selection=dg.AssetSelection.all(), executor_def=dg.in_process_executor)
    is_production = settings.environment == "production"
    schedule = dg.ScheduleDefinition(
        name="nightly",
        job=job,
        cron_schedule=settings.nightly_cron,
        execution_timezone=settings.time_zone,
        default_status=dg.DefaultScheduleStatus.RUNNING if is_production else dg.DefaultScheduleStatus.STOPPED,
    )
    return dg.Definitions(
        assets=[
            build_extracts(manifest, expectations),
            build_models(manifest),
            build_publication(manifest, expectations),
            *([build_site_asset()] if has_boards(project) else []),
        ],
        jobs=[job],
        schedules=[schedule],
        sensors=[_night_failed(), dead_runs_sensor()],
        resources={"night": night_resource},
        executor=dg.in_process_executor,
    )


def _night_failed() -> dg.SensorDefinition:
    """Return the hook for alerts: one error line per failed run, with its reason."""

    @dg.run_failure_sensor(name="night_failed", description="Logs why a refresh failed; attach alerts here.")
    def night_failed(context: dg.RunFailureSensorContext) -> None:
        context.log.error(f"{context.dagster_run.job_name} failed: {context.failure_event.message}")

    return night_failed
