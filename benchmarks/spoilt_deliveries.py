"""Deliveries that are spoilt in twelve ways, and nights on which nothing is: what the incoming check finds of each.

A simulated center delivers day after day; each night's files are loaded and judged as a refresh does it, without dbt.
Every spoilt delivery is made of the same undisturbed one, in a copy of the same home.

    python benchmarks/spoilt_deliveries.py --contacts-per-day 300 --quiet-days 90 --seed 1
"""

import csv
import io
import shutil
import tempfile
import time
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from orchestration.ingest.books import create_books, finish_refresh, start_refresh
from orchestration.ingest.declarations import ExtractDeclaration, load_declarations
from orchestration.ingest.load import load_landing
from orchestration.ingest.public_holidays import load_public_holidays
from orchestration.ingest.raw import ensure_raw_tables
from orchestration.session import open_warehouse
from orchestration.settings import PROJECT_DIR
from orchestration.stages import latest_midnight
from orchestration.transform.project import DbtPaths, Manifest
from orchestration.transform.runner import current_manifest
from orchestration.validate.borders import TONIGHT, note_tonight
from orchestration.validate.finding import Finding, find
from simulator import SimulationOptions, simulate

FIRST_DAY = date(2026, 3, 2)
LEARNED = 42
"""Days that are delivered before anything is judged."""

ZONE = "Europe/Berlin"
Rows = list[dict[str, str]]
Delivery = dict[str, Rows]
"""Rows of one day by entity."""

INSTANTS = ("started_at", "ended_at", "queued_at", "dequeued_at", "answered_at", "last_updated_at")


def judge(
    warehouse: Path, landing: Path, declarations: tuple[ExtractDeclaration, ...], day: date, manifest: Manifest | None
) -> tuple[list[Finding], float]:
    """Load what lies in ``landing`` as the refresh after ``day`` does; return findings and seconds of the check."""
    as_of = latest_midnight(ZONE, datetime.combine(day + timedelta(days=1), datetime.min.time(), ZoneInfo(ZONE)))
    with open_warehouse(warehouse) as con:
        create_books(con)
        ensure_raw_tables(con, declarations)
        refresh_id = start_refresh(con, run_id=str(day), as_of=as_of)
        load_landing(con, landing, declarations, refresh_id)
        load_public_holidays(con, as_of, refresh_id)
        note_tonight(con)
        started = time.monotonic()
        new = f"select file_id from {TONIGHT}"
        found = find(con, declarations, as_of=as_of, zone=ZONE, new_files=new, manifest=manifest)
        seconds = time.monotonic() - started
        finish_refresh(con, refresh_id, "complete")
    return found, seconds


def read(landing: Path, day: date) -> Delivery:
    """Return the rows of one day's files."""
    found: Delivery = {}
    for file in sorted(landing.glob(f"standard/*/*{day}*.csv")):
        found[file.parent.name] = list(csv.DictReader(io.StringIO(file.read_text())))
    return found


def write(landing: Path, day: str, delivery: Delivery) -> None:
    """Write rows as files of one day."""
    for entity, rows in delivery.items():
        if not rows:
            continue
        file = landing / "standard" / entity / f"{entity}_{day}.csv"
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("w", newline="") as stream:
            writer = csv.DictWriter(stream, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)


def edited(delivery: Delivery, **changes: Callable[[Rows], Rows]) -> Delivery:
    """Return a delivery with other rows in some entities."""
    return delivery | {entity: change([dict(row) for row in delivery[entity]]) for entity, change in changes.items()}


def without(entity: str) -> Callable[[Delivery], Delivery]:
    """Return a change that leaves an entity out."""
    return lambda delivery: {name: rows for name, rows in delivery.items() if name != entity}


def _half(rows: Rows) -> Rows:
    return rows[::2]


def _hours_missing(column: str) -> Callable[[Rows], Rows]:
    return lambda rows: [row for row in rows if row[column][11:13] not in ("09", "10")]


def _without_biggest(rows: Rows) -> Rows:
    queues = [row["queue_id"] for row in rows if row["queue_id"]]
    biggest = max(set(queues), key=queues.count)
    return [row for row in rows if row["queue_id"] != biggest]


def _under_other_ids(rows: Rows) -> Rows:
    copies = [row | {name: f"{row[name]}-2" for name in ("contact_id", "segment_id") if row.get(name)} for row in rows]
    return rows + copies


def _in_milliseconds(rows: Rows) -> Rows:
    return [row | {"talk_seconds": f"{row['talk_seconds']}000" if row["talk_seconds"] else ""} for row in rows]


def _an_hour_off(rows: Rows) -> Rows:
    def shifted(text: str) -> str:
        moved = datetime.fromisoformat(text.replace("Z", "+00:00")) + timedelta(hours=1)
        return moved.isoformat().replace("+00:00", "Z")

    return [row | {name: shifted(row[name]) for name in INSTANTS if row.get(name)} for row in rows]


