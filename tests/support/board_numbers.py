"""The numbers that a board shows, held against SQL on the publication, by the key that stands beside each."""

import html
import re
from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from orchestration.boards.labels import languages_of, words
from orchestration.boards.numbers import change, number, plain
from orchestration.boards.publication import Publication
from orchestration.settings import PROJECT_DIR

_TEXTS = ("key", "kpi_id", "variant", "period_type", "scope_type", "field", "scope_id")
_ASKED = pa.schema(
    [*((name, pa.string()) for name in _TEXTS), ("period_start", pa.date32()), ("instant", pa.timestamp("us"))]
)

Shown = tuple[str, str, str]
"""Key, full value and text of one number on a page."""


_NUMBER = re.compile(r'<bdi class="num" dir="(?:ltr|rtl)" data-key="([^"]*)" data-raw="([^"]*)">([^<]*)</bdi>')


def numbers_of(text: str) -> list[Shown]:
    """Return the numbers of a page as they stand in its source."""
    return [(html.unescape(key), html.unescape(raw), html.unescape(shown)) for key, raw, shown in _NUMBER.findall(text)]


def wrong_numbers(published: Path, before: date, shown: Iterable[Shown], language: str = "en") -> list[str]:
    """Return one line per number that is not what the publication says, or is not written as the language does."""
    listed = list(shown)
    [spoken] = languages_of(PROJECT_DIR, [language])
    points = spoken.say(words("pp"))
    with Publication(published, before) as publication:
        currency = str(publication.manifest["parameters"]["reporting_currency"])
        expected = _published(publication.con, [key for key, _, _ in listed])
        found = []
        for key, raw, text in listed:
            kpi_id, variant, *_, column, _ = _parts(key)
            unit = publication.kpis[kpi_id, variant].unit
            value = expected.get(key, "missing")
            if value == "missing":
                found.append(f"{key}: no such row")
            elif raw != ("" if value is None else repr(value)):
                found.append(f"{key}: {raw!r} on the page, {value!r} published")
            elif text != _written(column, unit, value, currency, language, points):
                found.append(f"{key}: written {text!r} for {value!r}")
    return found


def _parts(key: str) -> list[str]:
    return key.split("|", 7)


def _written(column: str, unit: str, value: Any, currency: str, language: str, points: str) -> str:
    if column == "sample_size":
        return plain(value, language)
    if column == "change":
        return change(unit, value, currency, language, points)
    return number(unit, value, currency, language)


def _published(con: duckdb.DuckDBPyConnection, keys: list[str]) -> dict[str, Any]:
    """Return what the publication says under each key, by one query."""
    rows = []
    for key in sorted(set(keys)):
        kpi_id, variant, period_type, start, instant, scope_type, field, scope_id = _parts(key)
        rows.append(
            {
                "key": key,
                "kpi_id": kpi_id,
                "variant": variant,
                "period_type": period_type,
                "period_start": date.fromisoformat(start),
                "instant": datetime.fromisoformat(instant) if instant else None,
                "scope_type": scope_type,
                "field": field,
                "scope_id": scope_id or None,
            }
        )
    if not rows:
        return {}
    con.register("asked", pa.Table.from_pylist(rows, schema=_ASKED))
    answered = con.execute(
        """
        select asked.key, asked.field, v.value, v.target, v.previous_value, v.value - v.previous_value as change,
            v.sample_size, v.confidence_low, v.confidence_high
        from asked inner join marts.kpi_value as v
            on asked.kpi_id = v.kpi_id and asked.variant = v.variant and asked.period_type = v.period_type
            and asked.period_start = v.period_start and asked.instant is not distinct from v.interval_start_at
            and asked.scope_type = v.scope_type and asked.scope_id is not distinct from v.scope_id
        """
    ).fetchall()
    columns = ("value", "target", "previous_value", "change", "sample_size", "confidence_low", "confidence_high")
    return {key: dict(zip(columns, row, strict=True))[field] for key, field, *row in answered}
