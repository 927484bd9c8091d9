"""``contact-center refresh``: run the nightly job in this process, show how far it is, and tell what it did."""

import logging
import warnings
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import typer
from rich.console import Console

from orchestration.audit import record
from orchestration.cli_progress import progress_of
from orchestration.cli_releases import hold_note
from orchestration.cli_text import by_folder, bytes_of, figures_table, plural, seconds_of, shown, wide_console
from orchestration.night import Night, RefreshOutcome, dbt_paths
from orchestration.publish.gate import ExpectationOutcome
from orchestration.settings import Settings
from orchestration.stages import NightFailedError, RefreshRunningError
from orchestration.transform.parameters import ParameterError
from orchestration.transform.project import default_parameters, operators_defaults, parameter_rules, read_parameters
from orchestration.validate.finding import NAME as USUAL


def run_refresh(
    settings: Settings,
    as_of: datetime | None,
    parameters: Path | None,
    full_refresh: bool,
    accepted: Sequence[str] = (),
) -> int:
    """Run one night and return the exit code: 0 published, 1 failed, 2 wrong usage."""
    console = wide_console()
    try:
        project = settings.project_dir
        defaults = operators_defaults(default_parameters(project), settings.time_zone)
        overrides = read_parameters(parameters, defaults, parameter_rules(project)) if parameters else {}
    except ParameterError as error:
        typer.echo(f"--parameters: {error}", err=True)
        return 2
    progress = progress_of()
    night = Night(settings, as_of, overrides, full_refresh, progress=progress, accepted=accepted)
    try:
        with night, progress:
            problem = run_job(night)
    except RefreshRunningError as error:
        typer.echo(f"{error}; wait for it, or look at `contact-center status`", err=True)
        return 1
    if accepted:
        record(settings.home, "accept", findings=list(accepted), refresh=night.refresh_id)
    outcome = night.outcome()
    report(console, night, outcome, problem)
    return 0 if outcome.status == "complete" and not outcome.problems else 1


def run_job(night: Night) -> str:
    """Run the Dagster job of the schedule in this process; return what went wrong outside the night, if anything.

    The night begins before Dagster loads: a project that does not parse is then a failed refresh in the books.
    """
    try:
        night.begin()
    except NightFailedError:
        return ""
    from orchestration.assets.assemble import JOB, build_definitions
    from orchestration.assets.dead_runs import close_dead_runs
    from orchestration.assets.instance import dagster_instance

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        job = build_definitions(night.settings, night.manifest, night.project_dir).resolve_job_def(JOB)
        logging.getLogger("dagster").setLevel(logging.CRITICAL)
        with dagster_instance(night.settings) as instance:
            close_dead_runs(instance, night.settings, alive=night.run_id)
            result = job.execute_in_process(
                instance=instance,
                run_id=night.run_id,
                resources={"night": night},
                raise_on_error=False,
                run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
            )
    if result.success or night.failure or night.problems:
        return ""
    failures = [event.message for event in result.all_events if event.is_failure]
    return failures[0] or "" if failures else "the Dagster run failed without a message"


def noticed(night: Night) -> list[ExpectationOutcome]:
    """Return the expectations that failed without stopping the night: worth a look, and kept in the books."""
    evaluated = [*night.incoming, *night.outgoing]
    return [each for each in evaluated if not each.succeeded and not each.key.startswith(f"{USUAL}.")]


def report(console: Console, night: Night, outcome: RefreshOutcome, problem: str) -> None:
    """Tell what was loaded, how long it took, and what was published or why not."""
    lines: list[Any] = [f"refresh {outcome.refresh_id} as of {outcome.as_of.isoformat(sep=' ')} UTC"]
    lines[0] += " (full rebuild)" if outcome.is_full else ""
    lines += [f"built {outcome.rebuild_reason}"] if outcome.rebuild_reason else []
    loaded = night.loaded
    if loaded is not None:
        files = sum(extract.files_loaded for extract in loaded.extracts)
        rows = sum(extract.rows for extract in loaded.extracts)
        rejected = sum(extract.rejected for extract in loaded.extracts)
        lines.append(
            f"{plural(files, 'new file')} with {plural(rows, 'row')} loaded, {plural(rejected, 'row')} rejected,"
            f" {plural(len(loaded.refused), 'file')} refused, {loaded.unchanged} unchanged"
        )
        lines += [f"  refused {file.path}: {file.reason}" for file in loaded.refused]
        lines += [f"  not declared: {name}" for name in by_folder(loaded.unknown)[:20]]
        lines += [f"  not read: {name}: {reason}" for name, reason in loaded.unreadable[:20]]
    lines += [f"  {finding.sentence}" for finding in night.findings[:20] if finding.severity != "stop"]
    lines += [f"  note: {kept.key}: {kept.detail}" for kept in noticed(night)[:20]]
    lines.append("  ".join(f"{stage} {seconds_of(seconds)}" for stage, seconds in outcome.stage_seconds.items()))
    for line in lines:
        console.print(shown(line), highlight=False, markup=False, soft_wrap=True)
    if outcome.release is None:
        fail = f"the refresh FAILED at stage {outcome.stage}; what was published before stays as it was"
        console.print(fail, style="bold red", highlight=False, soft_wrap=True)
        for reason in [*outcome.reasons, problem][:50]:
            if reason:
                console.print(f"  {shown(reason)}", highlight=False, markup=False, soft_wrap=True)
        for trouble in outcome.problems:
            console.print(f"  {shown(trouble)}", highlight=False, markup=False, soft_wrap=True)
        console.print(f"  dbt's log: {dbt_paths(night.settings).logs / 'dbt.log'}", highlight=False, soft_wrap=True)
        return
    release = outcome.release
    console.print(
        f"release {release.release_id} {'published' if release.is_shown else 'kept, not shown'}: {release.path}"
        f" ({bytes_of(release.path.stat().st_size)},"
        f" {plural(len(release.tables), 'table')}; {release.checks['passed']} of {release.checks['run']} checks and"
        f" builds passed; {plural(release.restated, 'final value')} restated)",
        style="bold green",
        highlight=False,
        soft_wrap=True,
    )
    if not release.is_shown:
        console.print(hold_note(night.settings), style="bold yellow", highlight=False, markup=False, soft_wrap=True)
    if release.figures:
        console.print(figures_table(release.figures, str(night.parameter_values["reporting_currency"])))
    else:
        typer.echo("no headline KPI has a value yet: none of the extracts that they are made from was delivered")
    if outcome.site is not None:
        site = f"boards of release {outcome.site.release_id}, open {outcome.site.index}"
        console.print(site, style="bold green", highlight=False, markup=False, soft_wrap=True)
    for failed in outcome.problems:
        console.print(failed, style="bold red", highlight=False, markup=False, soft_wrap=True)
