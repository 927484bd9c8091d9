"""``contact-center check``: what files would become, before anything is loaded: no warehouse is needed or touched."""

import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

import typer
from rich.console import Console
from rich.table import Table

from orchestration.cli_preflight import SHOWN, WHERE, no_home
from orchestration.cli_progress import watched
from orchestration.cli_text import plural, shown, wide_console
from orchestration.ingest.declarations import ExtractDeclaration
from orchestration.ingest.discover import discover
from orchestration.ingest.errors import DeclarationError
from orchestration.ingest.preflight import misplaced
from orchestration.ingest.sources import project_declarations
from orchestration.ingest.trial import Broken, Trial, place, try_load
from orchestration.settings import Settings


def run_check(settings: Settings, files: Sequence[Path], kpis: bool) -> int:
    """Load files on trial and tell what would become of them.

    Return 0 when every row would be loaded, 1 when something would be left out, 2 when there is nothing to check.
    """
    console = wide_console()
    if absent := [str(file) for file in files if not file.exists()]:
        typer.echo(f"there is no {', '.join(absent)}", err=True)
        return 2
    if not files and (problem := no_home(settings)):
        typer.echo(problem, err=True)
        return 2
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        try:
            declarations = project_declarations(settings.project_dir)
            landing = scratch / "landing" if files else settings.landing
            lost = place(files, declarations, landing) if files else []
            found = discover(landing, declarations)
            lost += misplaced(found, declarations)
            with watched("load") as progress:
                trial = try_load(
                    landing, declarations, scratch / "trial", progress.step if progress else None, settings.limits
                )
        except DeclarationError as error:
            typer.echo(str(error), err=True)
            return 2
        if not found.files and not lost:
            typer.echo(f"nothing to check: {settings.landing} holds no file; {WHERE}", err=True)
            return 2
        told(console, trial, declarations, lost)
        if kpis and any(extract.rows for extract in trial.report.extracts):
            from orchestration.cli_check_kpis import tell_kpis

            delivered: dict[str, set[str]] = {}
            for extract in trial.report.extracts:
                if extract.rows:
                    delivered.setdefault(extract.system, set()).add(extract.entity)
            tell_kpis(console, settings, delivered, scratch)
    left_out = bool(lost or trial.report.refused or trial.broken)
    return 1 if left_out else 0


def told(console: Console, trial: Trial, declarations: Sequence[ExtractDeclaration], lost: Sequence[str]) -> None:
    """Print what would load, what would be rejected with samples, and what belongs nowhere."""
    table = Table("extract", box=None, pad_edge=False)
    for title in ("files", "rows", "rejected rows", "refused files"):
        table.add_column(title, justify="right")
    for extract in trial.report.extracts:
        if extract.files_loaded or extract.files_refused:
            name = f"{extract.system}.{extract.entity}"
            counts = (extract.files_loaded, extract.rows, extract.rejected, extract.files_refused)
            table.add_row(name, *(f"{count:,}" for count in counts))
    if table.row_count:
        console.print(table)
    hidden = {
        (declaration.name, column.name)
        for declaration in declarations
        for column in declaration.columns
        if column.personal_data is not None
    }
    say(console, "rejected rows", [rejected(row, hidden) for row in trial.broken])
    say(console, "refused files", [f"{file.path}: {file.reason}" for file in trial.report.refused])
    say(console, "no extract", lost)
    files = sum(extract.files_loaded for extract in trial.report.extracts)
    rows = sum(extract.rows for extract in trial.report.extracts)
    bad = sum(extract.rejected for extract in trial.report.extracts)
    refused = plural(len(trial.report.refused), "file")
    console.print(
        f"{plural(files, 'file')} with {plural(rows, 'row')} would load, {plural(bad, 'row')} would be rejected,"
        f" {refused} refused",
        highlight=False,
        soft_wrap=True,
    )


def rejected(row: Broken, hidden: Iterable[tuple[str, str]]) -> str:
    """Return a broken rule as a line: where it is, what it is, and which value breaks it unless that is personal."""
    column = f" of column {row.column}" if row.column else ""
    value = "" if row.value is None else f": {row.value!r}"
    shown = ": (personal)" if (row.extract, row.column) in hidden else value
    more = f" ({plural(row.rows, 'row')} like this)" if row.rows > 1 else ""
    return f"{row.path} line {row.line}: rule {row.rule}{column}{shown}{more}"


def say(console: Console, title: str, lines: Sequence[str]) -> None:
    """Print a list under its title, the first lines of it."""
    if not lines:
        return
    console.print(f"{title}:", highlight=False)
    for line in lines[:SHOWN]:
        console.print(f"  {shown(line)}", highlight=False, markup=False, soft_wrap=True)
    if len(lines) > SHOWN:
        console.print(f"  and {len(lines) - SHOWN} more")
