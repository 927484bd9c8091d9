"""The publication as boards read it: published values, names of what they are about, and the manifest.

Only rows are read here, never summed or divided: what a board shows is what the publication says.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import duckdb

from orchestration.boards.declare import BoardError, Entry
from orchestration.publish.columns import literal, quoted
from orchestration.publish.layout import DATABASE, DESCRIPTION, in_place
from orchestration.publish.newest import newest_periods
from orchestration.publish.whole import manifest_of

LOOKBACK = timedelta(days=800)
"""How far back from its newest value a trend can reach: thirteen months and the longest period."""

INTERVAL_LOOKBACK = timedelta(days=16)
"""Half-hours are shown for one week."""

NAMES = {
    "queue": ("dim_queue", "queue_id", "queue_name"),
    "team": ("dim_team", "team_id", "team_name"),
    "site": ("dim_site", "site_id", "site_name"),
    "channel": ("dim_channel", "channel", "channel_name"),
    "campaign": ("dim_campaign", "campaign_id", "campaign_name"),
}
"""Where a scope's name stands: table, key, name. Other scopes are shown by their id."""


@dataclass(frozen=True)
class Kpi:
    """One row of ``dim_kpi``."""

    kpi_id: str
    variant: str
    name: str
    label: str
    unit: str
    direction: str
    scope_types: tuple[str, ...]
    period_types: tuple[str, ...]
    formula: str
    traps: str
    owner: str
    numerator_text: str
    denominator_text: str
    final_after_days: int


@dataclass(frozen=True)
class Value:
    """One row of ``kpi_value``; a value of None is no data, or too little to show."""

    kpi_id: str
    variant: str
    period_type: str
    period_start: date
    period_end: date
    interval_start_at: datetime | None
    interval_local_start: datetime | None
    scope_type: str
    scope_id: str | None
    value: float | None
    denominator: float | None
    target: float | None
    lower_bound: float | None
    upper_bound: float | None
    status: str
    state: str
    previous_value: float | None
    sample_size: int | None
    confidence_low: float | None
    confidence_high: float | None
    is_sample_small: bool | None
    coverage_share: float | None
    change_status: str | None
    change_reason: str | None
    recorded_share: float | None
    missing_parts: str | None
    no_data_reason: str | None
    differs_from_peers: bool | None

    @property
    def is_partial(self) -> bool:
        """Whether the data cover only a part of the period."""
        return self.coverage_share is not None and self.coverage_share < 1

    def key(self, field: str) -> str:
        """Return what identifies a number on a page: the row's key, the column, and last the scope's id."""
        instant = self.interval_start_at.isoformat() if self.interval_start_at else ""
        parts = (self.kpi_id, self.variant, self.period_type, self.period_start.isoformat(), instant)
        return "|".join((*parts, self.scope_type, field, self.scope_id or ""))


_COLUMNS = ", ".join(Value.__dataclass_fields__)


