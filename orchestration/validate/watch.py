"""What is usual of an extract, learned from what it delivered before: counts by day, hour and member, lengths, shares.

One pass over the raw rows of the last weeks; what is unusual of a day is decided in ``unusual``. Days are those of the
reporting zone, because extracts are cut at the operator's midnight. Hours are local: of the queue's or site's zone
where the extract names one and the sites were delivered, because a clock that changes there is no news.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from statistics import median
from zoneinfo import ZoneInfo

import duckdb

from orchestration.ingest.declarations import ExtractDeclaration, Watched
from orchestration.publish.columns import literal, quoted

WEEKS = 8
"""How far back the same weekdays are looked at."""

LONGEST_GAP = 14
"""At most so many days before as-of are judged in one refresh."""

FIRST_LOAD = 7
"""So many days are judged of a first delivery, which brings history."""


@dataclass
class Day:
    """One day of an extract; counts are of distinct records, ``hours`` by zone and local hour."""

    rows: int = 0
    hours: Counter[tuple[str, int]] = field(default_factory=Counter)
    members: Counter[str] = field(default_factory=Counter)
    shares: Counter[str] = field(default_factory=Counter)
    medians: dict[str, tuple[float, int]] = field(default_factory=dict)
    copies: int = 0
    lost: int = 0


@dataclass(frozen=True)
class Profile:
    """The days of an extract, and which of them are to be judged now; ``holidays`` are left out on both sides."""

    declaration: ExtractDeclaration
    days: Mapping[date, Day]
    judged: tuple[date, ...]
    holidays: frozenset[date]

    def dispersion(self, day: date) -> float:
        """Return how many times as much the counts before a day vary about their weekday as chance alone would."""
        by_weekday: dict[int, list[int]] = defaultdict(list)
        for number in range(1, 7 * WEEKS + 1):
            other = day - timedelta(days=number)
            if other >= min(self.days) and other not in self.holidays:
                by_weekday[other.weekday()].append(self.days.get(other, Day()).rows)
        off = [
            abs(count - usual) / math.sqrt(max(usual, 1.0))
            for counts in by_weekday.values()
            if len(counts) >= 3
            for usual in [median(counts)]
            for count in counts
        ]
        return max(1.0, 1.4826 * median(off)) if off else 1.0

    def like(self, day: date) -> list[Day]:
        """Return the same weekdays before a day, the newest first, from the extract's first day on."""
        first = min(self.days, default=day)
        before = [day - timedelta(weeks=week) for week in range(1, WEEKS + 1)]
        return [self.days.get(each, Day()) for each in before if each >= first and each not in self.holidays]


def profile(
    con: duckdb.DuckDBPyConnection,
    declaration: ExtractDeclaration,
    *,
    as_of: datetime,
    before: datetime | None,
    zone: str,
    new_files: str,
    entities: Mapping[str, ExtractDeclaration],
) -> Profile | None:
    """Return what a watched extract delivered by day; None when it never delivered anything.

    ``as_of`` and ``before``, that of the last complete refresh (None at the first), are naive UTC; ``zone`` is the
    reporting zone; ``new_files`` is a query for the numbers of the files that are new; ``entities`` are the extracts of
    the same system. Raises ``duckdb.Error``.
    """
    watched = declaration.watched
    if watched is None:
        return None
    last = _local_day(as_of, zone) - timedelta(days=1)
    start = last - timedelta(days=LONGEST_GAP + 7 * WEEKS)
    _gather(con, declaration, watched, start, last, zone, new_files, entities)
    days: dict[date, Day] = defaultdict(Day)
    for day, place, hour, member, rows in con.execute(
        "select day, place, hour, member, count(*) from watched_row group by all"
    ).fetchall():
        days[day].rows += rows
        days[day].hours[place, hour] += rows
        days[day].members[member] += rows
    for day, copies, lost in con.execute(
        "select day, count(*) - count(distinct content), count(*) filter (where is_lost) from watched_row group by day"
    ).fetchall():
        days[day].copies, days[day].lost = copies, lost
    if watched.share:
        for day, value, rows in con.execute(
            "select day, share, count(*) from watched_row where share is not null group by all"
        ).fetchall():
            days[day].shares[value] = rows
    for number, column in enumerate(watched.lengths):
        for day, middle, rows in con.execute(
            f"select day, median(length_{number}), count(*) from watched_row where length_{number} > 0 group by day"
        ).fetchall():
            days[day].medians[column] = (float(middle), rows)
    if not days:
        return None
    touched = [
        day
        for day, new, rows in con.execute(
            "select day, count(*) filter (where is_new), count(*) from watched_row group by day"
        ).fetchall()
        if new >= 0.2 * rows
    ]
    con.execute("drop table watched_row")
    return Profile(declaration, dict(days), _judged(touched, min(days), last, before, zone), _holidays(con))


