"""Refreshes that are killed at random moments: whether readers see a whole release, and the next refresh finishes.

The program simulates a small center, refreshes once, delivers one more day, and keeps that home. On a copy of it
``contact-center refresh`` is started and killed (the process, or its whole group) after a random time; then the
publication is read, ``contact-center refresh`` is run again, and its tables are compared with those of a refresh that
nobody killed, both ways by EXCEPT ALL. Columns and tables that tell of the runs themselves are left out.

    python benchmarks/kill_campaign.py --points 100 --seed 1
"""

import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated

import duckdb
import typer

from orchestration.ingest.discover import extracted_at
from orchestration.publish.candidate import is_damaged
from simulator import SimulationOptions, simulate

FIRST_DAY = date(2026, 3, 2)
OF_RUNS = ("computed_at", "run_id", "data_watermark", "newest_load_at", "published_at", "release_id", "refresh_id")
TABLES_OF_RUNS = (
    "release",
    "mart_refresh",
    "mart_data_health",
    "mart_failed_expectation",
    "mart_finding",
    "mart_rejection",
)


def start(home: Path, as_of: date) -> subprocess.Popen[str]:
    """Start a refresh in a process group of its own."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("DAGSTER")}
    environment |= {"CONTACT_CENTER_HOME": str(home), "CONTACT_CENTER_LANGUAGES": "en"}
    command = [str(Path(sys.executable).with_name("contact-center")), "refresh", "--as-of", as_of.isoformat()]
    return subprocess.Popen(
        command,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def finish(process: subprocess.Popen[str], seconds: float) -> str:
    """Return why a refresh did not finish well; empty when it did."""
    try:
        told, _ = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        return f"not done after {seconds:.0f} s"
    return "" if process.returncode == 0 else told[-500:]


def differences(one: Path, other: Path) -> list[str]:
    """Return the published tables of two homes that differ."""
    found = []
    with duckdb.connect() as con:
        for name, home in (("one", one), ("other", other)):
            con.execute(f"attach '{home / 'published' / 'kpi.duckdb'}' as {name} (read_only)")
        tables = con.execute("select distinct table_name from duckdb_tables() where schema_name = 'marts'").fetchall()
        for (table,) in sorted(tables):
            if table in TABLES_OF_RUNS:
                continue
            columns = con.execute(f"describe one.marts.{table}").fetchall()
            names = ", ".join(f'"{column[0]}"' for column in columns if column[0] not in OF_RUNS)
            ours, theirs = (f"(select {names} from {name}.marts.{table})" for name in ("one", "other"))
            both = f"select count(*) from (({ours} except all {theirs}) union all ({theirs} except all {ours}))"
            if con.execute(both).fetchall() != [(0,)]:
                found.append(str(table))
    return found


def main(
    points: Annotated[int, typer.Option(min=1, help="Refreshes that are killed.")] = 100,
    days: Annotated[int, typer.Option(min=2, help="Days of the simulated center.")] = 3,
    contacts_per_day: Annotated[int, typer.Option(min=1, help="Its mean contacts a day.")] = 100,
    seed: Annotated[int, typer.Option(help="Chooses the moments.")] = 1,
) -> None:
    """Print for every point when it was killed, and what was wrong after it; at the end the totals."""
    chance = random.Random(seed)  # noqa: S311 - moments, no secrets
    last = FIRST_DAY + timedelta(days=days - 1)
    with tempfile.TemporaryDirectory() as folder:
        kept, straight, home = (Path(folder, name) for name in ("kept", "straight", "home"))
        options = SimulationOptions(start_date=FIRST_DAY, days=days, contacts_per_day=contacts_per_day, seed=seed)
        simulate(Path(folder, "all"), options)
        _deliver(Path(folder, "all"), kept / "landing", before=last)
        if problem := finish(start(kept, last), 900):
            raise SystemExit(problem)
        _deliver(Path(folder, "all"), kept / "landing", before=last + timedelta(days=1))
        shutil.copytree(kept, straight, symlinks=True)
        begun = time.monotonic()
        if problem := finish(start(straight, last + timedelta(days=1)), 900):
            raise SystemExit(problem)
        seconds = time.monotonic() - begun
        print(f"seed {seed}: a refresh takes {seconds:.1f} s")
        whole = finished = equal = left = 0
        for point in range(1, points + 1):
            shutil.rmtree(home, ignore_errors=True)
            shutil.copytree(kept, home, symlinks=True)
            after, is_group = chance.uniform(0, seconds), chance.random() < 0.5
            process = start(home, last + timedelta(days=1))
            time.sleep(after)
            (os.killpg if is_group else os.kill)(process.pid, signal.SIGKILL)
            process.communicate()
            is_whole = not is_damaged(home / "published")
            problem = finish(start(home, last + timedelta(days=1)), 3 * seconds + 60)
            different = [] if problem else differences(home, straight)
            published = home / "published"
            remains = [path.name for path in (*published.glob(".*"), *(published / "releases").glob(".*"))]
            whole, finished = whole + is_whole, finished + (not problem)
            equal, left = equal + (not problem and not different), left + len(remains)
            wrong = "; ".join(filter(None, [problem, ", ".join(different), ", ".join(remains)]))
            who = "group" if is_group else "process"
            said = wrong or "the next refresh is fine"
            print(f"{point:4}  {who:7} after {after:5.1f} s, whole: {is_whole}, {said}", flush=True)
        print(f"{points} points: {whole} publications whole, {finished} next refreshes complete, {equal} equal to a")
        print(f"refresh that nobody killed, {left} left-over files")
    raise SystemExit(0 if whole == finished == equal == points and not left else 1)


def _deliver(source: Path, landing: Path, before: date) -> None:
    """Copy the simulated files of days before a date; files without a date are those of the first delivery."""
    for file in sorted(path for path in source.rglob("*") if path.is_file()):
        named = extracted_at(file.name)
        if named is not None and named.date() >= before:
            continue
        target = landing / file.relative_to(source)
        target.parent.mkdir(parents=True, exist_ok=True)
        if not target.exists():
            shutil.copy2(file, target)


if __name__ == "__main__":
    typer.run(main)
