"""The records behind a part of a KPI value, found as the component's YAML declares it in ``config.meta.explained_by``.

The declaration is a list; an entry names a table of the warehouse, the column that identifies a record, what the
records are called, and under ``parts``, for columns of the component, the condition under which a row of the table
counts: as one, or as the ``sum`` or ``max`` of an expression. ``sums`` lists columns that are sums of the table's own
column of that name; ``every_column`` says that the table has them all. ``where`` holds for the whole entry, ``day`` is
the table's date, and ``columns`` names what the table calls otherwise than the component. What is found is added up
and held against the published part, so a declaration that does not fit its component shows.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import duckdb

from orchestration.documents.lineage import Lineage, Node

SHOWN = 20
"""How many ids are shown of those found."""

SCOPE_COLUMNS = {
    "queue_channel": ("queue_id", "channel"),
    "team_channel": ("team_id", "channel"),
    "channel": ("channel",),
    "segment": ("segment",),
}
"""Columns of a component that name the members of a scope, where it is not ``<scope>_id``."""

_WORD = re.compile(r"[a-z_]\w*")


@dataclass(frozen=True)
class Window:
    """The days and the scope that a value is about; ``member`` is None for the enterprise.

    ``at`` and ``starts`` are of a half-hour: when it begins by the clock of its site, and the instant (UTC) at which it
    began where it began first.
    """

    first: date
    last: date
    scope_type: str
    member: str | None
    at: datetime | None = None
    starts: datetime | None = None

    def conditions(self) -> Iterator[tuple[str, str]]:
        """Yield (column of the component, value it must have)."""
        if self.member is not None:
            columns = SCOPE_COLUMNS.get(self.scope_type, (f"{self.scope_type}_id",))
            yield from zip(columns, self.member.split("|"), strict=True)


@dataclass(frozen=True)
class Records:
    """Records of one table behind a part: rows, distinct ids (``count``), the first ids, and the query for them all."""

    table: str
    called: str
    id_column: str
    where: str
    rows: int
    count: int
    ids: tuple[str, ...]
    query: str
    parameters: tuple[Any, ...]


@dataclass(frozen=True)
class Trace:
    """What stands behind a part. ``total`` is what the records add up to; None where they cannot be named.

    ``tables`` are then the facts that the part is summed from.
    """

    part: str
    expression: str
    total: float | None
    records: tuple[Records, ...] = ()
    tables: tuple[str, ...] = ()
    reason: str = field(default="")


@dataclass(frozen=True)
class _Counted:
    """One column of a component as one table gives it."""

    source: Node
    column: str
    where: str
    measure: str


def trace_part(con: duckdb.DuckDBPyConnection, lineage: Lineage, part: str, window: Window) -> Trace:
    """Return the records behind a simple metric within a window, from the open warehouse."""
    metric = next(metric for metric in lineage.manifest["metrics"].values() if metric["name"] == part)
    params = metric["type_params"]
    expression = str(params.get("expr") or part)
    component = str(params["metric_aggregation_params"]["semantic_model"])
    tables = tuple(sorted(name for name in lineage.below(component) if name.startswith("fct_")))
    columns = sorted(set(_WORD.findall(expression)))
    declared = list(_declared(lineage.models[component], columns))
    missing = [column for column in columns if column not in {counted.column for counted in declared}]
    if missing or (metric["config"].get("meta") or {}).get("take") == "last":
        return Trace(
            part,
            expression,
            None,
            tables=tables,
            reason=f"no rule names the records of {', '.join(missing or columns)}",
        )
    totals: dict[str, float] = dict.fromkeys(columns, 0.0)
    wheres: dict[int, list[str]] = {}
    for counted in declared:
        where, parameters = _filter(con, lineage, counted.source, window)
        if where is None:
            wanted = "half-hour" if window.at is not None else window.scope_type
            reason = f"{counted.source['table']} does not know the {wanted} of its rows"
            return Trace(part, expression, None, tables=tables, reason=reason)
        table = _relation(lineage, counted.source)
        found = con.execute(
            f"select {counted.measure} from {table} where ({where}) and ({counted.where})", parameters
        ).fetchone()
        totals[counted.column] += float(found[0] or 0) if found else 0.0
        wheres.setdefault(id(counted.source), []).append(counted.where)
    sources = {id(counted.source): counted.source for counted in declared}
    records = tuple(
        _records(con, lineage, source, window, list(dict.fromkeys(wheres[key]))) for key, source in sources.items()
    )
    return Trace(part, expression, _evaluated(con, expression, totals), records)


def _declared(component: Node, columns: list[str]) -> Iterator[_Counted]:
    for source in (component["config"].get("meta") or {}).get("explained_by") or ():
        for column in columns:
            rule = _rule(source, column, component["columns"])
            if rule is not None:
                measure = f"max({rule['max']})" if "max" in rule else f"sum({rule.get('sum', '1')})"
                yield _Counted(source, column, rule.get("where", "true"), measure)


def _rule(source: Node, column: str, of_component: Mapping[str, Any]) -> dict[str, str] | None:
    """Return how a table counts for a column: ``where`` and perhaps ``sum`` or ``max``; None where it does not."""
    if column in (source.get("sums") or ()):
        return {"where": f"{column} is not null", "sum": column}
    rule = (source.get("parts") or {}).get(column)
    if rule is None and source.get("every_column") and column in of_component:
        return {"where": f"{column} <> 0", "sum": column}
    return {"where": rule} if isinstance(rule, str) else rule


def _filter(
    con: duckdb.DuckDBPyConnection, lineage: Lineage, source: Node, window: Window
) -> tuple[str | None, list[Any]]:
    """Return the condition of a window on a table with its parameters; None where it lacks the scope's column."""
    held = {row[0] for row in con.execute(f"describe {_relation(lineage, source)}").fetchall()}
    conditions = [f"{source.get('day', 'business_date')} between ? and ?", f"({source.get('where', 'true')})"]
    parameters: list[Any] = [window.first, window.last]
    if window.at is not None:
        clock = _clock(lineage, source, held)
        if clock is None:
            return None, []
        conditions.append(f"{clock} = ? and interval_start_at >= ?")
        parameters += [window.at, window.starts]
    for column, value in window.conditions():
        own = (source.get("columns") or {}).get(column, column)
        if own not in held:
            return None, []
        # the rest of a scope, as own staff beside vendors, are the rows that name no member
        rests = f"select rest_member from {_relation(lineage, {'table': 'dim_kpi_scope'})}"
        conditions.append(f"({own} = ? or ({own} is null and ? in ({rests})))")
        parameters += [value, value]
    return " and ".join(conditions), parameters


