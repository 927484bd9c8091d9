"""Pages say what the publication says, all of it stands in the file, and nothing is made up where nothing is known."""

import html
import json
import re

# ruff: noqa: RUF001 - letters and digits of other scripts are what is tested
from datetime import date
from pathlib import Path

import duckdb
import pytest

from orchestration.boards.blocks import rows_of
from orchestration.boards.colors import shade
from orchestration.boards.declare import Entry, load_boards
from orchestration.boards.labels import LANGUAGES, load_translations
from orchestration.boards.page import label_keys
from orchestration.boards.publication import Publication
from orchestration.boards.site import build_site
from orchestration.settings import PROJECT_DIR
from tests.support.board_numbers import numbers_of, wrong_numbers
from tests.support.board_publication import BEFORE, definitions, write_publication

BOARDS = load_boards(PROJECT_DIR / "charts")


def pages(published: Path, folder: str = "") -> dict[str, str]:
    """Return the pages of a site by board, of a language's folder."""
    return {board.name: (published / "site" / folder / board.page).read_text(encoding="utf-8") for board in BOARDS}


def test_there_are_the_boards_that_people_asked_for() -> None:
    assert [board.name for board in BOARDS] == [
        "overview",
        "service",
        "agents-and-teams",
        "customer-experience",
        "quality",
        "workforce",
        "business-value",
        "data-health",
    ]
    assert BOARDS[0].page == "index.html"


def test_every_number_is_the_published_one(drawn: Path) -> None:
    for name, text in pages(drawn).items():
        shown = numbers_of(text)
        assert name == "data-health" or len(shown) > 60, name
        assert wrong_numbers(drawn, BEFORE, shown) == []


def test_a_day_of_a_few_cases_gives_way_to_the_day_before(tmp_path: Path) -> None:
    write_publication(tmp_path)
    entry = Entry("overview.yml", "tile", kpis=("csat_score",), scope="team", period="day")
    with duckdb.connect(str(tmp_path / "kpi.duckdb")) as con:
        few = "update marts.kpi_value set value = 100, is_sample_small = period_start = date '2026-11-21'"
        con.execute(
            f"{few} where kpi_id = 'csat_score' and period_type = 'day' and scope_type in ('enterprise', 'team')"
        )
    with Publication(tmp_path, BEFORE) as publication:
        publication.prepare([entry])
        for scope in ("enterprise", "team"):
            assert {value.period_start for value in publication.latest(entry, "csat_score", scope)} == {
                date(2026, 11, 20)
            }, scope


def test_a_number_that_was_tampered_with_is_found(drawn: Path) -> None:
    key, raw, text = numbers_of(pages(drawn)["overview"])[0]
    assert wrong_numbers(drawn, BEFORE, [(key, "1.0", text)]) != []
    assert wrong_numbers(drawn, BEFORE, [(key, raw, f"{text}0")]) != []
    assert wrong_numbers(drawn, BEFORE, [(key.replace("contacts_offered", "contacts_handled"), raw, text)]) != []


def test_records_are_the_published_rows(drawn: Path) -> None:
    text = pages(drawn)["data-health"]
    rows = re.findall(r'<tr data-row="([^"]*)">(.*?)</tr>|<tr data-row=\'([^\']*)\'>(.*?)</tr>', text, flags=re.DOTALL)
    found = {
        (json.dumps(json.loads(html.unescape(one or other)), sort_keys=True), column): html.unescape(raw)
        for one, cells, other, more in rows
        for column, raw in re.findall(r'data-column="([^"]*)" data-raw="([^"]*)"', cells or more)
    }
    contacts = json.dumps({"entity": "contacts", "system": "standard"})
    assert found[contacts, "rows_loaded"] == "90000"
    assert found[contacts, "files_refused"] == "1"
    assert found[json.dumps({"refresh_id": "1"}), "restated_values"] == "0"


def test_nothing_of_a_page_lies_elsewhere(drawn: Path) -> None:
    for name, text in pages(drawn).items():
        assert set(re.findall(r"https?://[^\s\"'<>)]+", text)) <= {"http://www.w3.org/2000/svg"}, name
        assert not re.findall(r"<(?:link|img|iframe|object|embed)\b|\bsrc=|@import|url\(", text), name


def test_every_page_names_its_release_and_links_to_all_others(drawn: Path) -> None:
    for text in pages(drawn).values():
        assert '<bdi class="num" id="release">7</bdi>' in text
        assert all(f'href="{board.page}"' in text for board in BOARDS)


def test_every_board_comes_as_pdf_and_png(drawn: Path) -> None:
    for board in BOARDS:
        assert (drawn / "site" / f"{board.name}.pdf").read_bytes().startswith(b"%PDF-")
        assert (drawn / "site" / f"{board.name}.png").read_bytes().startswith(b"\x89PNG")


