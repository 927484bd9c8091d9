"""How long the simulator takes, and whether its time grows no faster than its contacts.

Run: ``python benchmarks/simulate.py``. Last figures, one core of two, November 2026:

| days | contacts a day | process seconds | peak memory |
|---|---|---|---|
| 60 | 1,500 | 8 | 80 MB |
| 6 | 15,000 | 13 | 480 MB |

The peak belongs to the first day, when every customer is delivered; a later day of 15,000 contacts takes 1.5 s.
"""

from __future__ import annotations

import resource
import tempfile
import time
from datetime import date
from pathlib import Path

from simulator import SimulationOptions, simulate

CASES = ((60, 1_500), (6, 15_000))


def measure(days: int, contacts_per_day: int) -> tuple[float, float]:
    """Process seconds and peak memory (MB, of the whole process so far) of one simulation into a scratch folder."""
    options = SimulationOptions(days=days, contacts_per_day=contacts_per_day, end_date=date(2024, 11, 10), dirt=0.01)
    with tempfile.TemporaryDirectory() as scratch:
        began = time.process_time()
        simulate(Path(scratch), options)
        return time.process_time() - began, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    """Print one row per case."""
    for days, contacts_per_day in CASES:
        seconds, memory = measure(days, contacts_per_day)
        print(f"| {days} | {contacts_per_day:,} | {seconds:.1f} | {memory:.0f} MB |")


if __name__ == "__main__":
    main()