def _clock(lineage: Lineage, source: Node, held: Collection[str]) -> str | None:
    """Return the local start of a row's half-hour as SQL; None for a table without half-hours."""
    if "interval_local_start" in held:
        return "interval_local_start"
    if "interval_start_at" not in held or not {"time_zone", "site_id"} & set(held):
        return None
    zone = "time_zone"
    if zone not in held:
        sites, own = _relation(lineage, {"table": "dim_site"}), _relation(lineage, source).split(".")[-1]
        zone = f"(select any_value(s.time_zone) from {sites} as s where s.site_id = {own}.site_id)"
    return f"timezone({zone}, timezone('UTC', interval_start_at))"


def _records(
    con: duckdb.DuckDBPyConnection, lineage: Lineage, source: Node, window: Window, wheres: list[str]
) -> Records:
    where, parameters = _filter(con, lineage, source, window)
    table, id_column = _relation(lineage, source), str(source["id"])
    either = " or ".join(f"({condition})" for condition in wheres)
    query = f"select {id_column} as id from {table} where ({where}) and ({either}) and {id_column} is not null"
    counted = con.execute(f"select count(*), count(distinct id) from ({query})", parameters).fetchall()[0]
    ids = con.execute(f"select id from ({query}) group by id order by id limit {SHOWN}", parameters).fetchall()
    called = str(source.get("called", id_column.removesuffix("_id") + "s"))
    shown = " or ".join(wheres) if "true" not in wheres else str(source.get("where", "every row"))
    found = tuple(str(row[0]) for row in ids)
    return Records(table, called, id_column, shown, counted[0], counted[1], found, query, tuple(parameters))


def _relation(lineage: Lineage, source: Node) -> str:
    node = lineage.models[str(source["table"])]
    return f"{node['schema']}.{node.get('alias') or node['name']}"


def _evaluated(con: duckdb.DuckDBPyConnection, expression: str, totals: Mapping[str, float]) -> float:
    listed = ", ".join(f"cast(? as double) as {column}" for column in totals)
    found = con.execute(f"select {expression} from (select {listed})", list(totals.values())).fetchone()
    return float(found[0] or 0) if found else 0.0
