"""``contact-center releases``, ``rollback`` and ``diff``: what is kept, showing another one, and what differs."""

import json
from dataclasses import asdict

import duckdb
import typer
from rich.table import Table

from orchestration.audit import record
from orchestration.cli_text import age_of, bytes_of, plural, wide_console
from orchestration.ingest.books import utc_now
from orchestration.lock import held as lock_held
from orchestration.publish.differences import Differences
from orchestration.publish.keep import ReleaseError, held, list_releases, roll_back
from orchestration.publish.layout import kept_releases, published_release
from orchestration.publish.replace import recover
from orchestration.settings import Settings

NOTHING = "no release is kept yet in {}: run `contact-center refresh`"


def show_releases(settings: Settings, *, as_json: bool) -> int:
    """Print the kept releases and return the exit code: 0, or 1 when there are none."""
    kept = list_releases(settings.published)
    if not kept:
        typer.echo(NOTHING.format(settings.published), err=True)
        return 1
    if as_json:
        typer.echo(json.dumps([asdict(each) for each in kept], default=str, indent=2))
        return 0
    table = Table("release", "as of (UTC)", "published (UTC)", "age", "tables", "size", "of its own", "")
    for each in kept:
        notes = ["in place"] if each.is_in_place else []
        notes += ["database packed"] if each.is_packed else []
        notes += [] if each.has_boards else ["no boards"]
        notes += [] if each.published_at else ["damaged"]
        table.add_row(
            str(each.release_id),
            f"{each.as_of or ''}",
            f"{each.published_at or ''}",
            age_of(each.published_at, utc_now()) if each.published_at else "",
            str(each.tables),
            bytes_of(each.size),
            bytes_of(each.own_size),
            ", ".join(notes),
        )
    console = wide_console()
    console.print(table)
    if note := hold_note(settings):
        console.print(note, style="yellow", highlight=False, soft_wrap=True)
    return 0


def hold_note(settings: Settings) -> str:
    """Return which release is held since when and by whom, and how that ends; empty when none is."""
    found = held(settings.published)
    if found is None:
        return ""
    return (
        f"release {found['release']} is held since {found['since']} by {found['by']}: new releases are kept, but not"
        " shown. `contact-center rollback newest` shows the newest and ends that"
    )


def run_rollback(settings: Settings, release: str, *, hold: bool) -> int:
    """Show another kept release and return the exit code: 0 shown, 1 not possible, 2 wrong usage."""
    published = settings.published
    try:
        with lock_held(settings.home):
            recover(published)
            kept = kept_releases(published)
            if release != "newest" and not release.isdigit():
                typer.echo(f"{release!r} is no release: give its number, or `newest`", err=True)
                return 2
            if not kept:
                typer.echo(NOTHING.format(published), err=True)
                return 1
            number = kept[0] if release == "newest" else int(release)
            before = roll_back(published, number, hold=hold, readers=settings.publication_readers)
            record(settings.home, "rollback", release=number, before=before, hold=hold)
    except BlockingIOError:
        typer.echo("a refresh is running: wait for it, then roll back", err=True)
        return 1
    except FileNotFoundError:
        typer.echo(NOTHING.format(published), err=True)
        return 1
    except (ReleaseError, duckdb.Error) as error:
        typer.echo(f"{error}; readers see what they saw before", err=True)
        return 1
    typer.echo(f"readers see release {number} now" + (f", before {before}" if before != number else ", as before"))
    typer.echo(hold_note(settings) or "the next refresh that publishes shows its own release")
    if settings.postgres_url.get_secret_value():
        from orchestration.cli_postgres import run_publish_postgres

        return run_publish_postgres(settings)
    return 0


def run_diff(settings: Settings, old: int | None, new: int | None, kpi: str | None, *, as_json: bool) -> int:
    """Print what differs from one release to another and return the exit code: 0, 1 not kept, 2 wrong usage."""
    newer = published_release(settings.published) if new is None else new
    older = next((number for number in kept_releases(settings.published) if newer and number < newer), None)
    older = older if old is None else old
    if newer is None or older is None:
        typer.echo("there are no two releases to compare: `contact-center releases` lists them", err=True)
        return 1
    try:
        with Differences(settings.published, older, newer) as differences:
            found = differences.by_kpi()
            values = differences.values(kpi, 200) if kpi else []
    except ReleaseError as error:
        typer.echo(str(error), err=True)
        return 1
    if as_json:
        document = {"old": older, "new": newer, "kpis": [asdict(each) for each in found]}
        if kpi:
            document["values"] = [{**each.key, "old_value": each.old, "new_value": each.new} for each in values]
        typer.echo(json.dumps(document, default=str, indent=2))
        return 0
    console = wide_console()
    if kpi:
        table = Table("variant", "period", "scope", "before", "after", title=f"{kpi}: release {older} and {newer}")
        for each in values:
            period = f"{each.key['period_type']} {each.key.get('interval_local_start') or each.key['period_start']}"
            scope = f"{each.key['scope_type']} {each.key['scope_id'] or ''}".strip()
            table.add_row(str(each.key["variant"]), period, scope, _number(each.old), _number(each.new))
        console.print(table)
        return 0
    table = Table("KPI", "variant", "period", "from", "to", "changed", "new", "gone", "largest change")
    for difference in found:
        table.add_row(
            difference.kpi_id,
            difference.variant,
            difference.period_type,
            str(difference.first_period),
            str(difference.last_period),
            *(f"{count:,}" for count in (difference.changed, difference.new, difference.gone)),
            _number(difference.largest),
        )
    console.print(table)
    total = sum(each.changed + each.new + each.gone for each in found)
    typer.echo(f"release {older} and {newer}: {plural(total, 'value')} differ; --kpi ID lists those of one KPI")
    return 0


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.6g}"
