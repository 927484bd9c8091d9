"""Which local day is complete at as-of, and by which clock a half-hour goes, at sites far east and far west of UTC."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import pytest

from tests.support.nights import Nights, differences

ZONES = {"KTM": "Asia/Kathmandu", "HNL": "Pacific/Honolulu", "TBU": "Pacific/Tongatapu"}
MIDNIGHT_IN_KATHMANDU = datetime(2025, 3, 31, 18, 15)
MIDNIGHT_IN_HONOLULU = datetime(2025, 4, 1, 10, 0)


def staff() -> dict[str, list[str]]:
    """Return twelve agents a site, of whom one leaves on the last of March, and two who left early in the month."""
    agents = ["agent_id,role,team_id,site_id,fte,valid_from,valid_to"]
    spells = ["spell_id,employee_id,started_on,ended_on,end_type"]
    training = ["assignment_id,agent_id,course_id,due_on,completed_on,hours"]
    for site in ZONES:
        ends = ["2025-03-31", "2025-03-03", "2025-03-05"] + [""] * 11
        for number, end in enumerate(ends):
            agents.append(f"{site}{number},agent,{site}-T,{site},1.0,2024-01-01,")
            spells.append(f"S-{site}{number},{site}{number},2024-01-01,{end},{'voluntary' if end else ''}")
        training.append(f"T-{site},{site}9,PCI,2025-03-31,2025-03-31,2")
    return {"agents": agents, "employment_spells": spells, "training_assignments": training}


def calls() -> dict[str, list[str]]:
    """Return a call from each site to the queue in Kathmandu in the same half-hour, near midnight there."""
    contacts = [
        "contact_id,channel,direction,initiation_method,customer_id,site_id,started_at,ended_at,is_test,last_updated_at"
    ]
    legs = [
        "segment_id,contact_id,segment_seq,leg_type,queue_id,queued_at,dequeued_at,queue_outcome,agent_id,answered_at"
    ]
    for number, site in enumerate((*ZONES, "NOWHERE")):
        at = f"2025-03-10T18:2{number}:00Z"
        contacts.append(f"C{number},voice,inbound,inbound,,{site},{at},2025-03-10T18:29:00Z,false,{at}")
        legs.append(f"C{number}-1,C{number},1,queue,Q,{at},2025-03-10T18:28:00Z,answered,KTM9,2025-03-10T18:28:00Z")
    return {
        "contacts": contacts,
        "contact_segments": legs,
        "queues": [
            "queue_id,queue_name,channel,site_id,service_level_threshold_seconds,short_abandon_seconds",
            "Q,Queue,voice,KTM,20,5",
        ],
        "operating_hours": [
            "queue_id,local_date,open_at,close_at",
            "Q,2025-03-11,2025-03-10T18:15:00Z,2025-03-10T20:15:00Z",
        ],
    }


def land(nights: Nights, entities: Mapping[str, list[str]]) -> None:
    """Write standard extracts."""
    for entity, lines in entities.items():
        file = nights.home / "landing" / "standard" / entity / f"{entity}.csv"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("\n".join(lines) + "\n")


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Nights:
    """Return the warehouse as of midnight in Kathmandu, where March is over; in Honolulu its last day has begun."""
    nights = Nights(tmp_path_factory.mktemp("local"), tmp_path_factory.mktemp("state"))
    sites = ["site_id,site_name,timezone", *(f"{site},{site},{zone}" for site, zone in ZONES.items())]
    land(nights, {"sites": sites} | staff() | calls())
    nights.night(MIDNIGHT_IN_KATHMANDU)
    return nights


@pytest.fixture(scope="module")
def second(first: Nights, tmp_path_factory: pytest.TempPathFactory) -> Nights:
    """Return the warehouse one night later, as of midnight in Honolulu; nothing was delivered."""
    nights = Nights(tmp_path_factory.mktemp("later"), first.state)
    nights.home.rmdir()
    first.home.rename(nights.home)
    nights.night(MIDNIGHT_IN_HONOLULU)
    return nights


def turnover(nights: Nights, variant: str = "default") -> dict[str, tuple[Any, ...]]:
    """Return (numerator, denominator, state, covered days) of March by site, and of the enterprise."""
    rows = nights.query(
        "select coalesce(scope_id, 'all'), numerator, denominator, state, round(coverage_share * 31)"
        " from marts.kpi_value where kpi_id = 'agent_turnover_rate' and variant = ? and period_type = 'month'"
        " and period_start = date '2025-03-01' and scope_type in ('site', 'enterprise')",
        [variant],
    )
    return {row[0]: row[1:] for row in rows}


@pytest.fixture(scope="module")
def of_first(first: Nights) -> dict[str, Any]:
    """Return what the first night said, before the second one changes it."""
    return {
        "default": turnover(first),
        "period": turnover(first, "period"),
        "training": first.query(
            "select site_id, is_due, is_on_time from core.fct_training_assignment order by site_id"
        ),
        "last_days": first.query(
            "select site_id, max(business_date) from core.fct_headcount_day group by all order by all"
        ),
        "ended": first.query(
            "select site_id, count(*) from core.fct_employment_spell where is_leaver group by all order by 1"
        ),
    }


def test_a_month_is_complete_at_local_midnight_east_of_utc(of_first: dict[str, Any]) -> None:
    # 14 agents: 11 for 31 days, one who leaves on the last, and two who left on the 3rd and 5th
    assert of_first["default"]["KTM"][:2] == (1095, 380)
    assert of_first["default"]["TBU"][:2] == (1095, 380)
    assert of_first["period"]["KTM"][:2] == (3 * 31, 380)
    assert of_first["default"]["KTM"][3] == of_first["default"]["TBU"][3] == 31


def test_a_day_that_is_not_over_in_the_west_counts_for_nobody_there(of_first: dict[str, Any]) -> None:
    assert of_first["default"]["HNL"] == (730, 368, "provisional", 30)
    assert of_first["period"]["HNL"][:2] == (2 * 30, 368)
    assert of_first["last_days"] == [("HNL", date(2025, 3, 30)), ("KTM", date(2025, 3, 31)), ("TBU", date(2025, 3, 31))]
    assert of_first["training"] == [("HNL", False, False), ("KTM", True, True), ("TBU", True, True)]
    assert of_first["ended"] == [("HNL", 2), ("KTM", 3), ("TBU", 3)]


def test_the_enterprise_adds_what_each_site_knows_and_is_complete_by_the_reporting_zone(
    of_first: dict[str, Any],
) -> None:
    assert of_first["default"]["all"] == (2 * 1095 + 730, 2 * 380 + 368, "provisional", 30)


def test_the_next_night_completes_the_west_like_a_full_rebuild(
    of_first: dict[str, Any], second: Nights, tmp_path_factory: pytest.TempPathFactory
) -> None:
    assert of_first
    found = turnover(second)
    assert found["HNL"][:2] == (1095, 380)
    assert found["all"] == (3 * 1095, 3 * 380, "provisional", 31)
    rebuilt = Nights(tmp_path_factory.mktemp("rebuilt"), second.state)
    for entity in (second.home / "landing").rglob("*.csv"):
        rebuilt.deliver(entity, str(entity.relative_to(second.home / "landing")))
    rebuilt.night(MIDNIGHT_IN_HONOLULU)
    assert differences(second.warehouse, rebuilt.warehouse) == []


def test_a_month_of_which_no_day_is_over_anywhere_has_no_staff_yet(second: Nights) -> None:
    assert second.query("select max(month_start) from marts.kpi_component_people") == [(date(2025, 3, 1),)]


def test_a_queues_half_hour_is_one_wherever_its_contacts_come_from(second: Nights) -> None:
    rows = second.query(
        "select interval_start_at, interval_local_start, period_start, numerator from marts.kpi_value"
        " where kpi_id = 'contacts_offered' and variant = 'default' and period_type = 'interval'"
        " and scope_type = 'queue' and scope_id = 'Q' and numerator > 0"
    )
    assert rows == [(datetime(2025, 3, 10, 18, 15), datetime(2025, 3, 11), date(2025, 3, 11), 4)]


def test_a_queues_day_is_that_of_its_half_hours(second: Nights) -> None:
    rows = second.query(
        "select period_start, numerator from marts.kpi_value where kpi_id = 'contacts_offered' and variant = 'default'"
        " and period_type = 'day' and scope_type = 'queue' and scope_id = 'Q'"
    )
    assert rows == [(date(2025, 3, 11), 4)]
