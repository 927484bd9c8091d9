"""``contact-center document``: the generated pages, from the definitions as they are now."""

import typer

from orchestration.cli_text import plural
from orchestration.documents.write import write_pages
from orchestration.night import dbt_paths
from orchestration.settings import IS_CLONE, Settings
from orchestration.transform.runner import current_manifest


def run_document(settings: Settings) -> int:
    """Write the pages and say how many changed; return 0, or 2 where there is no clone whose pages they are."""
    if not IS_CLONE:
        typer.echo(
            "`document` writes the docs/ folder of a clone of the project; this is an installed package", err=True
        )
        return 2
    paths = dbt_paths(settings)
    pages, changed = write_pages(current_manifest(paths, settings.home), paths.project)
    typer.echo(
        f"{plural(pages, 'page')} in docs/kpis, docs/contracts, docs/marts and models/exposures.yml, {changed} changed"
    )
    return 0
