"""The documentation builds into a site that needs nothing from elsewhere."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from orchestration.settings import PROJECT_DIR

FETCHED = re.compile(r"<(?:script|link|img|iframe|source)\b[^>]*?\b(?:src|href)=[\"']?(?:https?:)?//[^\"'\s>]+")
STYLED = re.compile(r"(?:@import|url\()\s*[\"']?(?:https?:)?//[^\"')\s]+")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the built site; a warning, such as a link that leads nowhere, fails the build."""
    folder = tmp_path_factory.mktemp("site")
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(folder)],
        cwd=PROJECT_DIR,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def test_no_page_fetches_a_script_style_image_or_font_from_elsewhere(site: Path) -> None:
    pages = sorted(site.rglob("*.html"))
    assert len(pages) > 150
    fetched = {found for page in pages for found in FETCHED.findall(page.read_text(encoding="utf-8"))}
    assert fetched == set()
    styles = {found for style in site.rglob("*.css") for found in STYLED.findall(style.read_text(encoding="utf-8"))}
    assert styles == set()


def test_every_page_of_the_menu_and_every_generated_page_is_there(site: Path) -> None:
    for page in ("index", "quick-start", "tour", "add-a-kpi", "data-dictionary", "kpis/service_level"):
        assert (site / f"{page}.html").is_file(), page
    pages = {page.stem for page in (PROJECT_DIR / "docs" / "marts").glob("*.md")} - {"README"}
    assert pages == {page.stem for page in (site / "marts").glob("*.html")} - {"index"}


@pytest.mark.parametrize(
    "text",
    [
        '<script src="https://cdn.example/x.js">',
        '<link rel="stylesheet" href="//fonts.example/a.css">',
        "<img alt='' src='http://example.org/a.png'>",
    ],
)
def test_a_fetch_would_be_found(text: str) -> None:
    assert FETCHED.search(text)
    assert not FETCHED.search('<a href="https://example.org/">')
