"""What lands: names, columns, determinism and prefix stability."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from simulator import SimulationOptions
from simulator.clock import OPERATOR_ZONE, local_date
from simulator.entities import COLUMNS

CATALOGUE = Path(__file__).parents[4] / "shared" / "kpi" / "catalogue.md"
IN_ONE_LINE = (
    "sites", "teams", "contact_reasons", "campaigns", "benchmarks", "incentive_rules", "action_items", "reviews"
)  # fmt: skip
"""Small tables whose columns the contract names in one line."""
PLANS = (
    "operating_hours", "schedules", "absences", "adherence_exceptions", "forecasts", "staff_requirements",
    "system_service_days",
)  # fmt: skip
"""Extracts that speak of the days to come."""
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


def load_seconds(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp())


def test_the_same_options_write_the_same_bytes(run: Any) -> None:
    first, second = run(dirt=0.03), run(dirt=0.03)
    assert first.digests() == second.digests()
    assert first.summary == second.summary


def test_another_seed_writes_other_contacts(run: Any) -> None:
    name = f"standard/contacts/contacts_{date(2024, 10, 21)}.csv"
    assert run(seed=1).digests()[name] != run(seed=2).digests()[name]


@pytest.mark.parametrize("dirt", [0.0, 0.05])
def test_one_more_night_leaves_the_earlier_files_as_they_were(run: Any, dirt: float) -> None:
    shorter, longer = run(days=5, dirt=dirt).digests(), run(days=6, dirt=dirt).digests()
    assert set(shorter) < set(longer)
    assert {name: longer[name] for name in shorter} == shorter
    assert {name[-14:-4] for name in set(longer) - set(shorter)} == {"2024-10-26"}


def test_one_more_night_into_the_same_landing_touches_no_earlier_file(run: Any) -> None:
    before = run(days=3)
    times = {path: path.stat().st_mtime_ns for path in before.landing.rglob("*.csv")}
    run(landing=before.landing, days=4)
    assert {path: path.stat().st_mtime_ns for path in times} == times


def test_write_from_writes_the_same_later_files_and_no_earlier_ones(run: Any) -> None:
    whole = run(days=4).digests()
    tail = run(days=4, write_from=date(2024, 10, 23)).digests()
    assert tail == {name: digest for name, digest in whole.items() if name[-14:-4] >= "2024-10-23"}


def test_start_and_end_describe_the_same_simulation(run: Any) -> None:
    by_end = run(start_date=None, end_date=date(2024, 10, 24), days=4)
    assert by_end.digests() == run(days=4).digests()


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"end_date": date(2024, 1, 1), "days": 0},
        {"end_date": date(2024, 1, 1), "dirt": 1.1},
        {"end_date": date(2024, 1, 1), "contacts_per_day": 0},
        {"end_date": date(2024, 1, 5), "start_date": date(2024, 1, 1), "days": 4},
    ],
)
def test_impossible_options_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        SimulationOptions(**wrong)


def test_every_entity_is_written_in_files_named_by_entity_and_day(clean: Any) -> None:
    days = {(date(2024, 10, 21) + timedelta(days=n)).isoformat() for n in range(16)}
    for path in clean.landing.rglob("*.csv"):
        entity, day = path.stem[:-11], path.stem[-10:]
        assert path.parent == clean.landing / "standard" / entity
        assert day in days
    assert {path.name for path in (clean.landing / "standard").iterdir()} == set(COLUMNS)


@pytest.mark.skipif(not CATALOGUE.exists(), reason="the catalogue is not beside the repository")
@pytest.mark.parametrize("entity", IN_ONE_LINE)
def test_columns_of_small_tables_are_those_of_the_contract(entity: str) -> None:
    (line,) = re.findall(rf"^\| {entity} \| table \| \w+ \| (.*) \|$", CATALOGUE.read_text(encoding="utf-8"), re.M)
    assert list(COLUMNS[entity]) == [part.split()[0] for part in line.split(", ")]


@pytest.mark.skipif(not CATALOGUE.exists(), reason="the catalogue is not beside the repository")
def test_every_entity_of_the_contract_is_written() -> None:
    text = CATALOGUE.read_text(encoding="utf-8")
    section = text[text.index("### 5.2 Entities") : text.index("### 5.3")]
    headings = re.findall(r"^`([\w, ]+)` —", section, re.M)
    assert len(headings) == 42
    assert {name for heading in headings for name in heading.split(", ")} == set(COLUMNS)


@pytest.mark.skipif(not CATALOGUE.exists(), reason="the catalogue is not beside the repository")
@pytest.mark.parametrize("entity", sorted(set(COLUMNS) - set(IN_ONE_LINE)))
def test_columns_are_those_of_the_contract(entity: str) -> None:
    text = CATALOGUE.read_text(encoding="utf-8")
    section = text[text.index("### 5.2 Entities") :]
    table = section[section.index(f"\n`{entity}` —") :].split("\n\n")[1]
    columns = [line.split("|")[1].strip() for line in table.strip().splitlines()[2:]]
    companions = {"vendor_id", "sentiment_model_version"}  # named by rules of the contract, not listed as columns
    assert [column for column in COLUMNS[entity] if column not in companions] == columns


def test_every_instant_is_utc_text_and_not_in_the_future_of_its_file(clean: Any) -> None:
    for entity in COLUMNS:
        columns = [name for name in COLUMNS[entity] if name.endswith("_at") and name not in ("due_at", "close_at")]
        for row in clean.delivered(entity):
            for column in columns:
                if row[column]:
                    assert INSTANT.fullmatch(row[column])
                    if entity not in PLANS:
                        assert local_date(OPERATOR_ZONE, load_seconds(row[column])).isoformat() <= row["_day"]


def test_a_contact_is_in_the_file_of_the_day_on_which_its_work_was_done(clean: Any) -> None:
    rows = clean.delivered("contacts")
    done = [(local_date(OPERATOR_ZONE, load_seconds(row["last_updated_at"])).isoformat(), row["_day"]) for row in rows]
    assert all(finished == day for finished, day in done)
    began = [local_date(OPERATOR_ZONE, load_seconds(row["started_at"])).isoformat() for row in rows]
    assert any(start < day for start, (_, day) in zip(began, done, strict=True)), "none ran past midnight"


def test_rows_in_the_summary_are_the_rows_in_the_files(dirty: Any) -> None:
    for entity, count in dirty.summary.rows.items():
        lines = sum(
            len(path.read_text(encoding="utf-8").splitlines()) - 1
            for path in (dirty.landing / "standard" / entity).glob("*.csv")
        )
        assert lines == count
    assert dirty.summary.files == len(dirty.digests())


def test_the_clock_change_gives_a_day_of_twenty_five_hours(clean: Any) -> None:
    hours = {
        (row["queue_id"], row["local_date"]): load_seconds(row["close_at"]) - load_seconds(row["open_at"])
        for row in clean.delivered("operating_hours")
    }
    assert hours["BER-EMG", "2024-10-26"] == 24 * 3600
    assert hours["BER-EMG", "2024-10-27"] == 25 * 3600