def _two_digit_years(rows: Rows) -> Rows:
    return [row | {name: row[name][2:] for name in INSTANTS if row.get(name)} for row in rows]


SPOILT: dict[str, Callable[[Delivery], Delivery]] = {
    "half of the contacts": lambda d: edited(d, contacts=_half),
    "two hours missing": lambda d: edited(
        d, contacts=_hours_missing("started_at"), contact_segments=_hours_missing("queued_at")
    ),
    "the biggest queue absent": lambda d: edited(d, contact_segments=_without_biggest),
    "the day twice, under other ids": lambda d: edited(d, contacts=_under_other_ids, contact_segments=_under_other_ids),
    "yesterday's file again": lambda d: d,
    "no contacts at all": without("contacts"),
    "surveys missing": without("survey_invitations"),
    "nothing for four days": lambda _: {},
    "talk time in milliseconds": lambda d: edited(d, contact_segments=_in_milliseconds),
    "clocks an hour off": lambda d: edited(d, contacts=_an_hour_off, contact_segments=_an_hour_off),
    "a segments file cut in half": lambda d: edited(d, contact_segments=lambda rows: rows[: len(rows) // 2]),
    "two-digit years": lambda d: edited(d, contacts=_two_digit_years, contact_segments=_two_digit_years),
}
"""What is done to a day's delivery, by name."""


def main(
    contacts_per_day: Annotated[int, typer.Option(min=20, help="Size of the center.")] = 300,
    quiet_days: Annotated[int, typer.Option(min=1, help="Undisturbed days that are judged.")] = 90,
    seed: Annotated[int, typer.Option(help="Of the simulation.")] = 1,
) -> None:
    """Print what is found of each spoilt delivery, and on how many undisturbed days anything is."""
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        manifest = current_manifest(DbtPaths(PROJECT_DIR, scratch / "dbt"), scratch)
        declarations = load_declarations(manifest)
        everything, landing, warehouse = scratch / "all", scratch / "landing", scratch / "warehouse.duckdb"
        days = LEARNED + quiet_days
        options = SimulationOptions(start_date=FIRST_DAY, days=days, contacts_per_day=contacts_per_day, seed=seed)
        simulate(everything, options)
        print(f"{contacts_per_day} contacts a day, seed {seed}, {LEARNED} days learned", flush=True)
        alarms, seconds = 0, 0.0
        for number in range(days):
            day = FIRST_DAY + timedelta(days=number)
            if number == LEARNED:
                shutil.copy(warehouse, scratch / "learned.duckdb")
            _deliver(everything, landing, day, first=number == 0)
            found, spent = judge(warehouse, landing, declarations, day, None)
            loud = [each for each in found if each.severity != "note"]
            if number >= LEARNED:
                alarms, seconds = alarms + bool(loud), seconds + spent
            for each in loud:
                print(f"  {day}: {each.name}: {each.text}", flush=True)
        share = alarms / quiet_days
        print(
            f"{quiet_days} quiet days: {alarms} with a finding of hold or stop ({share:.1%}),"
            f" {seconds / quiet_days:.2f} s each"
        )
        missed = _spoil(scratch, everything, declarations)
    raise SystemExit(1 if missed or share > 0.02 else 0)


def _spoil(scratch: Path, everything: Path, declarations: tuple[ExtractDeclaration, ...]) -> int:
    missed = 0
    day = FIRST_DAY + timedelta(days=LEARNED + 1)
    for name, spoil in SPOILT.items():
        warehouse, landing = scratch / "spoilt.duckdb", scratch / "spoilt"
        shutil.copy(scratch / "learned.duckdb", warehouse)
        shutil.rmtree(landing, ignore_errors=True)
        days_late = 3 if name == "nothing for four days" else 0
        delivery = read(everything, day - timedelta(days=1) if name == "yesterday's file again" else day)
        write(landing, str(day - timedelta(days=1)), read(everything, day - timedelta(days=1)))
        judge(warehouse, landing, declarations, day - timedelta(days=1), None)
        write(landing, str(day), spoil(delivery))
        found, _ = judge(warehouse, landing, declarations, day + timedelta(days=days_late), None)
        rules = sorted({f"{each.severity} {each.entity}:{each.rule}" for each in found if each.severity != "note"})
        missed += not rules
        print(f"{name:32} {', '.join(rules) or 'NOT NOTICED'}", flush=True)
    print(f"{len(SPOILT) - missed} of {len(SPOILT)} spoilt deliveries noticed")
    return missed


def _deliver(everything: Path, landing: Path, day: date, *, first: bool) -> None:
    """Put the files of a day into the landing folder; files without a date come with the first."""
    for file in everything.rglob("*.csv"):
        is_dated = any(character.isdigit() for character in file.stem)
        if str(day) in file.stem or (first and not is_dated):
            target = landing / file.relative_to(everything)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(file, target)


if __name__ == "__main__":
    typer.run(main)
