"""Boards as people see them: in a real browser, on a laptop and a phone, light and dark, in every language.

Needs Chromium (``CHROMIUM`` names another than the one on the path). ``BOARDS_PUBLICATION`` names a publication whose
boards are looked at instead of the invented one; it must have been drawn.
"""

import json
import os
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from orchestration.boards.declare import load_boards
from orchestration.boards.labels import LANGUAGES, RIGHT_TO_LEFT
from orchestration.boards.site import build_site
from orchestration.settings import PROJECT_DIR
from tests.support.board_numbers import wrong_numbers
from tests.support.board_publication import BEFORE, write_publication

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or ""
LAYOUT = (Path(__file__).parents[1] / "support" / "board_layout.js").read_text(encoding="utf-8")
BOARDS = load_boards(PROJECT_DIR / "charts")
WIDTHS = {"laptop": 1440, "phone": 390}
SHOWN = """
() => [...document.querySelectorAll("[data-key]")].map((n) => [n.dataset.key, n.dataset.raw, n.textContent])
"""

pytestmark = pytest.mark.skipif(not CHROMIUM, reason="needs Chromium: Debian's package chromium, or CHROMIUM")


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a publication whose boards are drawn."""
    if given := os.environ.get("BOARDS_PUBLICATION"):
        return Path(given)
    folder = tmp_path_factory.mktemp("chromium") / "published"
    write_publication(folder)
    build_site(folder, PROJECT_DIR, BEFORE)
    return folder


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Return a running Chromium."""
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield running
        running.close()


class Watched:
    """A page that notes script errors and every request that is not for a file of the site."""

    def __init__(self, context: BrowserContext) -> None:
        self.page: Page = context.new_page()
        self.problems: list[str] = []
        self.page.on("pageerror", lambda error: self.problems.append(f"script: {error}"))
        self.page.on("console", lambda said: self.problems.append(said.text) if said.type == "error" else None)
        self.page.on("request", lambda request: self._asked(request.url))

    def _asked(self, url: str) -> None:
        if not url.startswith("file://"):
            self.problems.append(f"request: {url}")

    def open(self, file: Path, language: str = "en") -> None:
        """Open a page and unfold all its numbers."""
        self.page.goto(f"{file.as_uri()}?lang={language}")
        self.page.evaluate("() => document.querySelectorAll('details').forEach((one) => { one.open = true; })")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("device", list(WIDTHS))
def test_every_page_is_whole_and_asks_for_nothing(browser: Browser, published: Path, device: str, scheme: str) -> None:
    found: dict[str, list[str]] = {}
    with browser.new_context(
        viewport={"width": WIDTHS[device], "height": 900},
        color_scheme="dark" if scheme == "dark" else "light",
        reduced_motion="reduce",
    ) as context:
        watched = Watched(context)
        for board in BOARDS:
            watched.open(published / "site" / board.page)
            problems = [*watched.problems, *watched.page.evaluate(LAYOUT)]
            watched.problems.clear()
            if problems:
                found[board.name] = problems
    assert found == {}


@pytest.mark.parametrize("language", [code for code in LANGUAGES if code != "en"])
def test_every_page_is_whole_in_every_language(browser: Browser, published: Path, language: str) -> None:
    found: dict[str, list[str]] = {}
    with browser.new_context(viewport={"width": WIDTHS["phone"], "height": 900}) as context:
        watched = Watched(context)
        for board in BOARDS:
            watched.open(published / "site" / board.page, language)
            direction = "rtl" if language in RIGHT_TO_LEFT else "ltr"
            assert watched.page.evaluate("() => [document.documentElement.lang, document.documentElement.dir]") == [
                language,
                direction,
            ]
            problems = [*watched.problems, *watched.page.evaluate(LAYOUT)]
            watched.problems.clear()
            if problems:
                found[board.name] = problems
    assert found == {}


def test_every_number_on_the_screen_is_the_published_one(browser: Browser, published: Path) -> None:
    as_of = json.loads((published / "manifest.json").read_text())["as_of"]
    before = date.fromisoformat(as_of[:10])
    counted = 0
    with browser.new_context(viewport={"width": WIDTHS["laptop"], "height": 900}) as context:
        watched = Watched(context)
        for board in BOARDS:
            watched.open(published / "site" / board.page)
            shown = [(str(key), str(raw), str(text)) for key, raw, text in watched.page.evaluate(SHOWN)]
            assert wrong_numbers(published, before, shown) == []
            counted += len(shown)
    assert counted > 1000


def test_the_menu_switches_labels_and_keeps_numbers(browser: Browser, published: Path) -> None:
    with browser.new_context(viewport={"width": WIDTHS["laptop"], "height": 900}) as context:
        watched = Watched(context)
        watched.open(published / "site" / "index.html")
        page = watched.page
        before = page.evaluate(SHOWN)
        page.select_option("#language", "fa")
        assert page.locator("h1").inner_text() == "نمای کلی"
        assert page.locator('[data-label="kpi:service_level"]').first.inner_text() == "سطح خدمت"
        assert page.evaluate(SHOWN) == before
        page.select_option("#language", "en")
        assert page.locator("h1").inner_text() == "Overview"
        assert page.evaluate("() => document.documentElement.dir") == "ltr"
        assert watched.problems == []


def test_the_layout_check_finds_what_it_is_for(browser: Browser) -> None:
    with browser.new_context(viewport={"width": 390, "height": 900}) as context:
        page = context.new_page()
        page.set_content(
            "<!doctype html><p style='position:absolute;top:0'>first</p><p style='position:absolute;top:2px'>second</p>"
            "<p style='position:absolute;top:99px;width:900px;white-space:nowrap'>" + "long " * 99 + "</p>"
            "<svg width='40' height='20'><text y='12'>a text longer than its drawing</text></svg>"
        )
        found = page.evaluate(LAYOUT)
    assert "one over the other: first / second" in found
    assert any(problem.startswith("page is ") for problem in found)
    assert any(problem.startswith("cut in a drawing: ") for problem in found)
