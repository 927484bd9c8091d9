"""Which KPIs files would give, and what is missing for the others. Reads the dbt project, which takes some seconds."""

from pathlib import Path

from rich.console import Console

from orchestration.cli_text import plural
from orchestration.documents.lineage import Delivered, default_kpis, missing_extracts
from orchestration.night import dbt_paths
from orchestration.settings import Settings
from orchestration.transform.project import DbtPaths, Manifest, manifest_if_there, manifest_is_current
from orchestration.transform.runner import current_manifest


def tell_kpis(console: Console, settings: Settings, delivered: Delivered, scratch: Path) -> None:
    """Print how many KPIs the delivered extracts can give, and what each of the others lacks."""
    manifest = manifest_of(settings, scratch)
    missing = missing_extracts(manifest, delivered)
    lacking: dict[tuple[str, ...], list[str]] = {}
    for _, kpi in default_kpis(manifest):
        lacking.setdefault(missing[kpi["kpi_id"]], []).append(str(kpi["name"]))
    given = len(lacking.pop((), []))
    total = plural(len(missing), "KPI")
    console.print(f"{given} of {total} can be computed from these extracts", highlight=False)
    for extracts, names in sorted(lacking.items(), key=lambda item: (-len(item[1]), item[0])):
        line = f"  without {', '.join(extracts)}: no {', '.join(sorted(names))}"
        console.print(line, highlight=False, markup=False, soft_wrap=True)


def manifest_of(settings: Settings, scratch: Path) -> Manifest:
    """Return the manifest of the project: that of the last refresh where it is current, else one parsed for this call.

    It is not kept, because a refresh may be running that works where it would have to lie.
    """
    paths = dbt_paths(settings)
    if manifest_is_current(paths) and (known := manifest_if_there(paths)) is not None:
        return known
    return current_manifest(DbtPaths(settings.project_dir, scratch / "dbt"), scratch)
