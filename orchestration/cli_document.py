"""``contact-center document``: the generated pages, from the definitions as they are now."""

import typer

from orchestration.cli_text import plural
from orchestration.documents.write import write_pages
from orchestration.night import dbt_paths
from orchestration.settings import Settings
from orchestration.transform.runner import current_manifest


def write_documents(settings: Settings) -> None:
    """Write the pages and say how many there are and how many changed."""
    paths = dbt_paths(settings)
    pages, changed = write_pages(current_manifest(paths, settings.home), paths.project)
    typer.echo(
        f"{plural(pages, 'page')} in docs/kpis, docs/contracts, docs/marts and models/exposures.yml, {changed} changed"
    )
