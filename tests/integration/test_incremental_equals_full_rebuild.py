"""The cost of a night follows the night, and its result equals a full rebuild, row for row."""

import random
import shutil
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from simulator import SimulationOptions, simulate
from tests.support.nights import Nights, differences

FIRST_DAY = date(2026, 2, 20)
DAYS = 14


@pytest.fixture(scope="module")
def extracts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return two weeks of a small center's extracts, with duplicates, late rows, bad rows and corrections in them."""
    landing = tmp_path_factory.mktemp("simulated")
    options = SimulationOptions(
        days=DAYS, contacts_per_day=60, start_date=FIRST_DAY, seed=7, dirt=0.05
    )
    simulate(landing, options)
    return landing


@pytest.fixture(scope="module")
def rebuilt(extracts: Path, tmp_path_factory: pytest.TempPathFactory) -> Nights:
    """Return a warehouse that loaded everything at once."""
    nights = Nights(tmp_path_factory.mktemp("rebuilt"), tmp_path_factory.mktemp("state"))
    shutil.copytree(extracts, nights.home / "landing")
    nights.night(last_as_of())
    return nights


def last_as_of() -> datetime:
    """Return midnight after the last simulated day."""
    return datetime.combine(FIRST_DAY + timedelta(days=DAYS), datetime.min.time())


def test_nights_in_any_order_with_late_repeated_and_corrected_files_equal_one_full_rebuild(
    extracts: Path, rebuilt: Nights, tmp_path: Path
) -> None:
    files = sorted(path.relative_to(extracts).as_posix() for path in extracts.rglob("*.csv"))
    chance = random.Random(20260220)
    chance.shuffle(files)
    # the first night sees little, the second most of it: days fill from every side
    nights = Nights(tmp_path / "home", rebuilt.state)
    shares = [files[:40], files[40:150], files[150:230], files[230:]]
    for number, share in enumerate(shares):
        for name in share:
            nights.deliver(extracts / name, name)
        if number:
            again = chance.choice(shares[number - 1])
            nights.deliver(extracts / again, f"{Path(again).parent}/again_{number}/{Path(again).name}")
        # a night that breaks off after staging must lose nothing
        if number == 2:
            nights.night(last_as_of() - timedelta(days=3), fails=True)
        nights.night(last_as_of() - timedelta(days=2 * (len(shares) - 1 - number)))

    assert differences(nights.warehouse, rebuilt.warehouse) == []


def test_a_day_that_lost_its_last_row_ends_empty(rebuilt: Nights, tmp_path: Path) -> None:
    nights = Nights(tmp_path / "home", rebuilt.state)
    header = (
        "contact_id,channel,direction,initiation_method,customer_id,site_id,contact_reason_id,started_at,ended_at,is_test,last_updated_at\n"
    )
    leg = "segment_id,contact_id,segment_seq,leg_type,queue_id,queued_at,dequeued_at,queue_outcome,agent_id,answered_at,talk_seconds\n"
    row = "X1,voice,inbound,inbound,,S1,,2026-03-01T09:00:00Z,2026-03-01T09:05:00Z,{test},2026-03-01T0{hour}:00:00Z\n"
    place(nights, "contacts/contacts_2026-03-01.csv", header + row.format(test="false", hour=9))
    place(
        nights,
        "contact_segments/contact_segments_2026-03-01.csv",
        leg + "L1,X1,1,queue,Q1,2026-03-01T09:00:00Z,2026-03-01T09:00:09Z,answered,A1,2026-03-01T09:00:09Z,60\n",
    )
    nights.night(datetime(2026, 3, 2))
    assert nights.query("select business_date from core.fct_contact_segment") == [(date(2026, 3, 1),)]
    assert nights.query(
        "select numerator from marts.kpi_value where kpi_id = 'contacts_offered' and variant = 'default'"
        " and period_type = 'day' and scope_type = 'enterprise'"
    ) == [(1.0,)]

    place(nights, "contacts/contacts_2026-03-02.csv", header + row.format(test="true", hour=9).replace("T09:00:00Z\n", "T19:00:00Z\n"))
    nights.night(datetime(2026, 3, 3))
    for table in ("core.fct_contact_segment", "core.fct_contact", "marts.kpi_component_leg", "marts.kpi_value_service"):
        assert nights.query(f"select count(*) from {table}") == [(0,)], table


def place(nights: Nights, name: str, text: str) -> None:
    """Write a standard extract."""
    target = nights.home / "landing" / "standard" / name
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text)
