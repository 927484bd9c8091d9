"""The period that is shown when nobody names one: the newest, unless a case or two are all that it has."""

import duckdb
import pytest

from orchestration.publish.newest import newest_periods

_COLUMNS = "kpi_id, variant, period_type, period_start, scope_type, value, is_sample_small"


def _shown(*rows: str) -> str | None:
    """Return the day shown among rows written as ``scope day value is_sample_small``; days are of March 2026."""
    values = []
    for row in rows:
        scope, day, value, is_small = row.split()
        values.append(f"('k', 'default', 'day', date '2026-03-{day}', '{scope}', {value}, {is_small}::boolean)")
    own = f"(select * from (values {', '.join(values)}) as v ({_COLUMNS}))"
    found = duckdb.execute(newest_periods(own)).fetchall()
    if not found:
        return None
    [(_, _, _, day)] = found
    return f"{day:%d}"


@pytest.mark.parametrize(
    ("rows", "shown"),
    [
        (["enterprise 01 50.0 false", "enterprise 02 60.0 false"], "02"),
        (["enterprise 01 50.0 false", "enterprise 02 100.0 true"], "01"),
        (["enterprise 01 50.0 false", "enterprise 02 100.0 true", "enterprise 03 null null"], "01"),
        (["enterprise 01 50.0 true", "enterprise 02 100.0 true"], "02"),
        (["enterprise 01 50.0 false", "enterprise 08 100.0 true"], "01"),
        (["enterprise 01 50.0 false", "enterprise 09 100.0 true"], "09"),
        (["enterprise 01 50.0 null", "enterprise 02 60.0 null"], "02"),
        (["enterprise 01 50.0 false", "enterprise 02 100.0 true", "team 02 100.0 false", "team 03 100.0 false"], "01"),
        (["team 01 50.0 false", "team 02 100.0 true"], "01"),
        (["enterprise 01 null null"], None),
    ],
    ids=[
        "the newest",
        "not a single case",
        "a period without a value is never shown",
        "the newest where all are few",
        "up to a week back",
        "no further back",
        "a KPI that counts no cases",
        "the enterprise decides for its scopes",
        "scopes where the enterprise has none",
        "nothing without values",
    ],
)
def test_the_newest_period_of_enough_cases_is_shown(rows: list[str], shown: str | None) -> None:
    assert _shown(*rows) == shown
