"""``contact-center status``: what happened, what waits, what is published. Imports neither Dagster nor dbt."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import duckdb
from rich.console import Console
from rich.table import Table

from orchestration.cli_preflight import no_home
from orchestration.cli_releases import hold_note
from orchestration.cli_text import age_of, by_folder, plural, seconds_of, shown, wide_console
from orchestration.faults import is_in_use
from orchestration.ingest.books import newest_deliveries, utc_now
from orchestration.ingest.declarations import load_declarations
from orchestration.ingest.discover import discover
from orchestration.lock import is_held
from orchestration.night import dbt_paths
from orchestration.publish.candidate import is_damaged
from orchestration.publish.layout import DATABASE, DESCRIPTION, in_place
from orchestration.settings import Settings
from orchestration.transform.project import manifest_if_there

SHOWN = 20

_RUNS = """
    select refresh_id, started_at, as_of, status, stage, message, is_full, stage_seconds
    from meta.refresh
    order by refresh_id desc
    limit ?
"""
_FILES = """
    select
        system || '.' || entity,
        count(*) filter (where status = 'loaded'),
        sum(row_count)::bigint,
        sum(rejected_count)::bigint,
        count(*) filter (where status = 'refused'),
        max(loaded_at)
    from meta.loaded_file
    group by system, entity
    order by system, entity
"""
_REJECTED = """
    select system || '.' || entity, rule, coalesce(rejected_row.column_name, ''), count(*), any_value(path)
    from meta.rejected_row
    inner join meta.loaded_file
        on rejected_row.file_id = loaded_file.file_id
    group by system, entity, rule, rejected_row.column_name
    order by count(*) desc
    limit ?
"""
_REFUSED = "select path, reason from meta.loaded_file where status = 'refused' order by loaded_at desc limit ?"


def show_status(settings: Settings, runs: int) -> None:
    """Print the state of one home; works while nothing has ever run and while a refresh is running."""
    console = wide_console()
    console.print(f"home: {settings.home}", highlight=False, soft_wrap=True)
    if problem := no_home(settings):
        console.print(problem, highlight=False, markup=False, soft_wrap=True)
    _publication(console, settings)
    if not settings.warehouse.is_file():
        console.print("no refresh has run yet: `contact-center demo` writes sample extracts, `contact-center refresh`")
        _waiting(console, settings, None)
        return
    try:
        with duckdb.connect(str(settings.warehouse), read_only=True) as con:
            _books(console, con, runs, is_running=is_held(settings.home))
            delivered = newest_deliveries(con)
    except duckdb.IOException as error:
        if not is_in_use(error):
            raise
        console.print("a refresh is running: the books can be read when it has finished", style="yellow")
        return
    except duckdb.CatalogException:
        console.print("the warehouse has no books yet: run `contact-center refresh`", style="yellow")
        return
    _waiting(console, settings, delivered)


def _publication(console: Console, settings: Settings) -> None:
    description = in_place(settings.published) / DESCRIPTION
    if not description.is_file():
        console.print("published: nothing yet")
        return
    if is_damaged(settings.published):
        console.print("the publication is damaged: `contact-center refresh` writes it anew", style="yellow")
        return
    release = json.loads(description.read_text())
    at = datetime.fromisoformat(release["published_at"]).replace(tzinfo=None)
    console.print(
        f"published: release {release['release_id']} as of {release['as_of']}, {age_of(at, utc_now())}"
        f" ({release['published_at']}), {plural(len(release['tables']), 'table')},"
        f" parameters {release['parameter_set']}: {settings.published / DATABASE}",
        highlight=False,
        soft_wrap=True,
    )
    if note := hold_note(settings):
        console.print(note, style="yellow", highlight=False, markup=False, soft_wrap=True)


def _books(console: Console, con: duckdb.DuckDBPyConnection, runs: int, *, is_running: bool) -> None:
    last = con.execute(_RUNS, [runs]).fetchall()
    refreshes = _table("refresh", "started (UTC)", "as of (UTC)", "status", "seconds", "why")
    for refresh_id, started, as_of, status, stage, message, is_full, stage_seconds in last:
        spent = sum(json.loads(stage_seconds or "{}").values())
        if status == "running" and not is_running:
            status, message = "failed", "killed; the next refresh begins where the last complete one ended"
        why = f"{stage}: {message}" if message else ("full rebuild" if is_full else "")
        refreshes.add_row(str(refresh_id), _minute(started), _minute(as_of), status, seconds_of(spent), why[:300])
    console.print(refreshes)
    files = _table("extract", "files", "rows", "rejected rows", "refused files", "last loaded (UTC)")
    for name, loaded, rows, rejected, refused, at in con.execute(_FILES).fetchall():
        files.add_row(name, f"{loaded:,}", f"{rows or 0:,}", f"{rejected or 0:,}", str(refused), _minute(at))
    if files.row_count:
        console.print(files)
    rejected_rows = _table("rejected rows of", "rule", "column", "rows", "for example in")
    _fill(rejected_rows, con.execute(_REJECTED, [SHOWN]).fetchall())
    refused_files = _table("refused file", "reason")
    _fill(refused_files, con.execute(_REFUSED, [SHOWN]).fetchall())
    for table in (rejected_rows, refused_files):
        if table.row_count:
            console.print(table)


def _waiting(console: Console, settings: Settings, delivered: set[tuple[str, int, int]] | None) -> None:
    """Tell which files the next refresh will look at and which match no declaration."""
    paths = dbt_paths(settings)
    if not settings.landing.is_dir():
        console.print(f"no landing folder yet: {settings.landing}", highlight=False, soft_wrap=True)
        return
    manifest = manifest_if_there(paths)
    if manifest is None:
        files = sum(path.is_file() for path in settings.landing.rglob("*"))
        console.print(f"{plural(files, 'file')} in {settings.landing}", highlight=False, soft_wrap=True)
        return
    landing = discover(settings.landing, load_declarations(manifest))
    known = delivered or set()
    waiting = [file.name for file in landing.files if (file.name, file.size_bytes, file.modified_ns) not in known]
    console.print(f"waiting: {plural(len(waiting), 'file')}")
    _list(console, by_folder(waiting))
    if landing.unknown:
        console.print(f"unknown: {plural(len(landing.unknown), 'file')} that no declared extract matches")
        _list(console, by_folder(landing.unknown))
    if landing.unreadable:
        console.print(f"not read: {plural(len(landing.unreadable), 'name')}")
        _list(console, [f"{name}: {reason}" for name, reason in landing.unreadable])


def _list(console: Console, names: Sequence[str]) -> None:
    for name in names[:SHOWN]:
        console.print(f"  {shown(name)}", highlight=False, markup=False, soft_wrap=True)
    if len(names) > SHOWN:
        console.print(f"  and {len(names) - SHOWN} more")


def _table(*columns: str) -> Table:
    table = Table(*columns, box=None, pad_edge=False, title_justify="left")
    for column in table.columns:
        column.overflow = "fold"
    return table


def _fill(table: Table, rows: Sequence[tuple[Any, ...]]) -> None:
    for row in rows:
        table.add_row(*map(shown, row))


def _minute(instant: datetime | None) -> str:
    return "" if instant is None else instant.isoformat(sep=" ", timespec="minutes")
