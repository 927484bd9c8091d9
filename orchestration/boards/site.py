"""All boards of a publication: drawn into a folder of their own, then put in place of yesterday's in one step.

A board that cannot be drawn leaves the site as it was, and the publication in any case.
"""

import os
import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path

from orchestration.boards.blocks import Writer
from orchestration.boards.check import check_boards
from orchestration.boards.compose import compose
from orchestration.boards.declare import Board, BoardError, load_boards
from orchestration.boards.gaps import Followed, Needs, follow, merged
from orchestration.boards.labels import LANGUAGES, Language, languages_of
from orchestration.boards.page import KPIS_PAGE, kpis_page, page
from orchestration.boards.plots import Plotter, colors_of
from orchestration.boards.poster import can_write, poster
from orchestration.boards.publication import Publication
from orchestration.ingest.books import as_utc
from orchestration.publish.layout import DESCRIPTION, SITE, in_place
from orchestration.publish.replace import recover
from orchestration.publish.whole import manifest_of
from orchestration.stages import local_date
from orchestration.transform.project import Manifest

INDEX = "index.html"
BUILDING = ".site-building"
PREVIOUS = ".site-previous"

EVERY_LANGUAGE = tuple(LANGUAGES)

Step = Callable[[int, int, str], None]


def _silent(*_: object) -> None:
    """Report no step."""


@dataclass(frozen=True)
class Site:
    """Boards in place: the page to open, how many there are, of which release, and what they took in seconds.

    ``unwritten`` are the languages without PDF and PNG.
    """

    index: Path
    boards: int
    release_id: int
    seconds: float
    unwritten: tuple[str, ...] = ()


def has_boards(project_dir: Path) -> bool:
    """Whether a project declares boards."""
    return any((project_dir / "charts").glob("*.yml"))


def build_site(
    published: Path,
    project_dir: Path,
    before: date,
    languages: Sequence[str] = EVERY_LANGUAGE,
    step: Step = _silent,
    manifest: Manifest | None = None,
) -> Site:
    """Draw all boards from the publication or release in a folder and replace ``site`` in it.

    ``before`` is the operator's local date of the as-of instant: periods that end later are not over. ``languages``
    are codes; pages of the first lie in ``site`` itself, those of the others in a folder each. dbt's ``manifest``
    tells which extracts would fill what has no data; without it pages say only that there is none. Raises
    ``BoardError``, ``duckdb.Error`` or ``OSError`` with the old site still in place.
    """
    started = time.monotonic()
    restore(published)
    building = published / BUILDING
    shutil.rmtree(building, ignore_errors=True)
    building.mkdir()
    try:
        release_id, count = draw_boards(published, project_dir, before, building, languages, step, manifest)
        swap(published)
    finally:
        shutil.rmtree(building, ignore_errors=True)
    return Site(published / SITE / INDEX, count, release_id, time.monotonic() - started, unwritten(languages))


def unwritten(languages: Sequence[str]) -> tuple[str, ...]:
    """Return the languages whose letters no font of this machine has; they get pages, but neither PDF nor PNG."""
    return tuple(code for code in languages if not can_write(code))


def redraw(
    published: Path, project_dir: Path, time_zone: str, languages: Sequence[str], manifest: Manifest | None = None
) -> Site:
    """Draw all boards again, as of the publication in place. Raises what ``build_site`` raises."""
    folder = in_place(published)
    description = folder / DESCRIPTION
    if not description.is_file():
        raise FileNotFoundError(f"nothing is published in {published}: run `contact-center refresh` first")
    as_of = as_utc(datetime.fromisoformat(manifest_of(description)["as_of"]))
    site = build_site(folder, project_dir, local_date(as_of, time_zone), languages, manifest=manifest)
    recover(published)
    return replace(site, index=published / SITE / INDEX)


def draw_boards(
    published: Path,
    project_dir: Path,
    before: date,
    folder: Path,
    codes: Sequence[str],
    step: Step = _silent,
    manifest: Manifest | None = None,
) -> tuple[int, int]:
    """Write page, PDF and PNG of every board that has data into a folder; return the release's number and how many."""
    boards = load_boards(project_dir / "charts")
    if not boards:
        raise BoardError(f"no board is declared in {project_dir / 'charts'}")
    languages = languages_of(project_dir, codes)
    with Publication(published, before) as publication:
        check_boards(boards, publication)
        publication.prepare(entry for board in boards for entry in board.entries)
        colors, needs = colors_of(boards, publication), Needs(manifest, publication.delivered())
        for done, language in enumerate(languages, start=1):
            plotter = Plotter(Writer(publication, language), colors)
            followed = [follow(board, compose(board, plotter), publication, needs) for board in boards]
            menu = [one.board for one in followed if one.is_shown]
            own = folder / language.folder
            own.mkdir(exist_ok=True)
            kpis = kpis_page(publication.kpis, menu, publication.manifest, language, languages)
            (own / KPIS_PAGE).write_text(kpis, encoding="utf-8")
            for one in followed:
                if one.is_shown:
                    left_out = merged([gap for other in followed for gap in other.gaps]) if one.is_index else one.gaps
                    _write(replace(one, gaps=left_out), menu, own, plotter.writer, languages)
            step(done, len(languages), language.name)
        return int(publication.manifest["release_id"]), len(menu)


def _write(
    followed: Followed, menu: Sequence[Board], folder: Path, writer: Writer, languages: Sequence[Language]
) -> None:
    """Write a board's page, and its PDF and PNG where a font has the language's letters."""
    board, language, manifest = followed.board, writer.language, writer.publication.manifest
    downloads = ("pdf", "png") if can_write(language.code) else ()
    data_end = writer.data_end(board.entries)
    html = page(followed, menu, manifest, language, languages, data_end, downloads)
    (folder / board.page).write_text(html, encoding="utf-8")
    if downloads:
        for suffix, content in zip(
            downloads, poster(board, followed.sections, manifest, language, data_end), strict=True
        ):
            (folder / f"{board.name}.{suffix}").write_bytes(content)


def swap(published: Path) -> None:
    """Put the drawn boards in place: two renames, so that no reader sees half of them."""
    site, previous = published / SITE, published / PREVIOUS
    if site.is_dir():
        site.rename(previous)
    (published / BUILDING).rename(site)
    shutil.rmtree(previous, ignore_errors=True)
    descriptor = os.open(published, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def restore(published: Path) -> None:
    """Take back what a crash between the two renames of ``swap`` left, and forget what it no longer needs."""
    site, previous = published / SITE, published / PREVIOUS
    if not previous.is_dir():
        return
    if site.is_dir():
        shutil.rmtree(previous)
    else:
        previous.rename(site)
