"""The books: schema ``meta``, our own record of refreshes, files, rejected rows, releases and restatements.

All instants are naive UTC. The tables are created by ``create_books`` and never dropped. Files and deliveries are
numbered by two increasing counters; "new tonight" is every delivery above ``delivered_through``.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import duckdb

from orchestration.session import settle

_TABLES = """
create schema if not exists meta;
create table if not exists meta.refresh (
    refresh_id bigint primary key, run_id varchar, started_at timestamp, finished_at timestamp, as_of timestamp,
    status varchar, stage varchar, message varchar, is_full boolean, delivered_through bigint,
    project_fingerprint varchar, parameter_set varchar, stage_seconds json
);
alter table meta.refresh add column if not exists rebuild_reason varchar;
create table if not exists meta.planned_model (
    model varchar, fingerprint varchar, is_rebuilt boolean, parameter_set varchar, refresh_id bigint
);
create table if not exists meta.model_build (
    model varchar, fingerprint varchar, parameter_set varchar, is_rebuilt boolean, refresh_id bigint, run_id varchar,
    invocation_id varchar, started_at timestamp
);
create table if not exists meta.loaded_file (
    file_id bigint primary key, delivery_id bigint, system varchar, entity varchar, path varchar, size_bytes bigint,
    sha256 varchar, extracted_at timestamp, row_count bigint, rejected_count bigint, status varchar, reason varchar,
    refresh_id bigint, loaded_at timestamp
);
alter table meta.loaded_file add column if not exists unloaded_after bigint;
create table if not exists meta.delivery (
    delivery_id bigint primary key, file_id bigint, path varchar, size_bytes bigint, modified_ns bigint,
    seen_at timestamp, refresh_id bigint
);
create table if not exists meta.rejected_row (
    file_id bigint, line_number bigint, rule varchar, column_name varchar, value varchar, record varchar,
    refresh_id bigint
);
create table if not exists meta.extra_column (
    system varchar, entity varchar, column_name varchar, first_file_id bigint, first_seen_at timestamp
);
create table if not exists meta.public_holiday (
    country varchar, holiday_date date, holiday_name varchar, is_current boolean, refresh_id bigint,
    primary key (country, holiday_date)
);
create table if not exists meta.erasure (
    customer_id varchar primary key, erased_at timestamp, after_refresh bigint
);
alter table meta.erasure add column if not exists is_rewritten boolean;
create table if not exists meta.expectation_result (
    refresh_id bigint, border varchar, expectation varchar, severity varchar, is_success boolean, detail varchar,
    evaluated_at timestamp
);
create table if not exists meta.finding (
    refresh_id bigint, severity varchar, rule varchar, system varchar, entity varchar, business_date date,
    detail varchar, kpi_ids varchar
);
create table if not exists meta.release (
    release_id bigint, refresh_id bigint, run_id varchar, as_of timestamp, published_at timestamp, path varchar,
    tables json, headline json
);
create table if not exists meta.restatement (
    release_id bigint, kpi_id varchar, variant varchar, period_type varchar, period_start date, scope_type varchar,
    scope_id varchar, old_numerator double, old_denominator double, old_value double, new_numerator double,
    new_denominator double, new_value double
);
"""
_REFRESH_COLUMNS = (
    "refresh_id, run_id, started_at, finished_at, as_of, status, stage, message, is_full, delivered_through, "
    "project_fingerprint, parameter_set, stage_seconds"
)


@dataclass(frozen=True)
class Refresh:
    """One row of ``meta.refresh``; instants naive UTC, ``stage_seconds`` by stage name."""

    refresh_id: int
    run_id: str | None
    started_at: datetime
    finished_at: datetime | None
    as_of: datetime | None
    status: str
    stage: str | None
    message: str | None
    is_full: bool
    delivered_through: int | None
    project_fingerprint: str | None
    parameter_set: str | None
    stage_seconds: Mapping[str, float]


def utc_now() -> datetime:
    """Return the current instant as naive UTC, the form every book uses."""
    return datetime.now(UTC).replace(tzinfo=None)


def as_utc(instant: datetime) -> datetime:
    """Return ``instant`` as naive UTC; a naive one is taken as UTC already."""
    return instant if instant.tzinfo is None else instant.astimezone(UTC).replace(tzinfo=None)


def create_books(con: duckdb.DuckDBPyConnection) -> None:
    """Create schema ``meta`` and its tables where they are missing."""
    settle(con)
    con.execute(_TABLES)


def start_refresh(
    con: duckdb.DuckDBPyConnection,
    *,
    run_id: str,
    as_of: datetime,
    is_full: bool = False,
    project_fingerprint: str | None = None,
    parameter_set: str | None = None,
    started_at: datetime | None = None,
) -> int:
    """Open a refresh in the books and return its number.

    There is one writer, so a refresh that is still ``running`` here did not end by itself: it becomes ``failed``.
    """
    started = as_utc(started_at) if started_at is not None else utc_now()
    con.execute(
        "update meta.refresh set status = 'failed', finished_at = ?, message = 'interrupted' where status = 'running'",
        [started],
    )
    refresh_id = _scalar(con, "select coalesce(max(refresh_id), 0) + 1 from meta.refresh")
    con.execute(
        f"insert into meta.refresh ({_REFRESH_COLUMNS}) "
        "values (?, ?, ?, null, ?, 'running', 'started', null, ?, null, ?, ?, '{}')",
        [refresh_id, run_id, started, as_utc(as_of), is_full, project_fingerprint, parameter_set],
    )
    return refresh_id


def stage_of_run(con: duckdb.DuckDBPyConnection, run_id: str) -> str | None:
    """Return the stage that the refresh of a run has reached or ended in; None for an unknown run."""
    rows = con.execute("select stage from meta.refresh where run_id = ?", [run_id]).fetchall()
    return str(rows[0][0]) if rows else None


def reopen_refresh(con: duckdb.DuckDBPyConnection, refresh_id: int, run_id: str) -> None:
    """Let another run continue a refresh that failed."""
    con.execute(
        "update meta.refresh set status = 'running', run_id = ?, message = null, finished_at = null"
        " where refresh_id = ?",
        [run_id, refresh_id],
    )


def set_stage(con: duckdb.DuckDBPyConnection, refresh_id: int, stage: str) -> None:
    """Note which stage a running refresh is in."""
    con.execute("update meta.refresh set stage = ? where refresh_id = ?", [stage, refresh_id])


def finish_refresh(
    con: duckdb.DuckDBPyConnection,
    refresh_id: int,
    status: str,
    *,
    message: str | None = None,
    stage_seconds: Mapping[str, float] | None = None,
    finished_at: datetime | None = None,
) -> None:
    """Close a refresh as ``complete``, ``failed`` or ``partial`` (it was asked for some tables only, and made them).

    A complete refresh records the newest delivery it saw, so that the next one starts behind it; the others record
    none, so that their files stay new. Raises ``ValueError`` on another status or an unknown refresh.
    """
    if status not in ("complete", "failed", "partial"):
        raise ValueError(f"a refresh ends complete, failed or partial, not {status!r}")
    through: int | None = None
    if status == "complete":
        through = _scalar(con, "select coalesce(max(delivery_id), 0) from meta.delivery")
    changed = con.execute(
        "update meta.refresh set status = ?, message = ?, finished_at = ?, delivered_through = ?, "
        "stage_seconds = coalesce(?, stage_seconds) where refresh_id = ? returning refresh_id",
        [
            status,
            message,
            as_utc(finished_at) if finished_at is not None else utc_now(),
            through,
            None if stage_seconds is None else json.dumps(dict(stage_seconds)),
            refresh_id,
        ],
    ).fetchall()
    if not changed:
        raise ValueError(f"there is no refresh {refresh_id}")


def last_complete(con: duckdb.DuckDBPyConnection) -> Refresh | None:
    """Return the newest complete refresh, or None before the first."""
    return _refresh(con, "where status = 'complete'")


def last_refresh(con: duckdb.DuckDBPyConnection) -> Refresh | None:
    """Return the newest refresh whatever its status, or None before the first."""
    return _refresh(con, "")


def delivered_through(con: duckdb.DuckDBPyConnection) -> int:
    """Return the newest delivery that the last complete refresh has seen; 0 before the first."""
    complete = last_complete(con)
    return 0 if complete is None else complete.delivered_through or 0


def newest_deliveries(con: duckdb.DuckDBPyConnection) -> set[tuple[str, int, int]]:
    """Return path, size in bytes and time (ns) of what was last seen at every path: a file like this is not new."""
    found = con.execute(
        """
        select path, size_bytes, modified_ns
        from meta.delivery
        qualify row_number() over (partition by path order by delivery_id desc) = 1
        """
    ).fetchall()
    return {(path, size, modified) for path, size, modified in found}


def _refresh(con: duckdb.DuckDBPyConnection, where: str) -> Refresh | None:
    rows = con.execute(
        f"select {_REFRESH_COLUMNS} from meta.refresh {where} order by refresh_id desc limit 1"
    ).fetchall()
    if not rows:
        return None
    facts = dict(zip(Refresh.__dataclass_fields__, rows[0], strict=True))
    facts["stage_seconds"] = json.loads(rows[0][-1] or "{}")
    return Refresh(**facts)


def _scalar(con: duckdb.DuckDBPyConnection, query: str) -> int:
    rows = con.execute(query).fetchall()
    return int(rows[0][0]) if rows else 0
