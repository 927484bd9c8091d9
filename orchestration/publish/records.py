"""What publication writes into the books: releases, and the final values that a release restated."""

import contextlib
import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from orchestration.publish.candidate import Candidate, Origin, is_damaged
from orchestration.publish.columns import literal
from orchestration.publish.layout import DATABASE, in_place, kept_releases, published_release
from orchestration.publish.tables import SCHEMA, content_of
from orchestration.session import open_warehouse, settle

_COMPARED = ("variant", "scope_type", "scope_id", "state", "value", "numerator", "denominator")
_STATE = (
    f"select kpi_id, period_type, period_start, {content_of(_COMPARED)}"
    f" from {{}}.{SCHEMA}.kpi_value where period_type <> 'interval' group by 1, 2, 3"
)

RESTATED = f"""
    with changed as (
        select distinct kpi_id, period_type, period_start
        from (({_STATE.format("previous")}) except ({_STATE.format("candidate")}))
    )
    select
        ?::bigint as release_id,
        old.kpi_id,
        old.variant,
        old.period_type,
        old.period_start,
        old.scope_type,
        old.scope_id,
        old.numerator as old_numerator,
        old.denominator as old_denominator,
        old.value as old_value,
        new.numerator as new_numerator,
        new.denominator as new_denominator,
        new.value as new_value
    from previous.{SCHEMA}.kpi_value as old
    inner join changed -- what is the same on both sides holds no news
        on old.kpi_id = changed.kpi_id
        and old.period_type = changed.period_type
        and old.period_start = changed.period_start
    left join candidate.{SCHEMA}.kpi_value as new
        on old.kpi_id = new.kpi_id
        and old.variant = new.variant
        and old.period_type = new.period_type
        and old.period_start = new.period_start
        and old.scope_type = new.scope_type
        and old.scope_id is not distinct from new.scope_id
    where
        old.state = 'final'
        and old.period_type <> 'interval' -- half-hours are restated with their day
        and (
            coalesce(abs(old.value - new.value) > 1e-9, (old.value is null) <> (new.value is null))
            or coalesce(abs(old.numerator - new.numerator) > 1e-9, (old.numerator is null) <> (new.numerator is null))
            or coalesce(
                abs(old.denominator - new.denominator) > 1e-9, (old.denominator is null) <> (new.denominator is null)
            )
        )
"""
"""Final values of the publication in place that the candidate changes or no longer has."""


def next_release_id(con: duckdb.DuckDBPyConnection, published: Path) -> int:
    """Return a number that neither the books nor any kept release has used."""
    row = con.execute("select coalesce(max(release_id), 0) from meta.release").fetchone()
    return max(int(row[0]) if row else 0, published_release(published) or 0, *kept_releases(published)) + 1


def restatements(candidate: Candidate, published: Path) -> pa.Table | None:
    """Return the rows of ``meta.restatement`` that putting the candidate in place would cause.

    Must run before the replacement. None when nothing whole is published or either side has no ``kpi_value``.
    """
    previous = in_place(published) / DATABASE
    if not previous.is_file() or is_damaged(published):
        return None
    with duckdb.connect() as con:
        settle(con)
        con.execute(f"attach {literal(str(previous))} as previous (read_only)")
        con.execute(f"attach {literal(str(candidate.database))} as candidate (read_only)")
        having = con.execute(
            "select count(distinct database_name) from duckdb_tables() where table_name = 'kpi_value'"
            " and database_name in ('previous', 'candidate')"
        ).fetchall()
        if having != [(2,)]:
            return None
        return con.sql(RESTATED, params=[candidate.release_id]).to_arrow_table()


@contextlib.contextmanager
def recorded_release(
    warehouse: Path,
    candidate: Candidate,
    origin: Origin,
    *,
    published_at: datetime,
    path: Path,
    restated: pa.Table | None,
    headline: Mapping[str, Any],
) -> Iterator[None]:
    """Write one row of ``meta.release`` and its restatements, committed only if the body replaced the publication."""
    tables = {table.name: table.rows for table in candidate.tables}
    with open_warehouse(warehouse) as con:
        con.begin()
        con.execute(
            "insert into meta.release (release_id, refresh_id, run_id, as_of, published_at, path, tables, headline)"
            " values (?, ?, ?, ?, ?, ?, ?, ?)",
            [
                candidate.release_id,
                origin.refresh_id,
                origin.run_id,
                origin.as_of,
                published_at,
                str(path),
                json.dumps(tables),
                json.dumps(dict(headline), default=str),
            ],
        )
        if restated is not None:
            con.register("restated", restated)
            con.execute("insert into meta.restatement by name select * from restated")
            con.unregister("restated")
        yield
        con.commit()
