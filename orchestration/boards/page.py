"""A board as one HTML page: style, script, drawings and labels are in it, so that it opens from anywhere, offline."""

import html
import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from orchestration.boards.blocks import STATUS_WORDS, Chart, PageSection, words
from orchestration.boards.declare import Board
from orchestration.boards.labels import LANGUAGES, Translations
from orchestration.boards.numbers import minutes

TEMPLATES = Path(__file__).parent / "templates"


@cache
def _environment() -> Environment:
    return Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True)


def page(
    board: Board,
    boards: Sequence[Board],
    sections: Sequence[PageSection],
    manifest: Mapping[str, Any],
    translations: Translations,
) -> str:
    """Return a board's page as HTML."""
    document = _environment().get_template("page.html.j2")

    def render(labels: Mapping[str, Any]) -> str:
        return document.render(
            board=board,
            boards=boards,
            sections=sections,
            release_id=manifest["release_id"],
            as_of=minutes(manifest["as_of"]),
            published_at=minutes(manifest["published_at"]),
            languages=LANGUAGES,
            labels=labels,
            labelled=labelled,
            status_words=STATUS_WORDS,
            words=words,
            css=Markup((TEMPLATES / "board.css").read_text(encoding="utf-8")),  # noqa: S704 - our own file
            js=Markup((TEMPLATES / "board.js").read_text(encoding="utf-8")),  # noqa: S704 - our own file
        )

    used = set(label_keys(render({})))
    return render({key: dict(own) for key, own in translations.items() if key in used})


def label_keys(text: str) -> list[str]:
    """Return the keys of all labels on a page, sorted."""
    return sorted({html.unescape(key) for key in re.findall(r'data-label="([^"]*)"', text)})


def labelled(chart: Chart) -> str:
    """Return a chart's drawing in which the names that have a translation can be switched."""
    keys = {row.label.text: row.label.key for row in (chart.table.rows if chart.table else ()) if row.label.key}

    def marked(match: re.Match[str]) -> str:
        key = keys.get(html.unescape(match[2]))
        return f'<text{match[1]} data-label="{html.escape(key)}">{match[2]}</text>' if key else match[0]

    return re.sub(r"<text([^>]*)>([^<]*)</text>", marked, chart.svg)
