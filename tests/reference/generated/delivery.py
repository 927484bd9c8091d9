"""Many invented centers in one landing folder, delivered in two nights: late, repeated and corrected."""

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from hypothesis import strategies as st

from tests.reference.generated import business, contacts, parameters, staff
from tests.reference.generated.builder import ZONES, Builder, Plan, Season
from tests.reference.records import KEYS, Row

CURRENT_STATE = ("employee_survey_answers",)
"""Extracts without a key, which are delivered once."""


NEVER_DELIVERED = {
    "autumn": "contacts.is_resolved",
    "spring": "contact_segments.transfer_out_type",
    "new_year": "contact_segments.acw_seconds",
}
"""By season a column that nobody's systems have."""


@dataclass(frozen=True)
class World:
    """Centers of one season, their parameters, and the chance by which rows come late or in several versions.

    ``absent`` are extracts, and columns of extracts (``entity.column``), that no system of theirs delivers.
    """

    season: Season
    plans: tuple[Plan, ...]
    seed: int
    parameters: Mapping[str, Any]
    absent: frozenset[str] = frozenset()

    @property
    def first_night(self) -> datetime:
        """The as-of of the first of the two nights."""
        return self.season.as_of - timedelta(days=4)


def invented(season: Season, centers: int, seed: int) -> World:
    """Return a world whose centers follow from a seed, as of a local midnight; each has some of everything."""
    chance = Random(seed)  # noqa: S311 - test data, no secret
    plans = tuple(
        Plan(
            seed=chance.getrandbits(32),
            zones=(chance.choice(ZONES), chance.choice(ZONES)),
            contacts=chance.randint(5, 30),
            tickets=chance.randint(2, 8),
        )
        for _ in range(centers)
    )
    as_of = season.seen_from(chance.choice(ZONES))
    return World(as_of, plans, seed, parameters.invented(seed), frozenset({NEVER_DELIVERED[season.name]}))


def worlds(season: Season, centers: int) -> st.SearchStrategy[World]:
    """Draw so many centers for a season, by one number: the first draw of hypothesis is the least of all."""
    return st.integers(0, 2**32 - 1).map(lambda seed: invented(season, centers, seed))


def rows_of(world: World) -> dict[str, list[Row]]:
    """Return the rows of all centers by entity, newest versions only, exchange rates included."""
    found: dict[str, list[Row]] = {entity: [] for entity in KEYS}
    for number, plan in enumerate(world.plans):
        builder = Builder(f"c{number:02}", plan, world.season)
        staff.build(builder)
        contacts.build(builder)
        business.build(builder)
        for entity, rows in builder.rows.items():
            found[entity] += rows
    for days, rate in ((400, "0.9"), (3, "0.95")):
        rate_date = (world.season.as_of - timedelta(days=days)).date()
        found["fx_rates"].append({"rate_date": rate_date.isoformat(), "currency": "USD", "rate_to_reporting": rate})
    return {
        entity: [
            {name: cell for name, cell in row.items() if f"{entity}.{name}" not in world.absent}
            for row in rows
            if entity not in world.absent
        ]
        for entity, rows in found.items()
    }


def deliver(world: World, landing: Path, night: int) -> None:
    """Write the files of the first or the second night, as ``landing/<entity>/<entity>_<night>.csv``.

    The first night brings what was known then, one row in ten in an older version. The second brings what happened
    since, what came late, the corrections, and a few rows once more.
    """
    known_until = world.first_night.strftime("%Y-%m-%dT%H:%M:%SZ")
    chance = Random(world.seed)  # noqa: S311 - test data, no secret
    for entity, rows in rows_of(world).items():
        first: list[Row] = []
        second: list[Row] = []
        for row in rows:
            is_new = any(len(cell) == len(known_until) and cell > known_until for cell in row.values())
            draw = chance.random()
            other = chance.choice(rows)
            if is_new or draw < 0.05 or entity in CURRENT_STATE:
                second.append(row)
            elif draw < 0.15:
                first.append(older(entity, row, other, known_until))
                second.append(row)
            else:
                first.append(row)
                second += [row] if draw > 0.97 else []
        write(landing / entity / f"{entity}_{night}.csv", first if night == 1 else second)


def older(entity: str, row: Row, other: Row, known_until: str) -> Row:
    """Return an older version of a row: its key with what another row says, as far as that was known."""
    key = KEYS[entity]
    if any(len(cell) == len(known_until) and cell > known_until for cell in other.values()):
        other = row
    version = {name: row[name] if name in key else other[name] for name in row}
    if "last_updated_at" in row:
        version["last_updated_at"] = min(row["last_updated_at"], "2024-01-01T00:00:00Z")
    return version


def write(file: Path, rows: Iterable[Row]) -> None:
    """Write rows as CSV; nothing without rows."""
    rows = list(rows)
    if not rows:
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("w", newline="") as lines:
        writer = csv.DictWriter(lines, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
