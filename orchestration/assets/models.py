"""Every dbt model, seed, snapshot and test as one set of assets and checks, built by one dbt call a night."""

from collections.abc import Iterator, Mapping
from typing import Any

import dagster as dg
from dagster_dbt import dbt_assets

from orchestration.assets.night import POOL, Event, failed
from orchestration.assets.translator import WarehouseTranslator
from orchestration.night import Night
from orchestration.stages import NightFailedError
from orchestration.transform.project import Manifest
from orchestration.transform.results import NodeResult
from orchestration.transform.runner import table_rows

UNIQUE_ID = "dagster_dbt/unique_id"


def build_models(manifest: Manifest) -> dg.AssetsDefinition:
    """Return the assets of the dbt project; dbt runs in this process, through the night."""

    @dbt_assets(  # type: ignore[untyped-decorator]  # dagster-dbt is not followed by mypy
        manifest=manifest,
        name="models",
        dagster_dbt_translator=WarehouseTranslator(),
        required_resource_keys={"night"},
        pool=POOL,
    )
    def models(context: dg.AssetExecutionContext) -> Iterator[Event]:
        night: Night = context.resources.night
        stopped: NightFailedError | None = None
        try:
            night.transform()
        except NightFailedError as error:
            stopped = error
        if night.build is not None:
            rows = table_rows(night.settings.warehouse)
            yield from node_events(context.assets_def, night.build.manifest, night.build.results, rows)
        if stopped:
            raise failed(stopped) from stopped

    assets: dg.AssetsDefinition = models
    return assets


def node_events(
    assets: dg.AssetsDefinition,
    manifest: Manifest,
    results: Mapping[str, NodeResult],
    rows: Mapping[tuple[str, str], int],
) -> Iterator[Event]:
    """Yield a materialization for every node that was built and a check result for every test that ran.

    In the order in which dbt finished them, because Dagster wants parents first.
    ``rows`` counts rows by (schema, table); views are not counted.
    """
    keys = {spec.metadata[UNIQUE_ID]: spec.key for spec in assets.specs}
    for unique_id, result in results.items():
        if unique_id not in keys or not result.is_good:
            continue
        node = manifest["nodes"][unique_id]
        metadata: dict[str, Any] = {"seconds": round(result.seconds, 3)}
        counted = rows.get((node["schema"], node.get("alias") or node["name"]))
        if counted is not None:
            metadata["dagster/row_count"] = counted
        yield dg.MaterializeResult(asset_key=keys[unique_id], metadata=metadata)
    for check in assets.check_specs:
        checked = results.get(check.metadata[UNIQUE_ID])
        if checked is not None and checked.status != "skipped":
            warned = checked.status == "warn"
            yield dg.AssetCheckResult(
                asset_key=check.asset_key,
                check_name=check.name,
                passed=checked.is_good,
                severity=dg.AssetCheckSeverity.WARN if warned else dg.AssetCheckSeverity.ERROR,
                description=None if checked.is_good else checked.message,
                metadata={"status": checked.status, "failures": checked.failures or 0},
            )
