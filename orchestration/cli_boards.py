"""``contact-center boards``: draw the boards again from the publication in place."""

import duckdb
import typer

from orchestration.boards.declare import BoardError
from orchestration.boards.labels import LANGUAGES
from orchestration.boards.site import redraw
from orchestration.cli_text import plural, seconds_of
from orchestration.lock import held
from orchestration.modes import open_to
from orchestration.night import dbt_paths
from orchestration.publish.layout import SITE, in_place
from orchestration.settings import Settings
from orchestration.transform.project import manifest_if_there


def run_boards(settings: Settings) -> int:
    """Draw the boards of the publication in place and return the exit code: 0 drawn, 1 not."""
    try:
        manifest = manifest_if_there(dbt_paths(settings))
        languages = settings.board_languages
        with held(settings.home):
            site = redraw(settings.published, settings.project_dir, settings.time_zone, languages, manifest)
            open_to(in_place(settings.published) / SITE, settings.publication_readers)
    except BlockingIOError:
        typer.echo("a refresh is running, and draws the boards itself", err=True)
        return 1
    except FileNotFoundError as error:
        typer.echo(str(error), err=True)
        return 1
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
