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
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from orchestration.boards.declare import load_boards
from orchestration.boards.labels import LANGUAGES, RIGHT_TO_LEFT
from orchestration.boards.numbers import number, period, weekday
from orchestration.boards.page import KPIS_PAGE
from orchestration.boards.site import build_site
from orchestration.settings import PROJECT_DIR
from tests.support.board_numbers import wrong_numbers
from tests.support.board_publication import BEFORE, drawn_publication, write_publication

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or ""
LAYOUT = (Path(__file__).parents[1] / "support" / "board_layout.js").read_text(encoding="utf-8")
BOARDS = load_boards(PROJECT_DIR / "charts")
WIDTHS = {"laptop": 1440, "phone": 390}
PAGES = [*(board.page for board in BOARDS), KPIS_PAGE]
INTL = """
([language, values, days]) => {
  const write = (options) => (value) => new Intl.NumberFormat(language, options).format(value);
  const even = { roundingMode: "halfEven" };
  const tenths = { minimumFractionDigits: 1, maximumFractionDigits: 1, ...even };
  const dates = (options) => (day) =>
    new Intl.DateTimeFormat(language, { ...options, calendar: "gregory", timeZone: "UTC" }).format(new Date(day));
  return {
    counts: values.map(write({ maximumFractionDigits: 0, ...even })),
    percents: values.map((value) => write({ style: "percent", ...tenths })(value / 100)),
    amounts: values.slice(0, 3).map(write({ style: "currency", currency: "EUR", ...even })),
    hours: values.slice(0, 3).map(write({ style: "unit", unit: "hour", unitDisplay: "short", ...tenths })),
    weekdays: days.map(dates({ weekday: "short" })),
    months: days.map(dates({ month: "short", year: "numeric" })),
  };
}
"""
SHOWN = """
() => [...document.querySelectorAll("[data-key]")].map((n) => [n.dataset.key, n.dataset.raw, n.textContent])
"""

pytestmark = pytest.mark.skipif(not CHROMIUM, reason="needs Chromium: Debian's package chromium, or CHROMIUM")


@pytest.fixture(scope="module")
def published() -> Path:
    """Return the folder of a publication whose boards are drawn."""
    if given := os.environ.get("BOARDS_PUBLICATION"):
        return Path(given)
    return drawn_publication()


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

    def open(self, site: Path, name: str, language: str = "en") -> None:
        """Open a page in a language and unfold all its numbers."""
        self.page.goto((site / ("" if language == "en" else language) / name).as_uri())
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
        for name in PAGES:
            watched.open(published / "site", name)
            problems = [*watched.problems, *watched.page.evaluate(LAYOUT)]
            watched.problems.clear()
            if problems:
                found[name] = problems
    assert found == {}


@pytest.mark.parametrize("language", [code for code in LANGUAGES if code != "en"])
def test_every_page_is_whole_in_every_language(browser: Browser, published: Path, language: str) -> None:
    found: dict[str, list[str]] = {}
    with browser.new_context(viewport={"width": WIDTHS["phone"], "height": 900}) as context:
        watched = Watched(context)
        for name in PAGES:
            watched.open(published / "site", name, language)
            direction = "rtl" if language in RIGHT_TO_LEFT else "ltr"
            assert watched.page.evaluate("() => [document.documentElement.lang, document.documentElement.dir]") == [
                language,
                direction,
            ]
            problems = [*watched.problems, *watched.page.evaluate(LAYOUT)]
            watched.problems.clear()
            if problems:
                found[name] = problems
    assert found == {}


@pytest.mark.parametrize("language", ["en", "fa"])
def test_every_number_on_the_screen_is_the_published_one(browser: Browser, published: Path, language: str) -> None:
    as_of = json.loads((published / "manifest.json").read_text())["as_of"]
    before = date.fromisoformat(as_of[:10])
    counted = 0
    with browser.new_context(viewport={"width": WIDTHS["laptop"], "height": 900}) as context:
        watched = Watched(context)
        for board in BOARDS:
            watched.open(published / "site", board.page, language)
            shown = [(str(key), str(raw), str(text)) for key, raw, text in watched.page.evaluate(SHOWN)]
            assert wrong_numbers(published, before, shown, language) == []
            counted += len(shown)
    assert counted > 1000


