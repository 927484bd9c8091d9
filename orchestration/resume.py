"""Continuing the refresh of a run that failed, for a run that repeats only the steps that it still needs.

The load is not repeated: its files stay loaded, and a refresh takes in all that no complete one has taken in yet. What
dbt built is trusted only when nothing has been done since.
"""

import duckdb

from orchestration.ingest import books
from orchestration.ingest.declarations import load_declarations
from orchestration.night import Night
from orchestration.seal import unseal
from orchestration.stages import NightFailedError
from orchestration.transform.builds import read_plan
from orchestration.transform.project import parameter_set, project_fingerprint, read_manifest
from orchestration.transform.results import read_results
from orchestration.transform.runner import BuildResult, current_manifest
from orchestration.validate.borders import incoming_suites
from orchestration.validate.records import read_outcomes

AGAIN = "start nightly_refresh as a new run; it repeats no load"


def build_again(night: Night, failed_run: str) -> None:
    """Begin a refresh as of the same instant as that of a failed run, up to where dbt runs.

    Raises ``NightFailedError`` when another refresh came after it, and when the checks of what was loaded fail now.
    """
    night.as_of = _failed(night, failed_run).as_of
    night.begin()
    night.declarations = load_declarations(night.manifest)
    if not night.is_part:
        night.check_incoming()


def publish_again(night: Night, failed_run: str) -> None:
    """Open the refresh of a failed run again behind its dbt run, with the evidence that it left.

    Raises ``NightFailedError`` when there is none: when another refresh came after it, when it failed before dbt was
    done, or when code or parameters were changed since.
    """
    before = _failed(night, failed_run)
    project = night.paths.project
    parameters = parameter_set(night.parameters or {})
    if (before.project_fingerprint, before.parameter_set) != (project_fingerprint(project), parameters):
        raise NightFailedError("audit", [f"code or parameters changed since run {failed_run}: {AGAIN}"])
    if not {"dbt", "audit"} <= before.stage_seconds.keys():
        raise NightFailedError("audit", [f"run {failed_run} failed before dbt was done: {AGAIN}"])
    night.as_of = before.as_of
    manifest = current_manifest(night.paths, night.settings.home)
    night.refresh_id, night._manifest = before.refresh_id, manifest
    night.stage_seconds = dict(before.stage_seconds)
    unseal(night.settings.warehouse)
    with night.connect() as con:
        books.reopen_refresh(con, before.refresh_id, night.run_id)
        night.plan = read_plan(con, before.refresh_id)
    night.declarations = load_declarations(manifest)
    suites = incoming_suites(night.expectations, night.declarations)
    night.promised.add(suites)
    with night.connect() as con:
        outcomes = read_outcomes(con, night.refresh_id, night.promised.allowances)
    night.incoming = [outcome for outcome in outcomes if outcome.key in night.promised.allowances]
    night.build = BuildResult(True, read_results(night.paths.run_results), read_manifest(night.paths))


def _failed(night: Night, run_id: str) -> books.Refresh:
    """Return the refresh of a failed run, if it is the newest. The home's lock is held, so none is running."""
    last = None
    if night.settings.warehouse.is_file():
        with duckdb.connect(str(night.settings.warehouse), read_only=True) as con:
            last = books.last_refresh(con)
    if last is None or last.run_id != run_id or last.status not in ("failed", "running"):
        why = "is not the newest of this home, or did not fail"
        raise NightFailedError("prepare", [f"the refresh of run {run_id} {why}, so it cannot be continued: {AGAIN}"])
    return last
