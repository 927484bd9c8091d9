"""Cases that others published with their answers, each through a staging folder of its own: every row is equal.

The inputs and answers stand beside the repository; the staging folders are ours, in ``tests/fixtures/systems``.
"""

import csv
import shutil
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from orchestration.settings import PROJECT_DIR
from tests.integration.system_support import MARTS, SystemWarehouse

CASES = PROJECT_DIR.parent / "shared" / "oracles"
SYSTEMS = PROJECT_DIR / "tests" / "fixtures" / "systems"

ENTITIES = {
    "monthly_metrics": ["agents", "contact_segments", "contacts", "queues", "sites"],
    "stints": ["agents", "employment_spells", "sites"],
}

Row = dict[str, str]


def case(name: str) -> Path:
    """Return the folder of a case, or skip the test where the cases are not at hand."""
    folder = CASES / name
    if not folder.is_dir():
        pytest.skip(f"needs the published case {name}, which is kept outside the repository")
    return folder


def rows_of(file: Path) -> list[Row]:
    """Return the rows of a CSV file."""
    with file.open(newline="", encoding="utf-8-sig") as text:
        return list(csv.DictReader(text))


def warehouse_with(system: str, scratch: Path) -> SystemWarehouse:
    """Return a warehouse whose project has one more system: a folder, and its name in one variable."""
    folder = scratch / "overlay"
    shutil.copytree(
        SYSTEMS / system, folder / "models" / "staging" / system, ignore=shutil.ignore_patterns("entities*")
    )
    project = yaml.safe_load((PROJECT_DIR / "dbt_project.yml").read_text())
    project["vars"]["systems"][system] = ENTITIES[system]
    (folder / "dbt_project.yml").write_text(yaml.safe_dump(project))
    warehouse = SystemWarehouse(scratch, more=MARTS, overlay=folder)
    warehouse.reset()
    return warehouse


def rounded(numerator: Any, denominator: Any, places: str, multiplier: int = 1) -> Decimal | None:
    """Return the ratio rounded half up, as both cases ask; None where it is not defined."""
    if numerator is None or not denominator:
        return None
    exact = Decimal(str(numerator)) * multiplier / Decimal(str(denominator))
    return exact.quantize(Decimal(places), ROUND_HALF_UP)


def number(text: str) -> Decimal | None:
    """Return a number of an answer; empty is nothing."""
    return Decimal(text) if text else None


