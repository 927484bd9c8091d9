"""A board that asks for what there is not says where: file, entry, and what was probably meant."""

from pathlib import Path

import pytest

from orchestration.boards.check import check_boards
from orchestration.boards.declare import BoardError, load_boards
from orchestration.boards.labels import LANGUAGES, load_translations
from orchestration.boards.publication import Publication
from orchestration.settings import PROJECT_DIR
from tests.support.board_publication import BEFORE, definitions


def declared(folder: Path, text: str) -> Path:
    """Write a board of one section."""
    (folder / "mine.yml").write_text(f"title: Mine\nsections:\n  - title: One\n{text}")
    return folder


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ("    tiles: [service_levl]", "tile 1: no KPI 'service_levl' is published; did you mean service_level?"),
        (
            "    tiles: [{kpi: csat_score, variant: strict}]",
            "tile 1: csat_score has no variant 'strict'; it has default",
        ),
        (
            "    charts: [{chart: bar, title: X, kpi: service_level, scope: agent}]",
            "chart 1 (X): service_level is not published by scope 'agent', but by enterprise, site, queue",
        ),
        (
            "    tiles: [{kpi: agent_turnover_rate, period: day}]",
            "tile 1: agent_turnover_rate is not published by period 'day', but by month",
        ),
        (
            "    charts: [{chart: line, title: X, kpis: [service_level, average_handle_time]}]",
            "chart 1 (X): one axis cannot show percent and seconds; use a table",
        ),
    ],
)
def test_what_is_not_published_is_named(drawn: Path, tmp_path: Path, entry: str, message: str) -> None:
    boards = load_boards(declared(tmp_path, entry))
    with Publication(drawn, BEFORE) as publication, pytest.raises(BoardError) as raised:
        check_boards(boards, publication)
    assert str(raised.value).startswith(f"charts/mine.yml: section 1 (One), {message}")


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        (
            "    charts: [{chart: pie, title: X, kpi: csat_score}]",
            "chart 1: chart is 'pie', but must be one of line, bar",
        ),
        ("    charts: [{chart: bar, kpi: csat_score}]", "chart 1: a chart needs a title"),
        ("    charts: [{chart: bar, title: X}]", "chart 1 (X): a bar shows one kpi, not 0"),
        (
            "    charts: [{chart: bar, title: X, kip: csat_score}]",
            "chart 1: unknown kip; known: chart, kpi, kpis, last",
        ),
        ("    tiles: [{scope: site}]", "tile 1: a tile needs a kpi"),
        ("    tiles: service_level", "tiles must be a list"),
        (
            "    charts: [{chart: records, title: X, table: t}]",
            "chart 1 (X): records need a table, columns, and identify",
        ),
    ],
)
def test_a_misspelt_board_is_refused_with_its_place(tmp_path: Path, entry: str, message: str) -> None:
    with pytest.raises(BoardError) as raised:
        load_boards(declared(tmp_path, entry))
    assert message in str(raised.value)
    assert str(raised.value).startswith("charts/mine.yml: section 1 (One)")


def test_a_file_that_is_not_yaml_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "odd.yml").write_text("title: [")
    with pytest.raises(BoardError, match=r"charts/odd\.yml is not YAML"):
        load_boards(tmp_path)


def test_a_tile_is_one_line(tmp_path: Path) -> None:
    [board] = load_boards(declared(tmp_path, "    tiles:\n      - service_level\n"))
    [entry] = board.entries
    assert (entry.kpis, entry.scope, entry.period, entry.variant) == (
        ("service_level",),
        "enterprise",
        "week",
        "default",
    )


def test_every_kpi_of_the_catalogue_has_a_name_in_every_language() -> None:
    translations = load_translations(PROJECT_DIR)
    kpis = {f"kpi:{kpi['kpi_id']}" for kpi in definitions()}
    assert len(kpis) == 76
    assert {key for key in translations if key.startswith("kpi:")} == kpis
    for key, own in translations.items():
        assert sorted(own) == sorted(set(LANGUAGES) - {"en"}), key
        assert all(text.strip() == text and text for text in own.values()), key


def test_scripts_of_the_languages_are_their_own() -> None:
    ranges = {"fa": ("\u0600", "\u06ff"), "he": ("\u0590", "\u05ff"), "zh": ("\u4e00", "\u9fff")}
    for key, own in load_translations(PROJECT_DIR).items():
        for language, (first, last) in ranges.items():
            assert key == "SMS" or any(first <= letter <= last for letter in own[language]), (key, language)
        assert not any("\u0590" <= letter <= "\u06ff" for letter in own["id"] + own["tr"] + own["zh"]), key
