"""The night as a Dagster resource, and how its failures and checks are told to Dagster."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

import dagster as dg

from orchestration.night import Night
from orchestration.publish.gate import ExpectationOutcome
from orchestration.settings import get_settings
from orchestration.stages import NightFailedError
from orchestration.validate.suites import Suite

Event = dg.MaterializeResult[Any] | dg.AssetCheckResult
"""What an asset of the night yields."""

POOL = "warehouse"
"""Concurrency pool of everything that writes the warehouse; its limit of one is in ``dagster.yaml``."""

CONFIG = {
    "as_of": dg.Field(dg.Noneable(str), default_value=None, description="ISO 8601 instant in UTC; default midnight."),
    "parameters": dg.Field(dict, default_value={}, description="KPI parameters that differ from defaults."),
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
    )
    if context.run_id:
        night.run_id = context.run_id
    with night:
        yield night


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
