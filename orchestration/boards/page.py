"""A board as one HTML page: style, script and drawings are in it, so that it opens from anywhere, offline.

A page is written in one language; the same page in another lies beside it. What the KPIs mean has a page of its own.
"""

import html
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from orchestration.boards import numbers
from orchestration.boards.blocks import DIFFERS, DIFFERS_SIGN, STATUS_WORDS, DataEnd, rows_of
from orchestration.boards.declare import Board
from orchestration.boards.gaps import Followed
from orchestration.boards.labels import Label, Language, kpi_key, words
from orchestration.boards.publication import Kpi

TEMPLATES = Path(__file__).parent / "templates"
KPIS_PAGE = "kpis.html"
DIRECTION_WORDS = {"higher": "Higher is better", "lower": "Lower is better"}


@cache
def _environment() -> Environment:
    return Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True)


def page(
    followed: Followed,
    boards: Sequence[Board],
    manifest: Mapping[str, Any],
    language: Language,
    languages: Sequence[Language],
    data_end: DataEnd | None,
    downloads: Sequence[str] = (),
) -> str:
    """Return a board's page as HTML; ``downloads`` are the other formats that lie beside it, by suffix."""
    board = followed.board
    return _rendered(
        "page.html.j2",
        boards,
        manifest,
        language,
        languages,
        here=board.page,
        title=Label(board.title, board.title),
        board=board,
        sections=followed.sections,
        gaps=followed.gaps,
        data_end=data_end,
        downloads=downloads,
        status_words=STATUS_WORDS,
        differs_words=DIFFERS,
        differs_sign=DIFFERS_SIGN,
        rows=rows_of,
    )


def kpis_page(
    kpis: Mapping[tuple[str, str], Kpi],
    boards: Sequence[Board],
    manifest: Mapping[str, Any],
    language: Language,
    languages: Sequence[Language],
) -> str:
    """Return the page that says what every KPI means, with its variants."""
    listed = [kpi for (_, variant), kpi in kpis.items() if variant == "default"]
    names = {kpi.kpi_id: Label(kpi.name, kpi_key(kpi.kpi_id)) for kpi in listed}
    listed.sort(key=lambda kpi: language.say(names[kpi.kpi_id]))
    variants = {kpi.kpi_id: [own for own in kpis.values() if own.kpi_id == kpi.kpi_id] for kpi in listed}
    return _rendered(
        "kpis.html.j2",
        boards,
        manifest,
        language,
        languages,
        here=KPIS_PAGE,
        title=words("What the KPIs mean"),
        kpis=listed,
        names=names,
        variants=variants,
        directions=DIRECTION_WORDS,
    )


def _rendered(
    template: str,
    boards: Sequence[Board],
    manifest: Mapping[str, Any],
    language: Language,
    languages: Sequence[Language],
    **more: Any,
) -> str:
    return (
        _environment()
        .get_template(template)
        .render(
            boards=boards,
            release_id=numbers.decimal(manifest["release_id"], "0", language.code),
            as_of=_moment(manifest["as_of"], language),
            published_at=_moment(manifest["published_at"], language),
            language=language,
            languages=languages,
            say=language.say,
            words=words,
            kpis_page=KPIS_PAGE,
            css=Markup((TEMPLATES / "board.css").read_text(encoding="utf-8")),  # noqa: S704 - our own file
            js=Markup((TEMPLATES / "board.js").read_text(encoding="utf-8")),  # noqa: S704 - our own file
            **more,
        )
    )


def _moment(written: str, language: Language) -> str:
    return numbers.instant(datetime.fromisoformat(written), language.code)


def label_keys(text: str) -> list[str]:
    """Return the keys of all labels on a page, sorted."""
    return sorted({html.unescape(key) for key in re.findall(r'data-label="([^"]*)"', text)})
