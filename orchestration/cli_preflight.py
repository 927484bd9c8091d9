"""What a refresh says before it reads the project: that there is nothing to refresh, and what is misplaced.

Imports no dbt, no Dagster and no frames, so that a wrong path is told at once.
"""

from pathlib import Path

import duckdb
import typer

from orchestration.cli_text import shown
from orchestration.ingest.books import newest_deliveries
from orchestration.ingest.declarations import ExtractDeclaration
from orchestration.ingest.discover import LandedFile, Landing, discover
from orchestration.ingest.errors import DeclarationError
from orchestration.ingest.preflight import Unfit, misplaced, unfit_headers
from orchestration.ingest.sources import project_declarations
from orchestration.settings import Settings, told_in

SHOWN = 20

WHERE = "extracts lie in landing/<system>/<entity>/, and `contact-center demo` writes some to try"


def no_home(settings: Settings) -> str:
    """Return what is wrong with the home of an installation: a sentence, empty when it is there."""
    if settings.home.is_dir():
        return ""
    if "home" in settings.model_fields_set:
        where = told_in("CONTACT_CENTER_HOME")
        what = f"CONTACT_CENTER_HOME{where} is {settings.home}, and there is no such folder"
        return f"{what}: correct it, or make the folder"
    return f"there is no {settings.home} yet: {WHERE}"


def look_first(settings: Settings) -> int:
    """Say what is wrong with the landing folder; return 0 to go on, or 2 when a first refresh has nothing to load."""
    if problem := no_home(settings):
        typer.echo(problem, err=True)
        return 2
    try:
        declarations = project_declarations(settings.project_dir)
        landing = discover(settings.landing, declarations)
    except DeclarationError as error:
        typer.echo(str(error), err=True)
        return 2
    is_first = not settings.warehouse.is_file()
    if is_first and not landing.files and not landing.unknown:
        typer.echo(f"no file was delivered yet: {settings.landing} holds none; {WHERE}", err=True)
        return 2
    unfit = unfit_headers(landing.files if is_first else new_files(landing, settings.warehouse), settings.limits)
    for line in told(landing, declarations, unfit):
        typer.echo(shown(line), err=True)
    if is_first and not landing.files:
        typer.echo("nothing to load: no file belongs to a declared extract", err=True)
        return 2
    if is_first and unfit and len(unfit) == len(landing.files):
        typer.echo("nothing to load: every file would be refused", err=True)
        return 2
    return 0


def new_files(landing: Landing, warehouse: Path) -> list[LandedFile]:
    """Return the files that no refresh has looked at; none while the warehouse cannot be read."""
    try:
        with duckdb.connect(str(warehouse), read_only=True) as con:
            known = newest_deliveries(con)
    except duckdb.Error:
        return []
    return [file for file in landing.files if (file.name, file.size_bytes, file.modified_ns) not in known]


def told(landing: Landing, declarations: tuple[ExtractDeclaration, ...], unfit: list[Unfit]) -> list[str]:
    """Return the lines about misplaced and unfit files, the first ones of each kind."""
    return [*misplaced(landing, declarations)[:SHOWN], *(f"{file.name}: {file.reason}" for file in unfit[:SHOWN])]
