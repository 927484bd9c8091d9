"""How long the simulator takes, and whether its time grows no faster than its contacts.

Run: ``python benchmarks/simulate.py``. Last figures, one core of two, November 2026:

| days | contacts a day | process seconds | rows a day | peak memory |
|---|---|---|---|---|
| 60 | 1,500 | 12 | 19,000 | 82 MB |
| 6 | 15,000 | 19 | 286,000 | 560 MB |
| 30 | 15,000 | 89 | 185,000 | 520 MB |

Taken beside other work, which makes them a third slower than they are. The peak belongs to the first day, when every
customer is delivered; a later day of 15,000 contacts takes 2 s.
"""

from __future__ import annotations

import resource
import tempfile
import time
from datetime import date
from pathlib import Path

from simulator import SimulationOptions, simulate

CASES = ((60, 1_500), (6, 15_000))


def measure(days: int, contacts_per_day: int) -> tuple[float, float, float]:
    """Process seconds, rows a day and peak memory (MB, of the whole process so far) of one simulation."""
    options = SimulationOptions(days=days, contacts_per_day=contacts_per_day, end_date=date(2024, 11, 10), dirt=0.01)
    with tempfile.TemporaryDirectory() as scratch:
        began = time.process_time()
        summary = simulate(Path(scratch), options)
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        return time.process_time() - began, sum(summary.rows.values()) / days, memory


def main() -> None:
    """Print one row per case."""
    for days, contacts_per_day in CASES:
        seconds, rows, memory = measure(days, contacts_per_day)
        print(f"| {days} | {contacts_per_day:,} | {seconds:.1f} | {rows:,.0f} | {memory:.0f} MB |")


if __name__ == "__main__":
    main()
