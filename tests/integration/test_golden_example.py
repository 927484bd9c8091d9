"""The golden example: hand-computed values, all equal in numerator, denominator and value, and no trap fallen into."""

import csv
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.boards.labels import LANGUAGES
from orchestration.boards.site import build_site
from orchestration.publish.candidate import Origin, describe, write_candidate
from orchestration.settings import PROJECT_DIR
from orchestration.transform.project import DbtPaths, published_models
from orchestration.transform.runner import current_manifest
from tests.support.board_numbers import numbers_of, wrong_numbers
from tests.support.nights import GOLDEN, GOLDEN_AS_OF, GOLDEN_PARAMETERS, Nights

Row = dict[str, str]


def read(name: str) -> list[Row]:
    """Return the rows of a file of the example."""
    with (GOLDEN / name).open(newline="") as file:
        return list(csv.DictReader(file))


def where_of(scope: str) -> dict[str, str | None]:
    """Translate a scope of the example into the key columns of ``kpi_value``; everything lies in the year 2024."""
    key: dict[str, str | None] = {
        "period_type": "year",
        "period_start": "2024-01-01",
        "scope_type": "enterprise",
        "scope_id": None,
    }
    for part in scope.split(";"):
        name, _, value = part.partition("=")
        if name == "date":
            key |= {"period_type": "day", "period_start": value}
        elif name == "month":
            key |= {"period_type": "month", "period_start": f"{value}-01"}
        elif name == "week":
            key |= {"period_type": "week", "period_start": value.partition("..")[0]}
        elif name == "as_of":  # a snapshot at an instant is that of the day that ends there
            key |= {
                "period_type": "day",
                "period_start": str((datetime.fromisoformat(value) - timedelta(seconds=1)).date()),
            }
        elif name in ("queue", "agent", "channel", "team", "site", "segment", "campaign", "vendor"):
            key |= {"scope_type": name, "scope_id": value}
        else:
            assert name == "all" or ".." in name, f"a scope this test does not know: {scope}"
    return key


@pytest.fixture(scope="module")
def implemented(golden: Nights) -> set[str]:
    """Return the KPIs of this warehouse."""
    return {row[0] for row in golden.query("select distinct kpi_id from marts.dim_kpi")}


def value_of(golden: Nights, kpi_id: str, variant: str, scope: str) -> tuple[Any, ...]:
    """Return (numerator, denominator, value) of the one row at a scope of the example."""
    key = where_of(scope)
    rows = golden.query(
        "select numerator, denominator, value from marts.kpi_value where kpi_id = ? and variant = ? and period_type = ?"
        " and period_start = cast(? as date) and scope_type = ? and scope_id is not distinct from ?",
        [kpi_id, variant, *key.values()],
    )
    assert len(rows) == 1, f"{kpi_id} {variant} at {scope}: {len(rows)} rows"
    return tuple(None if part is None else round(part, 4) for part in rows[0])


def number(text: str) -> float | None:
    """Return a number of the example; empty is NULL."""
    return float(text) if text else None


def test_every_expected_row_of_our_kpis_is_equal_in_numerator_denominator_and_value(
    golden: Nights, implemented: set[str]
) -> None:
    expected = [row for row in read("expected.csv") if row["kpi_id"] in implemented]
    assert len(expected) == 149
    wrong = []
    for row in expected:
        want = (number(row["numerator"]), number(row["denominator"]), number(row["value"]))
        got = value_of(golden, row["kpi_id"], row["variant"], row["scope"])
        if got != want:
            wrong.append(f"{row['kpi_id']} {row['variant']} at {row['scope']}: expected {want}, got {got}")
    assert wrong == []


def test_no_trap_of_the_example_is_fallen_into(golden: Nights, implemented: set[str]) -> None:
    traps = [row for row in read("traps.csv") if row["kpi_id"] in implemented]
    assert len(traps) == 26
    for trap in traps:
        got = value_of(golden, trap["kpi_id"], "default", trap["scope"].replace(";2024-10-25..2024-11-01", ""))[2]
        assert got != number(trap["wrong"]), trap["mistake_that_gives_the_wrong_value"]
        assert got == (None if trap["correct"] == "NULL" else number(trap["correct"]))