def test_names_as_delivered_cannot_break_a_page(drawn: Path) -> None:
    text = pages(drawn)["service"]
    assert "Berlin sales &lt;&amp;&gt; &#34;more&#34;" in text
    assert "Berlin sales <" not in text


def test_without_values_only_the_first_page_and_the_deliveries_are_left(tmp_path: Path) -> None:
    published = tmp_path / "published"
    write_publication(published, is_empty=True)
    site = build_site(published, PROJECT_DIR, BEFORE, languages=["en"])
    assert site.boards == 2
    assert {file.name for file in (published / "site").glob("*.html")} == {
        "index.html",
        "data-health.html",
        "kpis.html",
    }
    text = (published / "site" / "index.html").read_text(encoding="utf-8")
    assert numbers_of(text) == []
    assert 'class="tile' not in text
    assert 'id="gaps"' in text


def test_a_day_that_is_not_over_is_not_shown(tmp_path: Path, drawn: Path) -> None:
    published = tmp_path / "published"
    write_publication(published)
    build_site(published, PROJECT_DIR, date(2026, 11, 20), ["en"])
    newest = max(key.split("|")[3] for key, _, _ in numbers_of(pages(published)["overview"]) if "|day|" in key)
    assert newest == "2026-11-19"
    newest = max(key.split("|")[3] for key, _, _ in numbers_of(pages(drawn)["overview"]) if "|day|" in key)
    assert newest == "2026-11-21"


def test_a_small_sample_is_marked(drawn: Path) -> None:
    with duckdb.connect(str(drawn / "kpi.duckdb"), read_only=True) as con:
        small = con.execute(
            "select kpi_id, scope_id from marts.kpi_value where is_sample_small and value is not null"
            " and kpi_id = 'csat_score' and period_type = 'month' and scope_type = 'agent'"
            " and period_start = date '2026-10-01'"
        ).fetchall()
    text = pages(drawn)["agents-and-teams"]
    marked = re.findall(
        r'data-key="csat_score\|default\|month\|2026-10-01\|\|agent\|value\|([^"]*)"[^>]*>[^<]*</bdi><abbr', text
    )
    assert small
    assert sorted(marked) == sorted(scope for _, scope in small)


OTHERS = [code for code in LANGUAGES if code != "en"]


@pytest.mark.parametrize("language", OTHERS)
def test_every_label_of_every_page_is_translated(drawn: Path, language: str) -> None:
    translations = load_translations(PROJECT_DIR)
    texts = {**pages(drawn, language), "kpis": (drawn / "site" / language / "kpis.html").read_text(encoding="utf-8")}
    for name, text in texts.items():
        keys = label_keys(text)
        assert keys, name
        assert [key for key in keys if not translations.get(key, {}).get(language)] == [], name


@pytest.mark.parametrize("language", OTHERS)
def test_numbers_of_a_language_are_the_published_ones_in_its_own_writing(drawn: Path, language: str) -> None:
    for name, text in pages(drawn, language).items():
        assert wrong_numbers(drawn, BEFORE, numbers_of(text), language) == [], name


def test_persian_pages_and_drawings_have_no_latin_number_of_their_own(drawn: Path) -> None:
    drawings = re.findall(r'<div class="drawing">(.*?)</div>', pages(drawn, "fa")["service"], flags=re.DOTALL)
    texts = [html.unescape(text) for svg in drawings for text in re.findall(r"<text[^>]*>([^<]*)</text>", svg)]
    named = [text for text in texts if not re.search("[A-Za-z]", text)]
    assert len(named) > 80
    assert [text for text in named if re.search("[0-9]", text)] == []


def test_languages_are_those_asked_for_and_the_first_is_at_the_top(tmp_path: Path) -> None:
    published = tmp_path / "published"
    write_publication(published)
    build_site(published, PROJECT_DIR, BEFORE, ["fa", "tr"])
    site = published / "site"
    assert '<html lang="fa" dir="rtl">' in (site / "index.html").read_text()
    assert '<html lang="tr" dir="ltr">' in (site / "tr" / "index.html").read_text()
    assert sorted(path.name for path in site.iterdir() if path.is_dir()) == ["tr"]
    assert 'href="tr/service.html"' in (site / "service.html").read_text()
    assert 'href="../service.html"' in (site / "tr" / "service.html").read_text()
    assert (site / "service.pdf").read_bytes() != (site / "tr" / "service.pdf").read_bytes()


