"""What changed from one release to another: values of ``kpi_value``, counted by KPI and kind of period.

Both are read from their Parquet files, so neither needs its database.
"""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Self

import duckdb

from orchestration.publish.keep import ReleaseError
from orchestration.publish.layout import DESCRIPTION, kept_releases, release_folder
from orchestration.publish.pack import rows_of
from orchestration.publish.whole import DamagedPublicationError, manifest_of
from orchestration.session import settle

TABLE = "kpi_value"
KEY = (
    "kpi_id",
    "variant",
    "period_type",
    "period_start",
    "interval_start_at",
    "interval_local_start",
    "scope_type",
    "scope_id",
)
PARTS = ("value", "numerator", "denominator")
TOLERANCE = 1e-9


@dataclass(frozen=True)
class Difference:
    """Values of one KPI variant and kind of period that differ.

    ``new`` are only in the second release and ``gone`` only in the first; the periods are the first and last that any
    of them is about. ``largest`` is the greatest absolute change of a value, in the KPI's unit; None where no value
    changed that both have.
    """

    kpi_id: str
    variant: str
    period_type: str
    changed: int
    new: int
    gone: int
    first_period: date
    last_period: date
    largest: float | None


@dataclass(frozen=True)
class ValueChange:
    """One value in both releases; ``old`` or ``new`` is None where it is missing or NULL."""

    key: dict[str, Any]
    old: float | None
    new: float | None


class Differences:
    """Compares two kept releases. Use as a context manager. Raises ``ReleaseError`` for one that is not kept."""

    def __init__(self, published: Path, old: int, new: int) -> None:
        self.old, self.new = (_checked(published, number) for number in (old, new))
        self.con = duckdb.connect()

    def __enter__(self) -> Self:
        """Join the values of both releases, and keep those that differ."""
        settle(self.con)
        columns = [
            {row[0] for row in self.con.execute(f"describe from {rows_of(folder, TABLE)}").fetchall()}
            for folder in (self.old, self.new)
        ]
        self.key = [name for name in KEY if name in columns[0] & columns[1]]
        parts = [name for name in PARTS if name in columns[0] & columns[1]]
        same = " and ".join(f"old.{name} is not distinct from new.{name}" for name in self.key)
        is_other = " or ".join(
            f"(old.{name} is null) <> (new.{name} is null) or abs(old.{name} - new.{name}) > {TOLERANCE}"
            for name in parts
        )
        keys = ", ".join(f"coalesce(old.{name}, new.{name}) as {name}" for name in self.key)
        self.con.execute(
            f"""
            create temp table differing as
            select
                {keys},
                old.value as old_value,
                new.value as new_value,
                new.kpi_id is null as is_gone,
                old.kpi_id is null as is_new
            from {rows_of(self.old, TABLE)} as old
            full join {rows_of(self.new, TABLE)} as new
                on {same}
            where old.kpi_id is null or new.kpi_id is null or coalesce({is_other}, false)
            """
        )
        return self

    def __exit__(self, *_: object) -> None:
        """Forget them."""
        self.con.close()

    def by_kpi(self) -> list[Difference]:
        """Return the differences, a row for each KPI variant and kind of period, by id."""
        rows = self.con.execute(
            """
            select
                kpi_id, variant, period_type,
                count(*) filter (where not is_new and not is_gone), count(*) filter (where is_new),
                count(*) filter (where is_gone), min(period_start), max(period_start),
                max(abs(new_value - old_value))
            from differing
            group by all
            order by all
            """
        ).fetchall()
        return [Difference(*row) for row in rows]

    def values(self, kpi_id: str, limit: int) -> list[ValueChange]:
        """Return values of one KPI that differ, the newest periods first."""
        names = ", ".join(self.key)
        rows = self.con.execute(
            f"select {names}, old_value, new_value from differing where kpi_id = ?"
            " order by period_start desc, period_type, variant, scope_type, scope_id limit ?",
            [kpi_id, limit],
        ).fetchall()
        return [ValueChange(dict(zip(self.key, row, strict=False)), row[-2], row[-1]) for row in rows]


def _checked(published: Path, number: int) -> Path:
    folder = release_folder(published, number)
    if not folder.is_dir():
        kept = ", ".join(map(str, kept_releases(published))) or "none"
        raise ReleaseError(f"release {number} is not kept; kept are {kept}")
    try:
        has_values = TABLE in manifest_of(folder / DESCRIPTION)["tables"]
    except (FileNotFoundError, KeyError, DamagedPublicationError) as error:
        raise ReleaseError(f"release {number} is damaged: its {DESCRIPTION} cannot be read") from error
    if not has_values:
        raise ReleaseError(f"release {number} has no table {TABLE}")
    return folder
