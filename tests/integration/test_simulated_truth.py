"""What the simulator counted while it ran is what the warehouse finds in the files."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from simulator import SimulationOptions, SimulationSummary, simulate
from tests.integration.simulated_claims import CLAIMS, NOT_A_FACT, TABLES, Claim
from tests.support.nights import Nights

FIRST_DAY = date(2025, 10, 22)
DAYS = 8
"""Eight days around the end of daylight saving time in Europe."""
COMPLETE = [(FIRST_DAY + timedelta(days=number)).isoformat() for number in range(DAYS - 1)]
"""Days that are over everywhere: the simulation stops at midnight in Berlin, in the afternoon of New York."""

Counts = Mapping[str, int]


@dataclass(frozen=True)
class Simulated:
    """A warehouse over simulated extracts with defects in them, and the simulator's own counts."""

    nights: Nights
    summary: SimulationSummary
    kpis: frozenset[tuple[str, str]]

    def parts(self, claim: Claim) -> dict[str, Decimal]:
        """Return a KPI's part by day (or by month, where no day is published), over the enterprise."""
        rows = self.nights.query(
            f"select period_type, strftime(period_start, '%Y-%m-%d'), {claim.part} from marts.kpi_value"
            " where kpi_id = ? and variant = ? and scope_type = 'enterprise' and period_type in ('day', 'month')"
            f" and {claim.part} is not null and period_start >= ?",
            [claim.kpi_id, claim.variant, FIRST_DAY.replace(day=1)],
        )
        kind = "day" if any(row[0] == "day" for row in rows) else "month"
        return {row[1]: Decimal(str(row[2])) for row in rows if row[0] == kind}


@pytest.fixture(scope="module")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> Simulated:
    home: Path = tmp_path_factory.mktemp("simulated")
    options = SimulationOptions(days=DAYS, contacts_per_day=250, start_date=FIRST_DAY, seed=29, dirt=0.02)
    summary = simulate(home / "landing", options)
    nights = Nights(home, tmp_path_factory.mktemp("state"))
    # at midnight UTC the last day still runs in New York, where headcount and training would leave it out
    nights.night(datetime.combine(FIRST_DAY + timedelta(days=DAYS), time(6)))
    kpis = frozenset((row[0], row[1]) for row in nights.query("select kpi_id, variant from marts.dim_kpi"))
    return Simulated(nights, summary, kpis)


TERM = re.compile(r"([+-]?) ?(?:(\d+) \* )?([a-z]\w+)")


def value_of(expression: str, counts: Counts) -> Decimal:
    """Evaluate sums and differences of (multiplied) names and a last division: ``(100 * a + b - c) / 3600``."""
    terms, _, divisor = expression.partition(" / ")
    total = 0
    for sign, factor, name in TERM.findall(terms):
        total += (-1 if sign == "-" else 1) * int(factor or 1) * counts.get(name, 0)
    return Decimal(total) / int(divisor or 1)


def names_in(expression: str) -> set[str]:
    """Names of truths in an expression."""
    return {name for _, _, name in TERM.findall(expression)}


def is_equal(found: Decimal, expected: Decimal) -> bool:
    """Compare; a part that was divided may differ in the tenth digit."""
    return abs(found - expected) <= abs(expected) * Decimal("1e-9")


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.name)
def test_the_warehouse_counts_what_the_simulator_counted(simulated: Simulated, claim: Claim) -> None:
    assert (claim.kpi_id, claim.variant) in simulated.kpis
    found = simulated.parts(claim)
    if claim.by_day:
        daily = simulated.summary.daily
        for day in COMPLETE:
            counts = {name: daily.get(name, {}).get(day, 0) for name in names_in(claim.truth)}
            assert is_equal(found.get(day, Decimal(0)), value_of(claim.truth, counts)), day
        assert sum(found.values()) > 0
    else:
        expected = value_of(claim.truth, simulated.summary.truth)
        assert any(simulated.summary.truth.get(name) for name in names_in(claim.truth)), "nothing to compare"
        total = found[max(found)] if claim.at_end else sum(found.values(), Decimal(0))
        assert is_equal(total, expected)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.truth)
def test_tables_hold_what_the_simulator_counted(simulated: Simulated, table: Claim) -> None:
    ((found,),) = simulated.nights.query(table.sql, [FIRST_DAY] if "?" in table.sql else None)
    assert is_equal(Decimal(str(found or 0)), value_of(table.truth, simulated.summary.truth))


def test_every_truth_is_compared(simulated: Simulated) -> None:
    compared: set[str] = set().union(*(names_in(claim.truth) for claim in (*CLAIMS, *TABLES)))
    known = {name for name in simulated.summary.truth if not name.startswith("bad_rows")}
    assert known - compared - NOT_A_FACT == set()


def test_every_bad_row_that_was_written_is_rejected_and_counted(simulated: Simulated) -> None:
    written = {
        name.removeprefix("bad_rows_"): count
        for name, count in simulated.summary.truth.items()
        if name.startswith("bad_rows_") and count
    }
    rejected = dict(
        simulated.nights.query(
            "select file.entity, count(distinct (row.file_id, row.line_number)) from meta.rejected_row as row"
            " inner join meta.loaded_file as file on row.file_id = file.file_id group by file.entity"
        )
    )
    declared = {
        entity: count
        for entity, count in written.items()
        if (simulated.nights.home / "landing/standard" / entity).is_dir()
    }
    assert sum(rejected.values()) > 5
    assert {entity: declared[entity] for entity in rejected} == rejected
