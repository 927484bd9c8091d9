"""All boards of a publication: drawn into a folder of their own, then put in place of yesterday's in one step.

A board that cannot be drawn leaves the site as it was, and the publication in any case.
"""

import os
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from orchestration.boards.check import check_boards
from orchestration.boards.compose import compose
from orchestration.boards.declare import BoardError, load_boards
from orchestration.boards.labels import load_translations
from orchestration.boards.page import page
from orchestration.boards.poster import poster
from orchestration.boards.publication import Publication

SITE = "site"
INDEX = "index.html"
BUILDING = ".site-building"
PREVIOUS = ".site-previous"

Step = Callable[[int, int, str], None]


@dataclass(frozen=True)
class Site:
    """Boards in place: the page to open, how many there are, of which release, and what they took in seconds."""

    index: Path
    boards: int
    release_id: int
    seconds: float


def has_boards(project_dir: Path) -> bool:
    """Whether a project declares boards."""
    return any((project_dir / "charts").glob("*.yml"))


def build_site(published: Path, project_dir: Path, before: date, step: Step = lambda *_: None) -> Site:
    """Draw all boards from the publication in place and replace ``published/site``.

    ``before`` is the operator's local date of the as-of instant: periods that end later are not over. Raises
    ``BoardError``, ``duckdb.Error`` or ``OSError`` with the old site still in place.
    """
    started = time.monotonic()
    restore(published)
    building = published / BUILDING
    shutil.rmtree(building, ignore_errors=True)
    building.mkdir()
    try:
        release_id, count = draw_boards(published, project_dir, before, building, step)
        swap(published)
    finally:
        shutil.rmtree(building, ignore_errors=True)
    return Site(published / SITE / INDEX, count, release_id, time.monotonic() - started)


def draw_boards(
    published: Path, project_dir: Path, before: date, folder: Path, step: Step = lambda *_: None
) -> tuple[int, int]:
    """Write page, PDF and PNG of every board into a folder; return the release's number and how many boards."""
    boards = load_boards(project_dir / "charts")
    if not boards:
        raise BoardError(f"no board is declared in {project_dir / 'charts'}")
    translations = load_translations(project_dir)
    with Publication(published, before) as publication:
        check_boards(boards, publication)
        publication.prepare(entry for board in boards for entry in board.entries)
        for done, board in enumerate(boards, start=1):
            sections = compose(board, publication)
            html = page(board, boards, sections, publication.manifest, translations)
            (folder / board.page).write_text(html, encoding="utf-8")
            pdf, png = poster(board, sections, publication.manifest)
            (folder / f"{board.name}.pdf").write_bytes(pdf)
            (folder / f"{board.name}.png").write_bytes(png)
            step(done, len(boards), board.name)
        return int(publication.manifest["release_id"]), len(boards)


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
