"""Every dbt model, seed, snapshot and test as one set of assets and checks, built by one dbt call a run."""

from collections.abc import Iterator, Mapping
from typing import Any

import dagster as dg
from dagster_dbt import dbt_assets

from orchestration.assets.night import Event, failed, failed_run
from orchestration.assets.translator import WarehouseTranslator
from orchestration.night import Night
from orchestration.resume import build_again
from orchestration.stages import NightFailedError
from orchestration.transform.project import Manifest
from orchestration.transform.results import NodeResult
from orchestration.transform.runner import table_rows

UNIQUE_ID = "dagster_dbt/unique_id"

Nodes = Mapping[str, dg.AssetKey | dg.AssetCheckSpec]
"""What a run selected: unique id of a dbt node -> its asset, or its check."""


def build_models(manifest: Manifest) -> dg.AssetsDefinition:
    """Return the assets of the dbt project; dbt runs in this process, through the night."""

    @dbt_assets(  # type: ignore[untyped-decorator]  # dagster-dbt is not followed by mypy
        manifest=manifest,
        name="models",
        dagster_dbt_translator=WarehouseTranslator(),
        required_resource_keys={"night"},
    )
    def models(context: dg.AssetExecutionContext) -> Iterator[Event]:
        night: Night = context.resources.night
        nodes = selected(assets, context)
        stopped: NightFailedError | None = None
        try:
            if not night.refresh_id:
                before = failed_run(context.run)
                night.is_part |= before is None
                build_again(night, before) if before else night.begin()
            is_all = nodes.keys() == everything
            night.is_part |= not is_all
            night.transform(None if is_all else nodes)
        except NightFailedError as error:
            stopped = error
        if night.build is not None:
            rows = table_rows(night.settings.warehouse)
            yield from node_events(nodes, night.build.manifest, night.build.results, rows)
        if stopped:
            raise failed(stopped) from stopped

    assets: dg.AssetsDefinition = models
    everything = {spec.metadata[UNIQUE_ID] for spec in assets.specs}
    everything |= {check.metadata[UNIQUE_ID] for check in assets.check_specs}
    return assets


def selected(assets: dg.AssetsDefinition, context: dg.AssetExecutionContext) -> Nodes:
    """Return the dbt nodes that this run is to make, models before tests."""
    made: dict[str, dg.AssetKey | dg.AssetCheckSpec] = {
        spec.metadata[UNIQUE_ID]: spec.key for spec in assets.specs if spec.key in context.selected_asset_keys
    }
    checks = {spec.metadata[UNIQUE_ID]: spec for spec in assets.check_specs}
    return made | {node: spec for node, spec in checks.items() if spec.key in context.selected_asset_check_keys}


def node_events(
    nodes: Nodes, manifest: Manifest, results: Mapping[str, NodeResult], rows: Mapping[tuple[str, str], int]
) -> Iterator[Event]:
    """Yield a materialization for every selected node that was built and a check result for every test that ran.

    In the order in which dbt finished them, because Dagster wants parents first.
    ``rows`` counts rows by (schema, table); views are not counted.
    """
    for unique_id, result in results.items():
        key = nodes.get(unique_id)
        if not isinstance(key, dg.AssetKey) or not result.is_good:
            continue
        node = manifest["nodes"][unique_id]
        metadata: dict[str, Any] = {"seconds": round(result.seconds, 3)}
        counted = rows.get((node["schema"], node.get("alias") or node["name"]))
        if counted is not None:
            metadata["dagster/row_count"] = counted
        yield dg.MaterializeResult(asset_key=key, metadata=metadata)
    for unique_id, check in nodes.items():
        checked = results.get(unique_id)
        if isinstance(check, dg.AssetCheckSpec) and checked is not None and checked.status != "skipped":
            warned = checked.status == "warn"
            yield dg.AssetCheckResult(
                asset_key=check.asset_key,
                check_name=check.name,
                passed=checked.is_good,
                severity=dg.AssetCheckSeverity.WARN if warned else dg.AssetCheckSeverity.ERROR,
                description=None if checked.is_good else checked.message,
                metadata={"status": checked.status, "failures": checked.failures or 0},
            )