def test_daily_and_queue_parts_add_up_to_the_whole(golden: Nights) -> None:
    def parts(where: str) -> tuple[Any, ...]:
        return golden.query(
            "select sum(numerator), sum(denominator) from marts.kpi_value"
            f" where kpi_id = 'service_level' and variant = 'default' and {where}"
        )[0]

    assert parts("period_type = 'day' and scope_type = 'enterprise'") == (10, 16)
    assert parts("period_type = 'year' and scope_type = 'queue'") == (10, 16)
    assert golden.query(
        "select sum(numerator) from marts.kpi_value where kpi_id = 'cost_per_contact' and variant = 'default'"
        " and period_type = 'year' and scope_type = 'channel'"
    )[0][0] == pytest.approx(700, abs=1e-9)


def test_retention_and_churn_are_two_sides_of_one_cohort(golden: Nights) -> None:
    assert golden.query(
        "select round(sum(value), 9), count(*) from marts.kpi_value where variant = 'default' and period_type = 'month'"
        " and period_start = date '2024-10-01' and scope_type = 'enterprise'"
        " and kpi_id in ('customer_retention_rate', 'customer_churn_rate')"
    ) == [(100.0, 2)]


def test_a_kpi_whose_source_delivered_nothing_is_missing_and_not_zero(golden: Nights, tmp_path: Path) -> None:
    nights = Nights(tmp_path / "home", golden.state)
    for entity in ("contacts", "contact_segments", "sites", "queues"):
        nights.deliver(GOLDEN / "inputs" / f"{entity}.csv", f"standard/{entity}/{entity}.csv")
    nights.night(GOLDEN_AS_OF, parameters=GOLDEN_PARAMETERS)
    rows = nights.query(
        "select kpi_id, value, status from marts.kpi_value"
        " where period_type = 'month' and period_start = date '2024-10-01'"
        " and scope_type = 'enterprise' and variant = 'default' and kpi_id in ("
        "'csat_score', 'cost_per_contact', 'total_operating_cost', 'total_sales_value', 'sales_conversion_rate',"
        " 'customer_churn_rate', 'agent_turnover_rate') order by kpi_id"
    )
    assert [(row[1], row[2]) for row in rows] == [(None, "no_data")] * 7
    assert nights.query(
        "select numerator from marts.kpi_value where kpi_id = 'contacts_offered' and variant = 'default'"
        " and period_type = 'year' and scope_type = 'enterprise'"
    ) == [(19.0,)]


def test_the_golden_example_can_be_drawn_as_boards_with_its_own_numbers(golden: Nights, tmp_path: Path) -> None:
    manifest = current_manifest(DbtPaths(PROJECT_DIR, golden.state), golden.home)
    candidate = write_candidate(golden.warehouse, tmp_path, 1, published_models(manifest))
    origin = Origin(1, "test", GOLDEN_AS_OF, "test", {"reporting_currency": "EUR"}, {"run": 1, "passed": 1})
    describe(candidate, origin, GOLDEN_AS_OF)
    before = GOLDEN_AS_OF.date()
    site = build_site(candidate.folder, PROJECT_DIR, before, ["en"])
    text = "".join(page.read_text(encoding="utf-8") for page in sorted(site.index.parent.glob("*.html")))
    shown = numbers_of(text)
    assert wrong_numbers(candidate.folder, before, shown) == []
    [(offered,)] = golden.query(
        "select value from marts.kpi_value where kpi_id = 'contacts_offered' and variant = 'default'"
        " and period_type = 'day' and period_start = date '2024-11-01' and scope_type = 'enterprise'"
    )
    assert ("contacts_offered|default|day|2024-11-01||enterprise|value|", repr(offered), f"{offered:,.0f}") in shown
    labels = duckdb.connect(str(candidate.database), read_only=True).execute(
        "select language, count(*), count(distinct label_key) from marts.dim_label group by language order by language"
    )
    assert {(language, rows == keys) for language, rows, keys in labels.fetchall()} == {
        (language, True) for language in LANGUAGES
    }


def test_the_copy_of_the_example_is_the_published_one() -> None:
    shared = GOLDEN.parents[2].parent / "shared" / "kpi" / "golden"
    if not shared.is_dir():
        pytest.skip("needs the catalogue's own copy of the golden example, which is kept outside the repository")
    for file in GOLDEN.rglob("*.csv"):
        assert file.read_bytes() == (shared / file.relative_to(GOLDEN)).read_bytes(), file.name
