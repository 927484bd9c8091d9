"""One asset per declared extract, and the checks of the incoming border."""

from collections.abc import Iterator
from pathlib import Path

import dagster as dg

from orchestration.assets.night import Event, check_results, check_specs, failed
from orchestration.assets.translator import OWNER
from orchestration.ingest.declarations import ExtractDeclaration, load_declarations
from orchestration.ingest.load import ExtractReport
from orchestration.night import Night
from orchestration.stages import NightFailedError
from orchestration.transform.project import Manifest
from orchestration.validate.borders import incoming_suites


def extract_key(declaration: ExtractDeclaration) -> dg.AssetKey:
    """Return the key of an extract: that of the dbt source it fills."""
    return dg.AssetKey([declaration.schema, declaration.identifier])


def build_extracts(manifest: Manifest, expectations: Path) -> dg.AssetsDefinition:
    """Return the assets that a load materializes, one per declaration of the manifest."""
    declarations = load_declarations(manifest)
    descriptions = {source["identifier"]: source["description"] for source in manifest["sources"].values()}
    keys = {declaration.identifier: extract_key(declaration) for declaration in declarations}
    checks = check_specs(incoming_suites(expectations, declarations), keys, next(iter(keys.values())))
    specs = [
        dg.AssetSpec(
            key=keys[declaration.identifier],
            group_name=f"raw_{declaration.system}",
            description=descriptions[declaration.identifier],
            owners=[OWNER],
            kinds={"duckdb", *declaration.formats[:2]},
            metadata={"path": f"landing/{declaration.path}", "key": ", ".join(declaration.key)},
        )
        for declaration in declarations
    ]

    @dg.multi_asset(
        name="extracts",
        specs=specs,
        check_specs=checks,
        required_resource_keys={"night"},
        can_subset=True,
    )
    def extracts(context: dg.AssetExecutionContext) -> Iterator[Event]:
        night: Night = context.resources.night
        asked = [check for check in checks if check.key in context.selected_asset_check_keys]
        chosen = [name for name, key in keys.items() if key in context.selected_asset_keys]
        night.is_part |= len(chosen) < len(keys) or len(asked) < len(checks)
        try:
            if not night.refresh_id:
                night.begin()
            report = night.load(chosen)
        except NightFailedError as error:
            raise failed(error) from error
        for counts in report.extracts:
            yield dg.MaterializeResult(asset_key=keys[f"{counts.system}__{counts.entity}"], metadata=_counted(counts))
        for file in report.refused:
            context.log.error(f"{file.path} refused: {file.reason}")
        stopped: NightFailedError | None = None
        try:
            night.check_incoming([check.name for check in asked])
        except NightFailedError as error:
            stopped = error
        yield from check_results(asked, night.incoming)
        if stopped:
            raise failed(stopped) from stopped

    return extracts


def _counted(counts: ExtractReport) -> dict[str, int]:
    return {
        "files_loaded": counts.files_loaded,
        "files_duplicate": counts.files_duplicate,
        "files_refused": counts.files_refused,
        "rows_loaded": counts.rows,
        "rows_rejected": counts.rejected,
    }
