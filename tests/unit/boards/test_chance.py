"""Charts by member say whether their spread can be chance, and mark who differs from the others by more."""

import html
import re
from collections.abc import Collection
from pathlib import Path

import duckdb
import pytest

from orchestration.boards.blocks import DIFFERS, DIFFERS_SIGN, Verdict, Writer
from orchestration.boards.chance import NONE, SOME, UNJUDGED, verdicts
from orchestration.boards.colors import Colors
from orchestration.boards.compose import chart, compose
from orchestration.boards.declare import Board, Entry, load_boards
from orchestration.boards.labels import LANGUAGES, Label, Language, languages_of, load_translations
from orchestration.boards.plots import Plotter
from orchestration.boards.poster import sheet
from orchestration.boards.publication import Publication
from orchestration.settings import PROJECT_DIR
from tests.support.board_publication import BEFORE

TITLES = {
    "strip": "Transfer rate of agents",
    "level strip": "First contact resolution of agents",
    "unjudged strip": "Schedule adherence of agents",
}


def chart_of(published: Path, title: str, language: str = "en") -> str:
    """Return the HTML of a chart of the agents' board."""
    folder = "" if language == "en" else language
    text = (published / "site" / folder / "agents-and-teams.html").read_text(encoding="utf-8")
    [found] = [
        one
        for one in re.findall(r'<article class="chart [^>]*>.*?</article>', text, flags=re.DOTALL)
        if f'data-label="{title}"' in one
    ]
    return str(found)


def marked_in(published: Path, kpi: str, scope: str, period: str) -> set[str]:
    """Return the members of the newest whole period whom the publication marks."""
    with duckdb.connect(str(published / "kpi.duckdb"), read_only=True) as con:
        rows = con.execute(
            "select scope_id from marts.kpi_value where kpi_id = $kpi and scope_type = $scope"
            " and period_type = $period and differs_from_peers and period_start = ("
            " select max(period_start) from marts.kpi_value where kpi_id = $kpi and scope_type = $scope"
            " and period_type = $period and period_end < $before)",
            {"kpi": kpi, "scope": scope, "period": period, "before": BEFORE},
        ).fetchall()
    return {str(row[0]) for row in rows}


def marks_of(text: str, kpi: str) -> set[str]:
    """Return the members beside whose number of a KPI the sign stands, with its words for a screen reader."""
    sign = f'<span class="differs" role="img" aria-label="{DIFFERS}" title="{DIFFERS}">{DIFFERS_SIGN}</span>'
    found = re.findall(
        rf'data-key="{kpi}\|[^"]*\|value\|([^"]*)"[^>]*>[^<]*</bdi>(?:<abbr[^>]*>\*</abbr>)?{re.escape(sign)}', text
    )
    return {html.unescape(member) for member in found}


def test_members_that_differ_are_marked_and_no_others(drawn: Path) -> None:
    text = chart_of(drawn, TITLES["strip"])
    marked = marked_in(drawn, "transfer_rate", "agent", "month")
    assert 0 < len(marked) < 40
    assert marks_of(text, "transfer_rate") == marked
    assert text.count('class="differs"') == len(marked)
    assert f'data-label="{SOME.key}"' in text
    assert NONE.text not in text


def test_a_marked_stroke_has_a_diamond_and_says_why(drawn: Path) -> None:
    count = len(marked_in(drawn, "transfer_rate", "agent", "month"))
    [svg] = re.findall(r'<div class="drawing">(.*?)</div>', chart_of(drawn, TITLES["strip"]), flags=re.DOTALL)
    assert len(re.findall(rf'aria-label="[^"]*{DIFFERS}', svg)) == count
    assert len(re.findall(r'<path[^>]*stroke="var\(--ink\)"', svg)) == count


def test_a_spread_that_can_be_chance_is_called_so(drawn: Path) -> None:
    text = chart_of(drawn, TITLES["level strip"])
    assert f'data-label="{NONE.key}"' in text
    assert 'class="differs"' not in text
    assert SOME.text not in text


def test_nothing_is_said_of_members_that_are_not_judged(drawn: Path) -> None:
    text = chart_of(drawn, TITLES["unjudged strip"])
    assert 'class="num"' in text
    assert "chance" not in text
    assert 'class="differs"' not in text