@pytest.mark.parametrize("language", list(LANGUAGES))
def test_numbers_and_dates_are_written_as_the_browser_writes_them(browser: Browser, language: str) -> None:
    """Chromium brings ICU, which reads the same CLDR as babel but shares no code with it."""
    values = [0.0, 4.25, 77.38963, -12.5, 1234.5, 1234567.8]
    days = [date(2026, 11, 16), date(2026, 3, 1)]
    with browser.new_context() as context:
        theirs = context.new_page().evaluate(INTL, [language, values, [day.isoformat() for day in days]])
    assert [number("count", round(value), "", language) for value in values] == theirs["counts"]
    assert [number("percent", value, "", language) for value in values] == theirs["percents"]
    # releases of CLDR differ in whether a space stands between sign and amount
    amounts = [number("currency", value, "EUR", language) for value in values[:3]]
    assert [amount.replace("\xa0", "") for amount in amounts] == [
        text.replace("\xa0", "") for text in theirs["amounts"]
    ]
    assert [number("hours", value, "", language) for value in values[:3]] == theirs["hours"]
    assert [weekday(day, language)[0] for day in days] == theirs["weekdays"]
    assert [period("month", day, language=language) for day in days] == theirs["months"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("device", list(WIDTHS))
@pytest.mark.parametrize("language", ["en", "fa"])
def test_axe_finds_nothing(browser: Browser, published: Path, device: str, scheme: str, language: str) -> None:
    found: dict[str, list[str]] = {}
    with browser.new_context(
        viewport={"width": WIDTHS[device], "height": 900}, color_scheme="dark" if scheme == "dark" else "light"
    ) as context:
        watched = Watched(context)
        for name in PAGES:
            watched.open(published / "site", name, language)
            violations = Axe().run(watched.page).response["violations"]
            if violations:
                found[name] = [f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in violations]
    assert found == {}


def test_axe_finds_what_it_is_for(browser: Browser) -> None:
    with browser.new_context() as context:
        page = context.new_page()
        page.set_content(
            "<!doctype html><html lang='en'><title>t</title><main><h1>t</h1><p style='color:#ccc'>pale</p>"
            "<div style='overflow:auto;height:20px'><p>one</p><p>two</p><p>three</p></div></main>"
        )
        found = {one["id"] for one in Axe().run(page).response["violations"]}
    assert {"color-contrast", "scrollable-region-focusable"} <= found


def test_a_table_that_scrolls_is_reached_and_moved_with_the_keyboard(browser: Browser, published: Path) -> None:
    with browser.new_context(viewport={"width": WIDTHS["laptop"], "height": 900}) as context:
        watched = Watched(context)
        watched.open(published / "site", "agents-and-teams.html")
        page = watched.page
        tall = page.locator(".scroll").evaluate_all(
            "(all) => all.findIndex((one) => one.scrollHeight > one.clientHeight)"
        )
        assert tall >= 0
        area = page.locator(".scroll").nth(tall)
        for _ in range(400):
            page.keyboard.press("Tab")
            if area.evaluate("(one) => one === document.activeElement"):
                break
        page.keyboard.press("End")
        page.wait_for_function("() => document.activeElement.scrollTop > 0", timeout=5000)


def test_languages_are_links_and_the_one_chosen_is_kept(browser: Browser, published: Path) -> None:
    with browser.new_context(viewport={"width": WIDTHS["laptop"], "height": 900}) as context:
        watched = Watched(context)
        watched.open(published / "site", "service.html")
        page = watched.page
        raw = "() => [...document.querySelectorAll('[data-key]')].map((n) => [n.dataset.key, n.dataset.raw])"
        before = page.evaluate(raw)
        page.locator(".languages a", has_text="فارسی").click()
        assert page.locator("h1").inner_text() == "خدمت"
        assert page.locator('[data-label="kpi:service_level"]').first.inner_text() == "سطح خدمت"
        assert page.evaluate(raw) == before
        page.goto((published / "site" / "index.html").as_uri())
        page.wait_for_url("**/fa/index.html")
        page.locator(".languages a", has_text="English").click()
        assert page.locator("h1").inner_text() == "Overview"
        page.goto(f"{(published / 'site' / 'index.html').as_uri()}?lang=tr")
        page.wait_for_url("**/tr/index.html")
        assert watched.problems == []


def test_a_tile_opens_its_meaning_and_leads_on_without_a_script(browser: Browser, published: Path) -> None:
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto((published / "site" / "index.html").as_uri())
        tile = page.locator(".tile", has_text="Abandonment rate").first
        assert not tile.get_by_text("Callbacks are not abandons.").is_visible()
        tile.locator("summary").press("Enter")
        assert tile.get_by_text("Callbacks are not abandons.").is_visible()
        tile.locator(".about a").click()
        assert page.url.endswith("/site/kpis.html#abandonment_rate")
        assert page.locator("#abandonment_rate").is_visible()


def test_a_whole_week_is_called_neither_better_nor_worse_than_two_days_of_one(browser: Browser, tmp_path: Path) -> None:
    published = tmp_path / "published"
    write_publication(published, first_day=date(2026, 11, 7))
    build_site(published, PROJECT_DIR, BEFORE, languages=["en"])
    with browser.new_context(viewport={"width": WIDTHS["laptop"], "height": 900}) as context:
        watched = Watched(context)
        watched.open(published / "site", "index.html")
        weeks = watched.page.locator("article.tile", has=watched.page.locator('[data-key*="|week|"]'))
        texts = weeks.all_inner_texts()
        assert len(texts) > 5
        assert [text for text in texts if "better" in text or "worse" in text or "Change" in text] == []
        assert any("Not compared: the data cover a part of the period before" in text for text in texts)
        line = watched.page.locator("article.chart", has_text="Customer satisfaction by week")
        assert "part of a period" in line.inner_text()
        assert watched.problems == []
        assert watched.page.evaluate(LAYOUT) == []


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
