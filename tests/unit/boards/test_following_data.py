"""Boards follow the data: they end where the data end, leave out what has none, and compare only like with like."""

import re
from datetime import date
from pathlib import Path

import duckdb
import pytest

from orchestration.boards.declare import load_boards
from orchestration.boards.gaps import Gap, Needs, merged
from orchestration.boards.labels import Label
from orchestration.boards.site import build_site
from orchestration.settings import PROJECT_DIR
from tests.support.board_numbers import numbers_of
from tests.support.board_publication import BEFORE, write_publication

TELEPHONY = ("leg", "demand", "resolution")
LONG_AFTER = date(2053, 11, 22)
NOT_COMPARED = "Not compared: the data cover a part of the period before"


def page_of(published: Path, board: str = "index") -> str:
    """Return a page of a site."""
    return (published / "site" / f"{board}.html").read_text(encoding="utf-8")


def tiles_of(text: str) -> dict[str, str]:
    """Return the tiles of a page by KPI and period type."""
    found = {}
    for tile in re.findall(r'<article class="tile .*?</article>', text, flags=re.DOTALL):
        if key := re.search(r'data-key="([^"]*)"', tile):
            kpi, _, period_type, *_ = key[1].split("|")
            found[f"{kpi} {period_type}"] = tile
    return found


@pytest.fixture(scope="module")
def two_weeks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a publication whose data begin on a Saturday, a whole week before the last complete week's end."""
    published = tmp_path_factory.mktemp("two-weeks") / "published"
    write_publication(published, first_day=date(2026, 11, 7))
    build_site(published, PROJECT_DIR, BEFORE, languages=["en"])
    return published


@pytest.fixture(scope="module")
def telephony(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a publication with KPIs from telephony alone, drawn 27 years after its data end."""
    published = tmp_path_factory.mktemp("telephony") / "published"
    write_publication(published, components=TELEPHONY)
    build_site(published, PROJECT_DIR, LONG_AFTER, languages=["en"])
    return published


def test_a_week_is_not_compared_with_two_days_of_one(two_weeks: Path) -> None:
    weeks = {key: tile for key, tile in tiles_of(page_of(two_weeks)).items() if key.endswith(" week")}
    assert len(weeks) > 5
    for key, tile in weeks.items():
        assert not re.search(r"\|(change|previous_value)\|", tile), key
        assert not re.search(r">(better|worse)<", tile), key
    assert sum(NOT_COMPARED in tile for tile in weeks.values()) > 5
    assert "What moved most" not in page_of(two_weeks)


def test_the_first_part_of_a_week_is_drawn_as_a_part(two_weeks: Path, drawn: Path) -> None:
    text = page_of(two_weeks)
    chart = text[text.index("Customer satisfaction by week") :].split("</article>")[0]
    assert "○ part of a period" in chart
    assert 'fill="var(--card)"' in chart
    whole = page_of(drawn)
    assert "○" not in whole[whole.index("Service level by day") :].split("</article>")[0]


def test_a_holiday_is_named_and_not_compared(drawn: Path) -> None:
    tile = tiles_of(page_of(drawn))["abandonment_rate day"]
    assert "Not compared: public holiday" in tile
    assert "Day of the Test (2026-11-21)" in tile
    assert "|change|" not in tile


def test_what_moved_is_what_the_publication_calls_better_or_worse(drawn: Path) -> None:
    text = page_of(drawn)
    table = text[text.index("What moved most against the week before") :].split("</article>")[0]
    keys = {key.split("|")[0] for key in re.findall(r'data-key="([^"]*\|value\|)"', table)}
    with duckdb.connect(str(drawn / "kpi.duckdb"), read_only=True) as con:
        judged = dict(
            con.execute(
                "select kpi_id, change_status from marts.kpi_value where period_type = 'week'"
                " and scope_type = 'enterprise' and period_start = date '2026-11-09'"
            ).fetchall()
        )
    assert keys
    assert {judged[kpi] for kpi in keys} <= {"better", "worse"}
    assert set(judged.values()) > {"better", "worse"}


def test_boards_begin_with_the_newest_data_however_old_they_are(telephony: Path) -> None:
    text = page_of(telephony, "service")
    newest = max(key.split("|")[3] for key, _, _ in numbers_of(text) if "|week|" in key)
    assert newest == "2026-11-16"
    assert "<h2>" in text
    said = re.search(r'id="data-end">(.*?)</span></span>|id="data-end">(.*?)</bdi></span>', text, flags=re.DOTALL)
    assert said
    told = re.sub(r"<[^>]+>", "", said[0])
    assert "Nov 21, 2026" in told
    assert "27 years" in told


def test_with_telephony_alone_only_pages_with_data_are_there(telephony: Path) -> None:
    pages = {file.stem for file in (telephony / "site").glob("*.html")}
    assert {"index", "service"} <= pages
    assert not pages & {"quality", "business-value", "workforce"}
    for page in pages - {"kpis"}:
        text = page_of(telephony, page)
        assert not re.search(r'href="(quality|business-value|workforce)\.html"', text), page
        assert 'class="nothing"' not in text or page == "data-health", page
        assert not re.search(r'class="tile no_data"', text), page


def test_what_is_left_out_is_listed_once_with_what_would_fill_it() -> None:
    quality, csat = Label("Quality score", "kpi:quality_score"), Label("CSAT", "kpi:csat_score")
    gaps = [Gap((quality,), ("qa_evaluations",)), Gap((csat,), ()), Gap((quality,), ("qa_evaluations",))]
    assert merged(gaps) == (Gap((quality,), ("qa_evaluations",)), Gap((csat,), ()))


def test_without_lineage_nothing_is_said_of_extracts(telephony: Path) -> None:
    assert Needs(None, {}).of(["quality_score"]) == ()
    text = page_of(telephony)
    gaps = text[text.index('id="gaps"') :]
    assert "Quality score" in gaps
    assert "<code>" not in gaps


def test_every_board_is_left_out_or_has_numbers(telephony: Path) -> None:
    for board in load_boards(PROJECT_DIR / "charts"):
        file = telephony / "site" / board.page
        if file.is_file() and board.name != "data-health":
            assert numbers_of(file.read_text(encoding="utf-8")), board.name