def test_every_agent_and_month_of_the_metrics_case_is_equal(tmp_path: Path) -> None:
    folder = case("case_158_callcenter_agent_metrics")
    warehouse = warehouse_with("monthly_metrics", tmp_path)
    for month in range(1, 13):
        warehouse.land(f"monthly_metrics/metrics/2021-{month:02}-01.csv", folder / "inputs" / f"input_{month:02}.csv")
    warehouse.land("monthly_metrics/people/people.csv", folder / "inputs" / "input_13.csv")
    warehouse.land("monthly_metrics/locations/locations.csv", folder / "inputs" / "input_15.csv")
    assert warehouse.refresh(("kpi_value_service", "kpi_value_resolution"), as_of=datetime(2022, 1, 15)).failed == []

    parts = {
        (month, agent.removeprefix("monthly_metrics:"), kpi): (numerator, denominator)
        for month, agent, kpi, numerator, denominator in warehouse.query(
            "select period_start, scope_id, kpi_id, numerator, denominator from ("
            " select * from marts.kpi_value_service"
            " union all by name select * from marts.kpi_value_resolution)"
            " where variant = 'default' and period_type = 'month' and ("
            " scope_type = 'queue' and kpi_id in ('contacts_offered', 'abandonment_rate')"
            " or scope_type = 'agent'"
            " and kpi_id in ('average_handle_time', 'transfer_rate', 'average_sentiment_score'))"
        )
    }
    people = {row["id"]: row for row in rows_of(folder / "inputs" / "input_13.csv")}
    leaders = {row["id"]: row for row in rows_of(folder / "inputs" / "input_14.csv")}
    places = {row["Location ID"]: row["Location"] for row in rows_of(folder / "inputs" / "input_15.csv")}

    def name(row: Row) -> str:
        return f"{row['last_name']}, {row['first_name']}"

    def answer(agent: str, month: date) -> dict[str, Any]:
        """Return a row of the case's answer, its figures from the KPI values."""
        offered = parts.get((month, agent, "contacts_offered"), (None, None))[0] or None
        lost, entries = parts.get((month, agent, "abandonment_rate"), (None, None)) if offered else (None, None)
        duration, answered = parts.get((month, agent, "average_handle_time"), (None, None))
        transferred = parts.get((month, agent, "transfer_rate"), (None, None))[0]
        mood = parts.get((month, agent, "average_sentiment_score"), (None, None))[0]
        lost_share = rounded(lost, entries, "0.001")
        sentiment = None if mood is None else round(Decimal(str(mood)) * 100)
        return {
            "id": Decimal(agent),
            "Agent Name": name(people[agent]),
            "Leader 1": Decimal(people[agent]["Leader 1"]),
            "Leader Name": name(leaders[people[agent]["Leader 1"]]),
            "Month Start Date": month.strftime("%d/%m/%Y"),
            "Location": places[people[agent]["Location ID"]],
            "Calls Answered": answered,
            "Calls Not Answered": lost,
            "Not Answered Rate": lost_share,
            "Met Not Answered Rate": "" if lost_share is None else str(lost_share < Decimal("0.05")),
            "Not Answered Percent < 5": Decimal(5),
            "Calls Offered": offered,
            "Total Duration": duration,
            "Agent Avg Duration": rounded(duration, answered, "1"),
            # the export has had transfers since May
            "Transfers": transferred if month >= date(2021, 5, 1) else None,
            "Sentiment": sentiment,
            "Sentiment Score >= 0": Decimal(0),
            "Met Sentiment Goal": "" if sentiment is None else str(sentiment >= 0),
        }

    texts = ("Agent Name", "Leader Name", "Month Start Date", "Location", "Met Not Answered Rate", "Met Sentiment Goal")
    expected = [
        {column: value if column in texts else number(value) for column, value in row.items()}
        for row in rows_of(folder / "expected" / "output_01.csv")
    ]
    assert len(expected) == 1620
    wrong = []
    for row in expected:
        got = answer(str(row["id"]), datetime.strptime(str(row["Month Start Date"]), "%d/%m/%Y").date())
        if got != row:
            wrong.append((row, got))
    assert wrong == []


def test_every_center_and_month_of_the_turnover_case_is_equal(tmp_path: Path) -> None:
    folder = case("case_237_employee_turnover")
    warehouse = warehouse_with("stints", tmp_path)
    warehouse.land("stints/months/months.csv", folder / "inputs" / "input_01.csv")
    assert warehouse.refresh(("kpi_value_people",), as_of=datetime(2023, 7, 1)).failed == []

    turnover = {
        (period, end, center.removeprefix("stints:")): (leavers, average)
        for period, end, center, leavers, average in warehouse.query(
            "select period_type, period_end, scope_id, numerator, denominator from marts.kpi_value_people"
            " where kpi_id = 'agent_turnover_rate' and variant = 'shrm_period' and scope_type = 'site'"
            " and period_type in ('month', 'trailing_12m')"
        )
    }
    headcount = {
        (day, center.removeprefix("stints:")): count
        for day, center, count in warehouse.query(
            "select business_date, site_id, count(*) from core.fct_headcount_day"
            " where business_date = last_day(business_date) group by all"
        )
    }
    expected = rows_of(folder / "expected" / "output_01.csv")
    assert len(expected) == 315
    first: dict[str, date] = {}
    wrong = []
    for row in expected:
        end, center = datetime.strptime(row["month_end_date"], "%d/%m/%Y").date(), row["dc_nbr"]
        # the case has no opening balance before a center's first month, nor a year's before its thirteenth
        age = (end.year - first.setdefault(center, end).year) * 12 + end.month - first[center].month
        leavers, average = turnover.get(("month", end, center), (0, 0))
        year_leavers, year_average = turnover.get(("trailing_12m", end, center), (0, 0))
        got = {
            "ee_count": headcount.get((end, center), 0),
            "ee_leaving": leavers,
            "ee_leaving_p12": year_leavers if age >= 11 else None,
            "avg_ee_month": average if age >= 1 else None,
            "avg_ee_p12": year_average if age >= 12 else None,
            "turnover_month": rounded(leavers, average, "0.01", 100) if age >= 1 else None,
            "turnover_p12": rounded(year_leavers, year_average, "0.01", 100) if age >= 12 else None,
        }
        want = {column: number(row[column]) for column in got}
        if got != want:
            wrong.append((center, end, want, got))
    assert wrong == []