def _judged(touched: Sequence[date], first: date, last: date, before: datetime | None, zone: str) -> tuple[date, ...]:
    if before is None:
        oldest = last - timedelta(days=FIRST_LOAD - 1)
        return tuple(day for day in _every(oldest, last) if day >= first)
    oldest = max(last - timedelta(days=LONGEST_GAP), first)
    since = _local_day(before, zone) - timedelta(days=1)
    return tuple(day for day in _every(oldest, last) if day > since or day in touched)


def _every(first: date, last: date) -> list[date]:
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def _gather(
    con: duckdb.DuckDBPyConnection,
    declaration: ExtractDeclaration,
    watched: Watched,
    start: date,
    last: date,
    zone: str,
    new_files: str,
    entities: Mapping[str, ExtractDeclaration],
) -> None:
    """Make the temporary table ``watched_row``: one row per record of the days, as it was delivered last."""
    key = ", ".join(f"row.{quoted(name)}" for name in declaration.key)
    kept = [column.name for column in declaration.columns if column.name not in _naming(declaration, watched)]
    content = ", ".join(f"row.{quoted(name)}" for name in kept) or "1"
    refers = " or ".join(
        f"(row.{quoted(column)} is not null and row.{quoted(column)} not in (select {quoted(other.key[0])} from"
        f" {other.raw_table} where {quoted(other.key[0])} is not null))"
        for column, entity in watched.refers
        if (other := entities.get(entity)) is not None and _has(con, other.raw_table)
    )
    lengths = "".join(f", row.{quoted(name)}::double as length_{number}" for number, name in enumerate(watched.lengths))
    at = f"row.{quoted(watched.at)}"
    joined, local = _localised(con, declaration, zone)
    con.execute(
        f"""
        create or replace temporary table watched_row as
        select
            day,
            hour,
            place,
            member,
            share,
            content,
            is_lost,
            is_new
            {"".join(f", length_{number}" for number in range(len(watched.lengths)))}
        from (
            select
                {local} as place,
                hour((({at} at time zone 'UTC') at time zone place)) as hour,
                cast((({at} at time zone 'UTC') at time zone {literal(zone)}) as date) as day,
                {f"coalesce(row.{quoted(watched.by)}::varchar, '')" if watched.by else "''"} as member,
                {f"row.{quoted(watched.share)}::varchar" if watched.share else "null::varchar"} as share,
                hash({content}) as content,
                {refers or "false"} as is_lost,
                row._file_id in ({new_files}) as is_new
                {lengths}
            from {declaration.raw_table} as row
            {joined}
            where {at} >= {literal(str(start - timedelta(days=1)))}::timestamp
                and {at} < {literal(str(last + timedelta(days=3)))}::timestamp
            qualify row_number() over (partition by {key} order by row._file_id desc, row._line_number desc) = 1
        )
        where day between {literal(str(start))}::date and {literal(str(last))}::date
        """
    )


def _naming(declaration: ExtractDeclaration, watched: Watched) -> set[str]:
    """Return the columns that name records: a day under other ids differs in these alone."""
    referring = {column for column, _ in watched.refers} | {column for column, _ in declaration.belongs_to}
    return {*declaration.key, *(referring - {"customer_id"}), "last_updated_at"}


def _localised(con: duckdb.DuckDBPyConnection, declaration: ExtractDeclaration, zone: str) -> tuple[str, str]:
    """Return a join and an expression for the zone of a row."""
    names = {column.name for column in declaration.columns}
    through = next((name for name in ("queue_id", "site_id") if name in names), None)
    sites = '"raw"."standard__sites"'
    if declaration.system != "standard" or through is None or not _has(con, sites):
        return "", literal(zone)
    known = "select name from pg_timezone_names()"
    place = f"select site_id, any_value(timezone) as timezone from {sites} where timezone in ({known}) group by site_id"
    if through == "queue_id":
        queues = '"raw"."standard__queues"'
        if not _has(con, queues):
            return "", literal(zone)
        place = (
            f"select queue_id, any_value(timezone) as timezone from {queues} inner join ({place}) using (site_id)"
            " group by queue_id"
        )
    return f"left join ({place}) as known on row.{through} = known.{through}", f"coalesce(timezone, {literal(zone)})"


def _holidays(con: duckdb.DuckDBPyConnection) -> frozenset[date]:
    """Return public holidays and the days after them, into which the evening of a site further west falls."""
    found = con.execute("select holiday_date from meta.public_holiday where is_current").fetchall()
    return frozenset(day + timedelta(days=later) for (day,) in found for later in (0, 1))


def _has(con: duckdb.DuckDBPyConnection, table: str) -> bool:
    """Whether a raw table is there and holds rows."""
    schema, name = (part.strip('"') for part in table.split("."))
    there = con.execute(
        "select count(*) from duckdb_tables() where schema_name = ? and table_name = ?", [schema, name]
    ).fetchall()
    return there != [(0,)] and bool(con.execute(f"select 1 from {table} limit 1").fetchall())


def _local_day(instant: datetime, zone: str) -> date:
    return instant.replace(tzinfo=ZoneInfo("UTC")).astimezone(ZoneInfo(zone)).date()
