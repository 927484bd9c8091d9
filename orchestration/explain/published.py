"""What the publication says of a KPI value: the definition, the row, and what to say when there is none."""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import duckdb

from orchestration.explain.periods import INTERVAL, TRAILING, Period
from orchestration.publish.headline import PERIODS
from orchestration.publish.newest import newest_periods

NEAREST = 5
"""How many names are suggested for one that is not known."""

ENTERPRISE = "enterprise"
CALLED = {INTERVAL: "half-hours", TRAILING: "twelve months"}

Row = Mapping[str, Any]


class UnknownError(ValueError):
    """What was asked for is not in the publication; the message says what is."""


@dataclass(frozen=True)
class Scope:
    """Whom a value is about; ``member`` is None for the enterprise."""

    scope_type: str
    member: str | None

    def __str__(self) -> str:
        """Return it as ``parse_scope`` reads it."""
        return self.scope_type if self.member is None else f"{self.scope_type}={self.member}"


def parse_scope(text: str) -> Scope:
    """Return the scope that a text names: ``enterprise``, or ``team=T1``. Raises ``UnknownError`` otherwise."""
    kind, sign, member = text.strip().partition("=")
    if kind.strip() == ENTERPRISE:
        if member:
            raise UnknownError(f"the enterprise has no members: write enterprise, not {text!r}")
        return Scope(ENTERPRISE, None)
    if not (sign and kind.strip() and member.strip()):
        raise UnknownError(f"a scope is written enterprise or team=T1, not {text!r}")
    return Scope(kind.strip(), member.strip())


def definition(con: duckdb.DuckDBPyConnection, kpi: str, variant: str) -> Row:
    """Return the row of ``dim_kpi`` for an id, a name or an alias. Raises ``UnknownError`` with the nearest names."""
    kpi_id = _kpi_id(con, kpi)
    found = _rows(con, "select * from marts.dim_kpi where kpi_id = ? and variant = ?", [kpi_id, variant])
    if found:
        return found[0]
    known = con.execute("select variant from marts.dim_kpi where kpi_id = ? order by 1", [kpi_id]).fetchall()
    raise UnknownError(f"{kpi_id} has no variant {variant!r}; it has {', '.join(row[0] for row in known)}")


def _kpi_id(con: duckdb.DuckDBPyConnection, kpi: str) -> str:
    wanted = kpi.strip().casefold()
    names: dict[str, str] = {}
    for kpi_id, name, aliases in con.execute(
        "select kpi_id, name, aliases from marts.dim_kpi where is_default order by kpi_id"
    ).fetchall():
        for written in (kpi_id, name, *_listed(aliases)):
            names.setdefault(str(written).casefold(), kpi_id)
    if wanted in names:
        return names[wanted]
    words = [name for name in names if wanted in name]
    near = [names[name] for name in (*words, *difflib.get_close_matches(wanted, list(names), n=NEAREST, cutoff=0.5))]
    hint = f"; did you mean {', '.join(dict.fromkeys(near[:NEAREST]))}?" if near else ""
    raise UnknownError(
        f'there is no KPI {kpi!r}{hint} `contact-center query "select kpi_id, name from dim_kpi"` lists all'
    )


def _listed(text: str | None) -> list[str]:
    """Return a list that is published as text, with semicolons between."""
    if not text:
        return []
    return [part.strip() for part in text.split(";")]


