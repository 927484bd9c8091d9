"""One more night on different lengths of history: what a night costs, stage by stage, and how that grows.

For every length the program simulates that many days, refreshes once from nothing, delivers one more day and
refreshes again. It prints both in seconds with their peak memory, the size of what is published, and the ratio to the
shortest history.

    python benchmarks/one_more_night.py --days 30 --days 120 --contacts-per-day 1500
"""

import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Annotated

import duckdb
import typer

from simulator import SimulationOptions, simulate

FIRST_DAY = date(2025, 1, 6)


def refresh(home: Path, as_of: date) -> tuple[float, dict[str, float], int]:
    """Run one refresh in a process of its own; return wall seconds, seconds by stage and peak memory in MiB."""
    script = (
        "import json, resource, sys\n"
        "from datetime import datetime\n"
        "from pathlib import Path\n"
        "from orchestration.refresh import refresh\n"
        "from orchestration.settings import Settings\n"
        "outcome = refresh(Settings(home=Path(sys.argv[1])), as_of=datetime.fromisoformat(sys.argv[2]))\n"
        "peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024\n"
        "print('RESULT ' + json.dumps([outcome.status, outcome.reasons, dict(outcome.stage_seconds), peak]))\n"
    )
    instant = datetime.combine(as_of, datetime.min.time()).isoformat()
    begun = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", script, str(home), instant],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "CONTACT_CENTER_HOME": str(home)},
    )
    seconds = time.monotonic() - begun
    answers = [line for line in done.stdout.splitlines() if line.startswith("RESULT ")]
    if not answers:
        raise SystemExit(done.stderr)
    status, reasons, stages, peak = json.loads(answers[0].removeprefix("RESULT "))
    if status != "complete":
        raise SystemExit(f"the refresh failed: {reasons}")
    return seconds, stages, peak


def one_more_night(
    scratch: Path, days: int, contacts_per_day: int, agents: int
) -> dict[str, tuple[float, dict[str, float], int]]:
    """Return the figures of the first refresh over ``days`` and of the one with a day more."""
    home = scratch / f"{days}_days"
    options = SimulationOptions(
        days=days + 1, contacts_per_day=contacts_per_day, agents=agents or None, start_date=FIRST_DAY, seed=3
    )
    everything = scratch / f"{days}_extracts"
    begun = time.monotonic()
    summary = simulate(everything, options)
    rows = sum(summary.rows.values())
    print(f"{days:4} days: {rows:,} rows simulated in {time.monotonic() - begun:,.0f} s", flush=True)
    last = (FIRST_DAY + timedelta(days=days)).isoformat()
    held_back = [path for path in sorted(everything.rglob("*.csv")) if last in path.name]
    kept = [(path, path.relative_to(everything)) for path in held_back]
    aside = scratch / f"{days}_aside"
    for path, name in kept:
        (aside / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.move(path, aside / name)
    home.mkdir()
    shutil.move(everything, home / "landing")
    first = refresh(home, FIRST_DAY + timedelta(days=days))
    for _, name in kept:
        (home / "landing" / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.move(aside / name, home / "landing" / name)
    second = refresh(home, FIRST_DAY + timedelta(days=days + 1))
    third = refresh(home, FIRST_DAY + timedelta(days=days + 1))
    return {"first": first, "one more day": second, "nothing new": third}


def main(
    days: Annotated[list[int] | None, typer.Option(help="Days of history; give it several times.")] = None,
    contacts_per_day: Annotated[int, typer.Option(help="Mean contacts a day.")] = 1500,
    agents: Annotated[int, typer.Option(help="Agents on the floor; 0 staffs for the load.")] = 0,
    keep: Annotated[Path | None, typer.Option(help="Folder to work in and to leave behind.")] = None,
) -> None:
    """Print what one more night costs on every length of history, and the ratios."""
    lengths = days or [30, 120]
    with tempfile.TemporaryDirectory() as temporary:
        scratch = keep or Path(temporary)
        scratch.mkdir(parents=True, exist_ok=True)
        nights: dict[int, tuple[float, dict[str, float], int]] = {}
        for length in lengths:
            for name, (seconds, stages, peak) in one_more_night(scratch, length, contacts_per_day, agents).items():
                parts = ", ".join(f"{stage} {spent:.1f}" for stage, spent in stages.items())
                print(f"{length:4} days, {name:12}: {seconds:6.1f} s, {peak} MiB ({parts})", flush=True)
                if name == "one more day":
                    nights[length] = (seconds, stages, peak)
            published = scratch / f"{length}_days" / "published"
            with duckdb.connect(str(published / "kpi.duckdb"), read_only=True) as con:
                rows = con.execute("select count(*) from marts.kpi_value").fetchone()
            size = (published / "kpi.duckdb").stat().st_size / 2**20
            print(
                f"{length:4} days: {rows[0] if rows else 0:,} rows of kpi_value, publication {size:,.0f} MiB",
                flush=True,
            )
        base = nights[lengths[0]]
        for length in lengths[1:]:
            seconds, stages, peak = nights[length]
            print(
                f"one more night on {length} days against {lengths[0]} days:"
                f" {seconds / base[0]:.2f} times the wall time,"
                f" {stages['dbt'] / base[1]['dbt']:.2f} times the time in dbt,"
                f" {peak / base[2]:.2f} times the peak memory"
            )
    print(f"peak memory of this program: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MiB")


if __name__ == "__main__":
    typer.run(main)