def test_a_table_names_the_kpis_of_which_nobody_is_marked(drawn: Path) -> None:
    text = chart_of(drawn, "Service of teams")
    [sentence] = re.findall(rf'<p class="note chance">[^\n]*{NONE.text}.*?</p>', text, flags=re.DOTALL)
    named = set(re.findall(r'data-label="kpi:(\w+)"', sentence))
    marked = {kpi for kpi in ("transfer_rate", "csat_score") if marked_in(drawn, kpi, "team", "week")}
    assert "first_contact_resolution_rate" in named
    assert not named & {"contacts_handled", "average_handle_time", "quality_score", *marked}
    for kpi in ("transfer_rate", "csat_score"):
        assert marks_of(text, kpi) == marked_in(drawn, kpi, "team", "week")


def said_of(drawn: Path, flags: Collection[tuple[str, bool | None]]) -> tuple[Verdict, ...]:
    """Return what is said of one KPI's values of members with these verdicts."""
    entry = Entry("here", "bar", kpis=("transfer_rate",), scope="agent", period="month")
    with Publication(drawn, BEFORE) as publication:
        publication.prepare([entry])
        known = [value for value in publication.latest(entry, "transfer_rate") if value.value is not None]
        values = [
            type(value)(**{**vars(value), "scope_id": member, "differs_from_peers": flag})
            for value, (member, flag) in zip(known, flags, strict=False)
        ]
        return verdicts(entry, Writer(publication, Language("en")), values)


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        ([("A", None), ("B", None)], []),
        ([("A", False), ("B", False)], [NONE]),
        ([("A", True), ("B", False)], [SOME]),
        ([("A", False), ("B", False), ("C", None)], [NONE, UNJUDGED]),
        ([("A", True), ("B", False), ("unknown", None)], [SOME]),
    ],
)
def test_what_is_said_follows_the_verdicts(
    drawn: Path, flags: list[tuple[str, bool | None]], said: list[Label]
) -> None:
    assert [verdict.text for verdict in said_of(drawn, flags)] == said


@pytest.mark.parametrize("language", [code for code in LANGUAGES if code != "en"])
def test_sentence_and_sign_are_in_the_language_of_the_page(drawn: Path, language: str) -> None:
    translations = load_translations(PROJECT_DIR)
    assert all(translations[label.key][language] for label in (SOME, NONE, UNJUDGED))
    assert translations[SOME.key][language] in chart_of(drawn, TITLES["strip"], language)
    assert f'aria-label="{translations[DIFFERS][language]}"' in chart_of(drawn, TITLES["strip"], language)


def texts_of(svg: str) -> list[str]:
    """Return the texts of a drawing."""
    return [html.unescape(text) for text in re.findall(r"<text[^>]*>([^<]*)</text>", svg)]


def sheet_of(drawn: Path, name: str) -> list[str]:
    """Return the texts of a board's sheet, as PDF and PNG show them."""
    [board] = [one for one in load_boards(PROJECT_DIR / "charts") if one.name == name]
    return texts_of(_sheet(drawn, board))


def _sheet(drawn: Path, board: Board) -> str:
    with Publication(drawn, BEFORE) as publication:
        publication.prepare(board.entries)
        [language] = languages_of(PROJECT_DIR, ["en"])
        sections = compose(board, Plotter(Writer(publication, language), Colors([])))
        return sheet(board, sections, publication.manifest, language)


def test_a_sheet_says_it_too(drawn: Path) -> None:
    texts = sheet_of(drawn, "agents-and-teams")
    joined = " ".join(texts)
    assert f"{DIFFERS_SIGN} {SOME.text}" in joined
    assert f"{NONE.text}: " in joined


def test_the_name_of_a_bar_that_differs_carries_the_sign(drawn: Path) -> None:
    entry = Entry("here", "bar", title="Abandonment", kpis=("abandonment_rate",), scope="queue", period="day")
    with Publication(drawn, BEFORE) as publication:
        publication.prepare([entry])
        [language] = languages_of(PROJECT_DIR, ["en"])
        made = chart(entry, Plotter(Writer(publication, language), Colors([])))
        differs = [value for value in publication.latest(entry, "abandonment_rate") if value.differs_from_peers]
    assert differs
    assert len([text for text in texts_of(made.svg) if text.endswith(f" {DIFFERS_SIGN}")]) == len(differs)
