"""``contact-center unload``: take out what was loaded by mistake, as if it had never come."""

from collections.abc import Sequence
from pathlib import Path

import duckdb
import typer

from orchestration.audit import record
from orchestration.cli_text import plural
from orchestration.ingest.books import create_books
from orchestration.ingest.declarations import load_declarations
from orchestration.ingest.unload import Unloaded, UnloadError, load_again, unload
from orchestration.lock import held
from orchestration.night import dbt_paths
from orchestration.seal import kept_sealed
from orchestration.settings import Settings
from orchestration.transform.runner import current_manifest


def run_unload(settings: Settings, files: Sequence[str], *, undo: bool) -> int:
    """Take files out, or let them in again, and return the exit code: 0 done, 1 not all could be."""
    if not settings.warehouse.is_file():
        typer.echo(f"there is no warehouse in {settings.home} yet, so nothing was loaded", err=True)
        return 1
    failed = 0
    try:
        with held(settings.home):
            declarations = load_declarations(current_manifest(dbt_paths(settings), settings.home))
            with kept_sealed(settings.warehouse), duckdb.connect(str(settings.warehouse)) as con:
                create_books(con)
                for file in files:
                    path = below_landing(settings.landing, file)
                    try:
                        if undo:
                            load_again(con, path)
                            record(settings.home, "unload --undo", file=path)
                            typer.echo(f"{path}: the next refresh loads it again, if it is still delivered")
                        else:
                            done = unload(con, declarations, path)
                            record(settings.home, "unload", file=path, rows=done.rows)
                            typer.echo(told(done))
                    except UnloadError as error:
                        failed += 1
                        typer.echo(str(error), err=True)
    except BlockingIOError:
        typer.echo(f"a refresh of {settings.home} is running: unload when it has ended", err=True)
        return 1
    if failed < len(files) and not undo:
        typer.echo("The next refresh rebuilds everything without it: run `contact-center refresh`.")
    return 1 if failed else 0


def below_landing(landing: Path, file: str) -> str:
    """Return how the books name a file: its path below the landing folder, however it was given."""
    for candidate in (Path(file), Path.cwd() / file):
        if candidate.is_absolute() and candidate.resolve().is_relative_to(landing.resolve()):
            return candidate.resolve().relative_to(landing.resolve()).as_posix()
    return Path(file).as_posix()


def told(done: Unloaded) -> str:
    """Return the line that tells what was done with one file."""
    if done.kept_at:
        return f"{done.path}: taken out, but the same bytes stay loaded, because {', '.join(done.kept_at)} has them too"
    return f"{done.path}: {plural(done.rows, 'row')} and {plural(done.rejected, 'rejected row')} taken out"
