"""Hold published KPI values against those of the independent computation, row by row and both ways."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from fractions import Fraction

from tests.reference.catalogue import at, definitions
from tests.reference.sums import INTERVAL, Key, Value, is_rest

Numbers = tuple[float | None, float | None, float | None, float | None]
"""Numerator, denominator, value, share of the cases that was recorded."""

Published = tuple[
    str, str, str, date, str, str | None, float | None, float | None, float | None, float | None, str | None
]
"""KPI, variant, period type, first day, scope type, scope id, the four numbers, parts that nobody recorded.

Of an interval the type names the instant at which it begins, and the first day is its local time (``Key``).
"""

Scopes = Mapping[tuple[str, str], tuple[frozenset[str], frozenset[str]]]
"""Period types and scope types that a KPI and variant are published for."""

TOLERANCE = 1e-5
"""Relative; staff of an interval is rounded to six decimals before it is divided. A wrong count differs by far more."""


def is_same(published: float | None, computed: float | None) -> bool:
    """Whether two numbers agree; nothing agrees with nothing only."""
    if published is None or computed is None:
        return published is computed
    return abs(published - computed) <= TOLERANCE * max(1.0, abs(computed))


def numbers(value: Value) -> Numbers:
    """Return the numbers of a value as they are published."""

    def published(number: Fraction | None) -> float | None:
        return None if number is None else float(number)

    return (
        published(value.numerator),
        published(value.denominator),
        published(value.value),
        published(value.recorded_share),
    )


def begun_as_published(
    published: Iterable[Published], computed: Mapping[tuple[str, str], Mapping[Key, Value]]
) -> dict[tuple[str, str], dict[Key, Value]]:
    """Return computed values; the only interval of a local time, KPI and scope begins when the only published one does.

    Of several sites' intervals that clocks call the same the first may hold nothing that this computation counts.
    """
    begins: dict[tuple[object, ...], set[str]] = defaultdict(set)
    own: dict[tuple[object, ...], set[str]] = defaultdict(set)
    for kpi_id, variant, period_type, *where in (row[:6] for row in published):
        begins[(kpi_id, variant, *where)].add(period_type)
    for metric, rows in computed.items():
        for period_type, *where in rows:
            own[(*metric, *where)].add(period_type)

    def begun(metric: tuple[str, str], key: Key) -> Key:
        unnamed = (*metric, *key[1:])
        if key[0].startswith(INTERVAL) and len(begins[unnamed]) == len(own[unnamed]) == 1:
            (period_type,) = begins[unnamed]
            return (period_type, *key[1:])
        return key

    return {metric: {begun(metric, key): value for key, value in rows.items()} for metric, rows in computed.items()}


def disagreements(
    published: Iterable[Published], computed: Mapping[tuple[str, str], Mapping[Key, Value]], scopes: Scopes
) -> list[str]:
    """Return one line per row that differs, or that only one side has although it is not empty."""
    known = {(each.kpi_id, each.variant): each for each in definitions()}
    found = []
    seen: set[tuple[tuple[str, str], Key]] = set()
    for kpi_id, variant, period_type, start, scope_type, scope_id, *got, missing in published:
        metric, key = (kpi_id, variant), (period_type, start, scope_type, scope_id)
        if metric not in known or period_type == "trailing_12m":
            continue
        seen.add((metric, key))
        value = at(computed, known[metric], key)  # type: ignore[arg-type]
        want = numbers(value)
        empty = not want[0] and not want[1] and not want[3] and all(not number for number in got)
        # nothing to divide by: nobody knows, or there was none
        if got[1] is None and want[1] == 0 and got[2] is None:
            want = (want[0], None, None, want[3])
        if missing != value.missing_parts:
            found.append(f"{kpi_id} {variant} {show(key)}: without {missing}, computed without {value.missing_parts}")
        if not empty and not all(is_same(one, other) for one, other in zip(got, want, strict=True)):
            found.append(f"{kpi_id} {variant} {show(key)}: published {tuple(got)}, computed {want}")
    for metric, rows in computed.items():
        periods, types = scopes.get(metric, (frozenset(), frozenset()))
        # a scope that the records of a KPI name no member of is not published for it
        named = types & {scope_type for _, _, scope_type, scope_id in rows if not is_rest(scope_id)}
        for key, value in rows.items():
            expected = key[0].split()[0] in periods and key[2] in named and (value.numerator or value.denominator)
            if expected and (metric, key) not in seen:
                found.append(f"{' '.join(metric)} {show(key)}: not published, computed {numbers(value)}")
    return sorted(found)


def show(key: Key) -> str:
    """Return a key as text."""
    period_type, start, scope_type, scope_id = key
    return f"{period_type} {start} {scope_type} {scope_id or ''}".rstrip()
