"""``contact-center boards``: draw the boards again from the publication in place."""

import json
from datetime import UTC, datetime

import duckdb
import typer

from orchestration.boards.declare import BoardError
from orchestration.boards.labels import LANGUAGES
from orchestration.boards.site import build_site
from orchestration.cli_text import plural, seconds_of
from orchestration.publish.candidate import DESCRIPTION
from orchestration.settings import Settings
from orchestration.stages import local_date


def run_boards(settings: Settings) -> int:
    """Draw the boards of the publication in place and return the exit code: 0 drawn, 1 not."""
    description = settings.published / DESCRIPTION
    if not description.is_file():
        typer.echo(f"nothing is published in {settings.published}: run `contact-center refresh` first", err=True)
        return 1
    try:
        as_of = datetime.fromisoformat(json.loads(description.read_text())["as_of"]).astimezone(UTC)
        before = local_date(as_of.replace(tzinfo=None), settings.time_zone)
        site = build_site(settings.published, settings.project_dir, before, settings.board_languages)
    except (BoardError, duckdb.Error, OSError, ValueError) as error:
        typer.echo(f"the boards FAILED and stay as they were before: {error}", err=True)
        return 1
    typer.echo(
        f"{plural(site.boards, 'board')} of release {site.release_id} in {seconds_of(site.seconds)}, open {site.index}"
    )
    if site.unwritten:
        names = ", ".join(LANGUAGES[code] for code in site.unwritten)
        typer.echo(f"no PDF and PNG in {names}: no font here has its letters (for Chinese, Debian's fonts-noto-cjk)")
    return 0