class Publication:
    """A publication opened for reading. ``before`` is the local date of its as-of instant: later days are not over."""

    def __init__(self, published: Path, before: date) -> None:
        self.before = before
        folder = in_place(published)
        self.manifest: Mapping[str, Any] = manifest_of(folder / DESCRIPTION)
        self.con = duckdb.connect(str(folder / DATABASE), read_only=True)
        listed = "select table_name from information_schema.tables where table_schema = 'marts'"
        rows = self.con.execute(listed).fetchall()
        self.tables = {str(row[0]) for row in rows}
        self.kpis = self._read_kpis()
        self._names: dict[str, dict[str, str]] = {}
        self._valued: set[str] = set()
        self._trends: dict[tuple[str, str, str, str, int], list[Value]] = {}
        self.rests = self._read_rests()
        """Names of the members that hold what belongs to no other, as own staff beside vendors, by id."""

    def __enter__(self) -> Self:
        """Need nothing."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the file."""
        self.con.close()

    def _read_kpis(self) -> dict[tuple[str, str], Kpi]:
        if "dim_kpi" not in self.tables:
            return {}
        columns = tuple(Kpi.__dataclass_fields__)
        found = {}
        for row in self.con.execute(f"select {', '.join(columns)} from marts.dim_kpi").fetchall():
            facts = dict(zip(columns, row, strict=True))
            listed = {name: tuple((facts[name] or "").split(",")) for name in ("scope_types", "period_types")}
            kpi = Kpi(**(facts | listed))
            found[kpi.kpi_id, kpi.variant] = kpi
        return found

    def _read_rests(self) -> dict[str, str]:
        if "dim_kpi_scope" not in self.tables:
            return {}
        return dict(self.con.execute("select distinct rest_member, rest_name from marts.dim_kpi_scope").fetchall())

    def prepare(self, entries: Iterable[Entry]) -> None:
        """Read the rows that the entries can show into memory, once: later look-ups search these alone."""
        wanted = {
            (kpi, entry.variant, entry.period, scope)
            for entry in entries
            for kpi in entry.kpis or self.default_kpis()
            for scope in (entry.scope, "enterprise")
        }
        values = ", ".join(f"({', '.join(literal(part) for part in one)})" for one in sorted(wanted))
        if "kpi_value" not in self.tables or not wanted:
            raise BoardError("the publication has no kpi_value to draw boards from")
        self.con.execute(
            f"create or replace temp table shown as"
            f" with own as (select {_COLUMNS} from marts.kpi_value"
            f" where (kpi_id, variant, period_type, scope_type) in ({values}) and period_end < $before),"
            f" newest as ({newest_periods('own')})"
            " select own.* from own inner join newest on own.kpi_id = newest.kpi_id and own.variant = newest.variant"
            " and own.period_type = newest.period_type and own.period_start <= newest.period_start"
            " and own.period_start >= newest.period_start"
            " - case when own.period_type = 'interval' then $short else $long end",
            {"before": self.before, "short": INTERVAL_LOOKBACK.days, "long": LOOKBACK.days},
        )
        rows = self.con.execute("select distinct kpi_id from shown where value is not null").fetchall()
        self._valued = {str(row[0]) for row in rows}

    def data_end(self, entries: Iterable[Entry]) -> date | None:
        """Return the last day, before as-of, of which any KPI of the entries counted something; None where none did.

        Snapshots and whole-period counts say nothing of a day, and a count of 0 may be a day without data.
        """
        kpis = sorted({kpi for entry in entries for kpi in entry.kpis})
        row = self.con.execute(
            "select max(v.period_end) from marts.kpi_value as v inner join marts.dim_kpi as k"
            " on v.kpi_id = k.kpi_id and v.variant = k.variant"
            " where v.kpi_id in (select unnest($kpis)) and v.variant = 'default' and v.period_type = 'day'"
            " and v.scope_type = 'enterprise' and v.period_end < $before and v.value is not null"
            " and (k.additivity = 'ratio_of_sums' or (k.additivity = 'additive' and v.value <> 0))",
            {"kpis": kpis, "before": self.before},
        ).fetchone()
        return row[0] if row else None

    def delivered(self) -> dict[str, set[str]]:
        """Return the raw extracts of which rows were loaded, by system."""
        if "mart_data_health" not in self.tables:
            return {}
        rows = self.con.execute("select system, entity from marts.mart_data_health where rows_loaded > 0").fetchall()
        found: dict[str, set[str]] = {}
        for system, entity in rows:
            found.setdefault(str(system), set()).add(str(entity))
        return found

    def default_kpis(self) -> list[str]:
        """Return the ids of all published KPIs."""
        return sorted({kpi_id for kpi_id, variant in self.kpis if variant == "default"})

    def latest(self, entry: Entry, kpi: str, scope: str = "") -> list[Value]:
        """Return the values of the newest period to show, by scope id; empty where none has any."""
        return self.trend(entry, kpi, 1, scope)

    def trend(self, entry: Entry, kpi: str, last: int, scope: str = "") -> list[Value]:
        """Return the values of the last periods up to the newest to show (``newest_periods``), oldest first."""
        asked = (kpi, entry.variant, entry.period, scope or entry.scope, last)
        if asked not in self._trends:
            self._trends[asked] = self._read_trend(*asked)
        return self._trends[asked]

    def _read_trend(self, kpi: str, variant: str, period: str, scope: str, last: int) -> list[Value]:
        found = self.con.execute(
            f"with own as (select {_COLUMNS} from shown where kpi_id = $kpi and variant = $variant"
            " and period_type = $period and scope_type = $scope),"
            " periods as (select distinct period_start from own"
            " where period_start <= (select max(period_start) from own where value is not null)"
            " order by period_start desc limit $last)"
            " select own.* from own inner join periods on own.period_start = periods.period_start"
            " order by own.period_start, own.interval_start_at, own.scope_id",
            {"kpi": kpi, "variant": variant, "period": period, "scope": scope, "last": last},
        ).fetchall()
        return [Value(*row) for row in found]

    def scope_name(self, scope_type: str, scope_id: str | None) -> str:
        """Return what people call a scope; its id where nothing names it."""
        if scope_id is None:
            return ""
        if scope_type not in self._names:
            table, key, name = NAMES.get(scope_type, ("", "", ""))
            rows = (
                self.con.execute(f"select {key}, {name} from marts.{table}").fetchall() if table in self.tables else []
            )
            self._names[scope_type] = {str(row[0]): str(row[1] or row[0]) for row in rows}
        return self._names[scope_type].get(scope_id, scope_id)

    def has_values(self, kpi: str) -> bool:
        """Whether a KPI has any value that is over, at any scope and period."""
        return kpi in self._valued

    def records(self, entry: Entry) -> list[dict[str, Any]] | None:
        """Return the rows of a published table that an entry of kind ``records`` shows; None without the table."""
        if entry.table not in self.tables:
            return None
        columns = [*dict.fromkeys([*entry.identify, *(entry.columns or {})])]
        known = {str(row[0]) for row in self.con.execute(f"describe marts.{quoted(entry.table)}").fetchall()}
        if unknown := [column for column in columns if column not in known]:
            raise BoardError(f"{entry.place}: {entry.table} has no column {', '.join(unknown)}")
        order = f"order by {entry.order}" if entry.order else ""
        rows: Sequence[tuple[Any, ...]] = self.con.execute(
            f"select {', '.join(map(quoted, columns))} from marts.{quoted(entry.table)}"
            f" {order} limit {int(entry.limit)}"
        ).fetchall()
        return [dict(zip(columns, row, strict=True)) for row in rows]
