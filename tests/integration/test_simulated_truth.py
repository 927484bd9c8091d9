"""What the simulator counted while it ran is what the warehouse finds in the files."""

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from simulator import SimulationOptions, SimulationSummary, simulate
from tests.support.nights import Nights

FIRST_DAY = date(2025, 10, 22)
DAYS = 8
"""Eight days around the end of daylight saving time in Europe."""


@pytest.fixture(scope="module")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> tuple[Nights, SimulationSummary]:
    """Return a warehouse over simulated extracts with defects in them, and the simulator's own counts."""
    home: Path = tmp_path_factory.mktemp("simulated")
    options = SimulationOptions(days=DAYS, contacts_per_day=250, start_date=FIRST_DAY, seed=11, dirt=0.02)
    summary = simulate(home / "landing", options)
    nights = Nights(home, tmp_path_factory.mktemp("state"))
    nights.night(datetime.combine(FIRST_DAY + timedelta(days=DAYS), datetime.min.time()))
    return nights, summary


@pytest.mark.parametrize(
    ("truth", "kpi_id", "variant", "part"),
    [
        ("contacts_offered", "contacts_offered", "default", "numerator"),
        ("queue_entries", "contacts_offered", "queue_entries", "numerator"),
        ("contacts_handled", "contacts_handled", "default", "numerator"),
        ("handled_legs", "contacts_handled", "handled_legs", "numerator"),
        ("abandoned", "contacts_abandoned", "default", "numerator"),
        ("answered", "service_level", "answered_only", "denominator"),
        ("answered_within_threshold", "service_level", "default", "numerator"),
        ("wait_answered_seconds", "average_speed_of_answer", "default", "numerator"),
    ],
)
def test_the_warehouse_counts_what_the_simulator_counted(
    simulated: tuple[Nights, SimulationSummary], truth: str, kpi_id: str, variant: str, part: str
) -> None:
    nights, summary = simulated
    found = nights.query(
        f"select sum({part}) from marts.kpi_value where kpi_id = '{kpi_id}' and variant = '{variant}'"
        " and period_type = 'day' and scope_type = 'enterprise'"
    )
    assert summary.truth[truth] > 0
    assert found == [(summary.truth[truth],)]


def test_handle_time_is_talk_hold_and_after_contact_work(simulated: tuple[Nights, SimulationSummary]) -> None:
    nights, summary = simulated
    expected = summary.truth["talk_seconds"] + summary.truth["hold_seconds"] + summary.truth["acw_seconds"]
    assert nights.query(
        "select sum(numerator) from marts.kpi_value where kpi_id = 'average_handle_time' and variant = 'default'"
        " and period_type = 'day' and scope_type = 'enterprise'"
    ) == [(expected,)]


def test_every_bad_row_that_was_written_is_rejected_and_counted(simulated: tuple[Nights, SimulationSummary]) -> None:
    nights, summary = simulated
    written = {
        name.removeprefix("bad_rows_"): count
        for name, count in summary.truth.items()
        if name.startswith("bad_rows_") and count
    }
    rejected = dict(
        nights.query(
            "select file.entity, count(distinct (row.file_id, row.line_number)) from meta.rejected_row as row"
            " inner join meta.loaded_file as file on row.file_id = file.file_id group by file.entity"
        )
    )
    declared = {
        entity: count for entity, count in written.items() if (nights.home / "landing/standard" / entity).is_dir()
    }
    assert sum(rejected.values()) > 5
    assert {entity: declared[entity] for entity in rejected} == rejected
