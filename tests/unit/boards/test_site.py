"""Boards are put in place as a whole: a reader sees yesterday's or today's, and a failure leaves yesterday's."""

import shutil
from pathlib import Path

import pytest

from orchestration.boards.declare import BoardError
from orchestration.boards.site import BUILDING, PREVIOUS, build_site, has_boards, restore, swap
from orchestration.settings import PROJECT_DIR
from tests.support.board_publication import BEFORE, write_publication

BOARD = "title: Overview\nsections:\n  - title: Day\n    tiles:\n      - {kpi: %s, period: day}\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return a project with one small board."""
    folder = tmp_path / "project"
    (folder / "charts").mkdir(parents=True)
    (folder / "charts" / "overview.yml").write_text(BOARD % "service_level")
    return folder


@pytest.fixture
def published(tmp_path: Path, drawn: Path) -> Path:
    """Return a publication of its own, without boards."""
    folder = tmp_path / "published"
    folder.mkdir()
    for name in ("kpi.duckdb", "manifest.json"):
        shutil.copy(drawn / name, folder / name)
    return folder


def test_boards_of_a_new_release_replace_the_old_ones_whole(published: Path, project: Path) -> None:
    build_site(published, project, BEFORE, ["en"])
    (published / "site" / "retired.html").write_text("gone with the board")
    write_publication(published, release_id=8)
    site = build_site(published, project, BEFORE, ["en"])
    assert site.release_id == 8
    assert 'id="release">8<' in site.index.read_text()
    drawn = sorted(file.name for file in site.index.parent.iterdir())
    assert drawn == ["index.html", "kpis.html", "overview.pdf", "overview.png"]
    assert not list(published.glob(".site*"))


def test_a_board_that_fails_leaves_the_site_of_yesterday(published: Path, project: Path) -> None:
    index = build_site(published, project, BEFORE, ["en"]).index
    before = index.read_bytes()
    (project / "charts" / "second.yml").write_text(BOARD % "no_such_kpi")
    with pytest.raises(BoardError, match=r"charts/second\.yml.*no_such_kpi"):
        build_site(published, project, BEFORE, ["en"])
    assert index.read_bytes() == before
    assert not list(published.glob(".site*"))


def test_a_crash_between_the_two_renames_is_taken_back(published: Path, project: Path) -> None:
    index = build_site(published, project, BEFORE, ["en"]).index
    before = index.read_bytes()
    index.parent.rename(published / PREVIOUS)
    restore(published)
    assert index.read_bytes() == before
    (published / PREVIOUS).mkdir()
    restore(published)
    assert index.read_bytes() == before
    assert not (published / PREVIOUS).exists()


def test_a_site_is_swapped_without_a_page_of_the_old_one(tmp_path: Path) -> None:
    for folder, page in (("site", "old.html"), (BUILDING, "new.html")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / page).write_text(page)
    swap(tmp_path)
    assert [file.name for file in (tmp_path / "site").iterdir()] == ["new.html"]


def test_a_project_without_charts_has_no_boards(published: Path, tmp_path: Path) -> None:
    assert not has_boards(tmp_path)
    assert has_boards(PROJECT_DIR)
    with pytest.raises(BoardError, match="no board is declared"):
        build_site(published, tmp_path, BEFORE)