def value_row(con: duckdb.DuckDBPyConnection, kpi: Row, scope: Scope, period: Period | None, before: date) -> Row:
    """Return the row of ``kpi_value``; without a period the one that the headline shows.

    That is the period which ``newest_periods`` names among those that ended before ``before``, a day where the KPI has
    days, else a month, a quarter, a year. Raises ``UnknownError`` for a scope that the KPI does not have, a member
    nobody knows, and a period without a row. Of a half-hour that the clocks showed twice the first one is meant.
    """
    if period is None:
        found = _rows(
            con,
            "with own as (select * from marts.kpi_value where kpi_id = $kpi and variant = $variant"
            " and scope_type in ('enterprise', $scope) and period_end < $before),"
            f" newest as ({newest_periods('own')})"
            " select kpi_value.* from marts.kpi_value left join newest using (kpi_id, variant, period_type)"
            " where kpi_id = $kpi and variant = $variant and scope_type = $scope"
            " and scope_id is not distinct from $member and value is not null and list_contains($types, period_type)"
            " order by period_end < $before desc, list_position($types, period_type),"
            " kpi_value.period_start = newest.period_start desc nulls last, kpi_value.period_start desc limit 1",
            {
                "kpi": kpi["kpi_id"],
                "variant": kpi["variant"],
                "scope": scope.scope_type,
                "member": scope.member,
                "before": before,
                "types": list(PERIODS),
            },
        )
    else:
        found = _rows(
            con,
            "select * from marts.kpi_value where kpi_id = ? and variant = ? and scope_type = ?"
            " and scope_id is not distinct from ? and period_type = ? and period_start = ?"
            " and interval_local_start is not distinct from ? order by interval_start_at",
            [
                kpi["kpi_id"],
                kpi["variant"],
                scope.scope_type,
                scope.member,
                period.period_type,
                period.start,
                period.at,
            ],
        )
    if found:
        return found[0]
    raise UnknownError(_why_none(con, kpi, scope, period))


def _why_none(con: duckdb.DuckDBPyConnection, kpi: Row, scope: Scope, period: Period | None) -> str:
    """Return what there is instead of the value that was asked for."""
    key = [kpi["kpi_id"], kpi["variant"]]
    types = _column(
        con, "select distinct scope_type from marts.kpi_value where kpi_id = ? and variant = ? order by 1", key
    )
    if scope.scope_type not in types:
        return f"{kpi['kpi_id']} is not published by {scope.scope_type}; it is by {', '.join(types) or 'nothing'}"
    of_type = "from marts.kpi_value where kpi_id = ? and variant = ? and scope_type = ?"
    members = _column(con, f"select distinct scope_id {of_type} order by 1", [*key, scope.scope_type])
    if scope.member is not None and scope.member not in members:
        near = difflib.get_close_matches(scope.member, members, n=NEAREST) or members[:NEAREST]
        return f"{kpi['kpi_id']} has no values of {scope}; members of that type are {', '.join(near)}" + (
            f" and {len(members) - len(near)} others" if len(members) > len(near) else ""
        )
    held = con.execute(
        "select period_type, min(period_start), max(period_start), min(interval_local_start),"
        f" max(interval_local_start) {of_type} and scope_id is not distinct from ?"
        " group by period_type order by 2 desc, 1",
        [*key, scope.scope_type, scope.member],
    ).fetchall()
    spans = [
        f"{CALLED.get(kind, f'{kind}s')} from {Period(kind, first, start)} to {Period(kind, last, end)}"
        for kind, first, last, start, end in held
    ]
    asked = f" in {period}" if period else ""
    if period and period.at:
        starts = _column(
            con,
            f"select distinct strftime(interval_local_start, ':%M') {of_type} and scope_id is not distinct from ?"
            " and interval_local_start is not null order by 1",
            [*key, scope.scope_type, scope.member],
        )
        if starts and period.at.strftime(":%M") not in starts:
            asked += f": half-hours begin at {' and '.join(starts)}"
    return f"{kpi['kpi_id']} has no value of {scope}{asked}; it has {', '.join(spans) or 'none at all'}"


def _rows(con: duckdb.DuckDBPyConnection, sql: str, parameters: list[Any] | dict[str, Any]) -> list[Row]:
    relation = con.execute(sql, parameters)
    columns = [column[0] for column in relation.description or []]
    return [dict(zip(columns, row, strict=True)) for row in relation.fetchall()]


def _column(con: duckdb.DuckDBPyConnection, sql: str, parameters: list[Any]) -> list[str]:
    return [str(row[0]) for row in con.execute(sql, parameters).fetchall()]
