"""The publication: the asset that BI tools read, with the checks of the outgoing border and the gate."""

from collections.abc import Iterator
from pathlib import Path

import dagster as dg

from orchestration.assets.night import PUBLICATION, Event, check_results, check_specs, failed, failed_run
from orchestration.assets.translator import OWNER, WarehouseTranslator
from orchestration.night import Night
from orchestration.publish.release import Release
from orchestration.resume import publish_again
from orchestration.stages import NightFailedError
from orchestration.transform.project import Manifest, published_models
from orchestration.validate.borders import outgoing_suites

KEY = PUBLICATION


def build_publication(manifest: Manifest, expectations: Path) -> dg.AssetsDefinition:
    """Return the publication, downstream of every model that it carries."""
    translator = WarehouseTranslator()
    suites = check_specs(outgoing_suites(expectations), {}, KEY)
    gate = dg.AssetCheckSpec("publish_gate", asset=KEY, description="Everything that had to run did, and passed.")
    carried = [translator.get_asset_key(node) for node in published_models(manifest).values()]

    @dg.multi_asset(
        name="publication",
        specs=[
            dg.AssetSpec(
                key=KEY,
                deps=carried,
                group_name="published",
                owners=[OWNER],
                kinds={"duckdb", "parquet"},
                description="The checked KPI marts: kpi.duckdb, Parquet files and manifest.json, replaced as a whole.",
            )
        ],
        check_specs=[*suites, gate],
        required_resource_keys={"night"},
    )
    def publication(context: dg.AssetExecutionContext) -> Iterator[Event]:
        night: Night = context.resources.night
        stopped: NightFailedError | None = None
        before = failed_run(context.run)
        try:
            if before and not night.refresh_id:
                publish_again(night, before)
            night.audit()
        except NightFailedError as error:
            stopped = error
        if night.outgoing:
            yield from check_results(suites, night.outgoing)
        yield dg.AssetCheckResult(
            asset_key=KEY,
            check_name=gate.name,
            passed=stopped is None,
            description="; ".join(stopped.reasons[:20]) if stopped else None,
        )
        if stopped:
            raise failed(stopped) from stopped
        try:
            release = night.publish()
        except NightFailedError as error:
            raise failed(error) from error
        yield dg.MaterializeResult(asset_key=KEY, metadata=_described(release))
        if night.problems and not night.has_boards:  # else the boards come first, and then tell
            raise dg.Failure(description="; ".join(night.problems), allow_retries=False)

    return publication


def _described(release: Release) -> dict[str, dg.MetadataValue]:
    return {
        "release": dg.MetadataValue.int(release.release_id),
        "path": dg.MetadataValue.path(release.path),
        "rows": dg.MetadataValue.json(dict(release.tables)),
        "checks": dg.MetadataValue.json(dict(release.checks)),
        "restated_values": dg.MetadataValue.int(release.restated),
    }
