"""One small simulation for all tests: 16 days around the end of daylight saving time on both sides of the ocean."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from simulator import SimulationOptions, SimulationSummary, simulate

Record = dict[str, str]
FIRST_DAY = date(2024, 10, 21)


def seconds(text: str) -> int:
    """UTC seconds of a contract timestamp."""
    return int(datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC).timestamp())


@dataclass(frozen=True)
class Extracts:
    """Written extracts, read back without the simulator's help."""

    landing: Path
    summary: SimulationSummary

    def delivered(self, entity: str) -> list[Record]:
        """All rows in order of delivery, with the day of their file under ``_day``."""
        rows = []
        for path in sorted((self.landing / "standard" / entity).glob("*.csv")):
            with path.open(newline="", encoding="utf-8") as file:
                rows += [row | {"_day": path.stem[-10:]} for row in csv.DictReader(file)]
        return rows

    def latest(self, entity: str, *key: str, newest: str | None = None) -> list[Record]:
        """Return the last delivered version per key, or the one with the greatest ``newest``."""
        found: dict[tuple[str, ...], Record] = {}
        for row in self.delivered(entity):
            identity = tuple(row[column] for column in key)
            if newest is None or identity not in found or row[newest] >= found[identity][newest]:
                found[identity] = row
        return list(found.values())

    def contacts(self) -> list[Record]:
        return self.latest("contacts", "contact_id", newest="last_updated_at")

    def segments(self) -> list[Record]:
        return self.latest("contact_segments", "segment_id")

    def digests(self) -> dict[str, str]:
        """Content hash of every file by relative path."""
        return {
            str(path.relative_to(self.landing)): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(self.landing.rglob("*.csv"))
        }


Simulate = Callable[..., Extracts]


@pytest.fixture(scope="session")
def run(tmp_path_factory: pytest.TempPathFactory) -> Simulate:
    """Simulate with the given options into a fresh landing, or into ``landing``."""

    def simulate_with(landing: Path | None = None, **options: object) -> Extracts:
        settings: dict[str, object] = {"contacts_per_day": 250, "start_date": FIRST_DAY, "days": 4, "seed": 7} | options
        target = landing or tmp_path_factory.mktemp("landing")
        return Extracts(target, simulate(target, SimulationOptions(**settings)))  # type: ignore[arg-type]

    return simulate_with


@pytest.fixture(scope="session")
def clean(run: Simulate) -> Extracts:
    return run(days=16)


@pytest.fixture(scope="session")
def dirty(run: Simulate) -> Extracts:
    return run(days=16, dirt=0.05)
