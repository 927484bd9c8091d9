"""The night as a Dagster resource, and how its failures and checks are told to Dagster."""

import time
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from logging import Logger
from typing import Any

import dagster as dg

from orchestration.assets.dead_runs import close_dead_runs
from orchestration.modes import private
from orchestration.night import Night
from orchestration.publish.gate import ExpectationOutcome
from orchestration.settings import get_settings
from orchestration.stages import NightFailedError
from orchestration.validate.suites import Suite

Event = dg.MaterializeResult[Any] | dg.AssetCheckResult
"""What an asset of the night yields."""

PUBLICATION = dg.AssetKey(["published", "kpi"])
SITE = dg.AssetKey(["published", "site"])

QUIET_SECONDS = 5.0
"""At most this often a run that Dagster started says how far a stage is."""

CONFIG = {
    "as_of": dg.Field(dg.Noneable(str), default_value=None, description="ISO 8601 instant in UTC; default midnight."),
    "parameters": dg.Field(dict, default_value={}, description="KPI parameters that differ from defaults."),
    "accept": dg.Field([str], default_value=[], description="Findings about deliveries that must not stop it."),
    "full_refresh": dg.Field(bool, default_value=False, description="Rebuild everything."),
}


@dg.resource(config_schema=CONFIG, description="One refresh of one home; holds the home's lock during the run.")
def night_resource(context: dg.InitResourceContext) -> Iterator[Night]:
    """Open a night for the run, from its configuration."""
    config = context.resource_config
    night = Night(
        get_settings(),
        as_of=datetime.fromisoformat(config["as_of"]) if config["as_of"] else None,
        parameters=config["parameters"],
        full_refresh=config["full_refresh"],
        accepted=config["accept"],
    )
    if context.log is not None:
        night.progress = LoggedProgress(context.log)
    run = context.dagster_run
    if run is not None:
        night.run_id = run.run_id
        night.is_part = bool(run.asset_selection) and PUBLICATION not in (run.asset_selection or ())
    with private(), night:
        if context.instance is not None:
            close_dead_runs(context.instance, night.settings, alive=night.run_id)
        yield night


class LoggedProgress:
    """Progress as lines of the run's log, which Dagster shows while the run goes on."""

    def __init__(self, log: Logger) -> None:
        self.log = log
        self.name = ""
        self.said = 0.0

    def stage(self, name: str) -> None:
        """Tell that a stage begins."""
        self.name, self.said = name, 0.0
        self.log.info(f"{name} begins")

    def step(self, done: int, total: int, what: str) -> None:
        """Tell how far the stage is: at its first piece, at its last, and now and then between."""
        if time.monotonic() - self.said < QUIET_SECONDS and done != total:
            return
        self.said = time.monotonic()
        self.log.info(f"{self.name}: {done} of {total}, {what}" if total else f"{self.name}: {done}, {what}")


def failed_run(run: dg.DagsterRun) -> str | None:
    """Return the run that this one repeats from where it failed; None for a run that begins by itself."""
    return run.parent_run_id


def failed(error: NightFailedError) -> dg.Failure:
    """Return the failure that Dagster shows for a night that stopped."""
    shown = "\n".join(f"- {reason}" for reason in error.reasons[:50])
    return dg.Failure(
        description=f"the refresh stopped at {error.stage}: {error.reasons[0]}",
        metadata={"stage": error.stage, "reasons": dg.MetadataValue.md(shown)},
        allow_retries=False,
    )


def check_name(suite: str, subject: str) -> str:
    """Return the name of the asset check of a subject."""
    return f"{suite}__{subject}"


def check_specs(
    suites: Iterable[Suite], keys: dict[str, dg.AssetKey], fallback: dg.AssetKey
) -> list[dg.AssetCheckSpec]:
    """Return one asset check per subject; a subject about no asset of its own belongs to ``fallback``."""
    return [
        dg.AssetCheckSpec(
            name=check_name(suite.name, subject.name),
            asset=keys.get(subject.asset, fallback),
            description=subject.description or suite.description,
        )
        for suite in suites
        for subject in suite.subjects
    ]


def check_results(
    specs: Sequence[dg.AssetCheckSpec], outcomes: Sequence[ExpectationOutcome]
) -> Iterator[dg.AssetCheckResult]:
    """Yield one result per asset check, from the outcomes of its expectations; none evaluated is a failed check."""
    by_check: dict[str, list[ExpectationOutcome]] = {}
    for outcome in outcomes:
        suite, subject, _ = outcome.key.split(".", 2)
        by_check.setdefault(check_name(suite, subject), []).append(outcome)
    for spec in specs:
        own = by_check.get(spec.name, [])
        broken = [outcome for outcome in own if not outcome.succeeded]
        worst = any(outcome.severity == "critical" for outcome in broken) or not own
        yield dg.AssetCheckResult(
            asset_key=spec.asset_key,
            check_name=spec.name,
            passed=bool(own) and not broken,
            severity=dg.AssetCheckSeverity.ERROR if worst else dg.AssetCheckSeverity.WARN,
            description="; ".join(f"{outcome.key.split('.', 2)[2]}: {outcome.detail}" for outcome in broken) or None,
            metadata={"expectations": len(own), "failed": len(broken)},
        )
