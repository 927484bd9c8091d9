"""A full rebuild of many contact segments against one hand-written script over the same files.

The program simulates the telephony extracts of a contact center, lets `hand_written.sql` load them and compute
service level, speed of answer, handle time, abandonment and resolution, and then the warehouse: telephony alone, and
with --everything the whole center. It prints seconds by stage, peak memory, and the ratio to the script, and checks
that both find the same service level.

    python benchmarks/full_rebuild.py --segments 5000000
"""

import shutil
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import duckdb
import typer

from benchmarks.one_more_night import FIRST_DAY, refresh
from simulator import SimulationOptions, simulate

TELEPHONY = frozenset(
    {"contacts", "contact_segments", "callbacks", "customers", "agents", "queues", "sites", "teams", "contact_reasons"}
)
CONTACTS_PER_DAY = 15_000
SCRIPT = Path(__file__).with_name("hand_written.sql")
SERVICE_LEVEL = (
    "select cast(sum(numerator) as bigint), cast(sum(denominator) as bigint) from marts.kpi_value"
    " where kpi_id = 'service_level' and variant = 'default' and period_type = 'month' and scope_type = 'enterprise'"
)


def simulate_days(landing: Path, days: int, agents: int, entities: frozenset[str] | None) -> None:
    """Write the extracts of this many days."""
    simulate(
        landing,
        SimulationOptions(
            days=days,
            contacts_per_day=CONTACTS_PER_DAY,
            agents=agents,
            start_date=FIRST_DAY,
            seed=3,
            entities=entities,
        ),
    )


def hand_written(landing: Path, scratch: Path) -> tuple[float, tuple[int, int], int]:
    """Run the script in a database of its own; return (seconds, service level's parts, segments)."""
    begun = time.monotonic()
    with duckdb.connect(str(scratch / "hand_written.duckdb")) as con:
        con.execute(SCRIPT.read_text().format(landing=landing))
        seconds = time.monotonic() - begun
        within, settled = con.execute(
            "select cast(sum(within_threshold) as bigint), cast(sum(answered + abandoned) as bigint) from report"
        ).fetchall()[0]
        segments = con.execute("select count(*) from segments").fetchall()[0][0]
    return seconds, (within, settled), segments


def show(name: str, seconds: float, stages: dict[str, float], peak: int, base: float) -> None:
    """Print one line of figures."""
    parts = ", ".join(f"{stage} {spent:.1f}" for stage, spent in stages.items())
    print(f"{name:20}: {seconds:7.1f} s, {peak} MiB, {seconds / base:.1f} times the script ({parts})", flush=True)


def main(
    segments: Annotated[int, typer.Option(help="How many contact segments, about.")] = 5_000_000,
    agents: Annotated[int, typer.Option(help="Agents on the floor.")] = 300,
    everything: Annotated[bool, typer.Option("--everything", help="Also rebuild the whole center.")] = False,
) -> None:
    """Print the figures."""
    days = max(8, round(segments / CONTACTS_PER_DAY / 1.08))
    as_of = FIRST_DAY + timedelta(days=days)
    with tempfile.TemporaryDirectory() as temporary:
        scratch = Path(temporary)
        home = scratch / "telephony"
        simulate_days(home / "landing", days, agents, TELEPHONY)
        script_seconds, script_parts, count = hand_written(home / "landing", scratch)
        print(f"{days} days, {count:,} segments; the script: {script_seconds:.1f} s", flush=True)
        show("telephony alone", *refresh(home, as_of), script_seconds)
        with duckdb.connect(str(home / "published" / "kpi.duckdb"), read_only=True) as con:
            ours = con.execute(SERVICE_LEVEL).fetchall()[0]
            rows = con.execute("select count(*) from marts.kpi_value").fetchall()[0][0]
        print(f"service level: {ours} here, {script_parts} in the script; kpi_value: {rows:,} rows")
        if everything:
            shutil.rmtree(home)
            home = scratch / "whole"
            simulate_days(home / "landing", days, agents, None)
            show("whole warehouse", *refresh(home, as_of), script_seconds)
            print(f"publication: {(home / 'published' / 'kpi.duckdb').stat().st_size / 2**20:,.0f} MiB")


if __name__ == "__main__":
    typer.run(main)
