"""Pages say what the publication says, all of it stands in the file, and nothing is made up where nothing is known."""

import html
import json
import re
from datetime import date
from pathlib import Path

import duckdb
import pytest

from orchestration.boards.declare import load_boards
from orchestration.boards.page import label_keys
from orchestration.boards.site import build_site
from orchestration.settings import PROJECT_DIR
from tests.support.board_numbers import numbers_of, wrong_numbers
from tests.support.board_publication import BEFORE, write_publication

BOARDS = load_boards(PROJECT_DIR / "charts")


def pages(published: Path) -> dict[str, str]:
    """Return the pages of a site by board."""
    return {board.name: (published / "site" / board.page).read_text(encoding="utf-8") for board in BOARDS}


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


def test_without_values_boards_say_so_and_show_no_zero(tmp_path: Path) -> None:
    published = tmp_path / "published"
    write_publication(published, is_empty=True)
    site = build_site(published, PROJECT_DIR, BEFORE)
    assert site.boards == len(BOARDS)
    for name, text in pages(published).items():
        assert numbers_of(text) == [], name
        assert "No data" in text, name
        assert not re.search(r'<div class="value"><bdi class="num">(?!\u2013)', text), name


def test_a_day_that_is_not_over_is_not_shown(tmp_path: Path, drawn: Path) -> None:
    published = tmp_path / "published"
    write_publication(published)
    build_site(published, PROJECT_DIR, date(2026, 11, 20))
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


@pytest.mark.parametrize("language", ["fa", "zh", "id", "he", "tr"])
def test_every_label_of_every_page_is_translated(drawn: Path, language: str) -> None:
    missing: dict[str, list[str]] = {}
    for name, text in pages(drawn).items():
        carried = re.search(r'<script type="application/json" id="labels">(.*?)</script>', text, flags=re.DOTALL)
        assert carried
        labels = json.loads(carried[1])
        missing |= (
            {name: lost} if (lost := [k for k in label_keys(text) if not labels.get(k, {}).get(language)]) else {}
        )
    assert missing == {}