def test_a_language_without_a_font_has_pages_but_no_sheets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    published = tmp_path / "published"
    write_publication(published)
    monkeypatch.setattr("orchestration.boards.site.can_write", lambda code: code != "zh")
    site = build_site(published, PROJECT_DIR, BEFORE, ["en", "zh"])
    assert site.unwritten == ("zh",)
    assert not list((published / "site" / "zh").glob("*.p*"))
    assert "PDF" not in (published / "site" / "zh" / "index.html").read_text()


def test_every_tile_says_what_its_kpi_means_and_leads_to_its_entry(drawn: Path) -> None:
    entries = set(re.findall(r'<article class="chart" id="(\w+)"', (drawn / "site" / "kpis.html").read_text()))
    assert len(entries) == 76
    for name, text in pages(drawn).items():
        tiles = re.findall(r'<article class="tile [^>]*>(.*?)</article>', text, flags=re.DOTALL)
        for tile in tiles:
            [kpi] = re.findall(r'href="kpis\.html#(\w+)"', tile)
            assert kpi in entries, name
            defined = next(one for one in definitions() if one["kpi_id"] == kpi)
            shown = html.unescape(tile)
            assert all(part in shown for part in (defined["formula"], defined["owner"], *defined.get("traps", []))), kpi


def test_what_nobody_records_is_said_beside_the_value(drawn: Path) -> None:
    english, persian = (
        next(
            tile
            for tile in re.findall(r'<article class="tile [^>]*>.*?</article>', text, flags=re.DOTALL)
            if kpi in tile
        )
        for text, kpi in (
            (pages(drawn)["overview"], "kpis.html#average_handle_time"),
            (pages(drawn, "fa")["service"], "kpis.html#transfer_rate"),
        )
    )
    assert '<p class="note">without after contact work</p>' in english
    assert '<p class="note">سهم موارد ثبت‌شده: ۶۳٫۴٪</p>' in persian
    cells = re.findall(r'class="num"[^>]*data-raw="">\u2013</bdi>(.*?)</span>', pages(drawn)["agents-and-teams"])
    assert cells
    assert all('title="no source records it"' in cell for cell in cells)


def test_a_member_has_one_color_on_every_chart(drawn: Path) -> None:
    found: dict[str, set[str]] = {}
    for text in pages(drawn).values():
        for color, name in re.findall(r'<li><i style="background:([^"]*)"></i><span[^>]*>([^<]*)</span>', text):
            found.setdefault(name, set()).add(color)
    assert {name: colors for name, colors in found.items() if len(colors) > 1} == {}
    voice = found["Voice"].pop()
    bars = re.findall(r'aria-label="Voice[^"]*"[^>]*fill="([^"]*)"', pages(drawn)["service"])
    assert set(bars) == {voice}
    assert len({color for name in ("Chat", "E-mail") for color in found[name]} - {voice}) == 2


def test_heat_maps_side_by_side_have_the_same_rows_and_hatch_what_is_thin(drawn: Path) -> None:
    maps = re.findall(r'<div class="drawing">(.*?)</div>', pages(drawn)["service"], flags=re.DOTALL)[-3:]
    rows = [re.findall(r"<text[^>]*>(\d\d:\d\d)</text>", svg) for svg in maps]
    assert rows[0] == rows[1] == rows[2]
    assert rows[0][0] == "08:00"
    assert "Mon" in maps[0]
    with duckdb.connect(str(drawn / "kpi.duckdb"), read_only=True) as con:
        [[thin]] = con.execute(
            "select count(*) from marts.kpi_value where period_type = 'interval' and kpi_id = 'service_level'"
            " and value is not null and denominator < 5 and period_start >= date '2026-11-15'"
        ).fetchall()
    assert thin > 0
    assert maps[0].count('stroke="var(--card)" stroke-width="1.5"') == thin
    assert maps[1].count('stroke="var(--card)" stroke-width="1.5"') == 0


def test_cells_that_meet_the_target_are_on_one_side_of_the_scale() -> None:
    shades = [shade(value, 80.0, 0.0, 100.0, is_higher_better=True) for value in (0, 79, 80, 100)]
    assert shades == ["var(--bad-3)", "var(--bad-1)", "var(--good-1)", "var(--good-3)"]
    shades = [shade(value, 20.0, 5.0, 90.0, is_higher_better=False) for value in (5, 20, 21, 90)]
    assert shades == ["var(--good-3)", "var(--good-1)", "var(--bad-1)", "var(--bad-3)"]


@pytest.mark.parametrize(
    ("count", "most", "sizes"), [(7, 3, [3, 2, 2]), (10, 5, [5, 5]), (6, 5, [3, 3]), (4, 3, [2, 2])]
)
def test_no_row_of_cards_is_left_nearly_empty(count: int, most: int, sizes: list[int]) -> None:
    assert rows_of(count, most) == [size for size in sizes for _ in range(size)]
    assert rows_of(0, most) == []
