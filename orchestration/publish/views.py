"""Carry a view from the warehouse into a candidate: its text, over the tables that the candidate has.

A model with ``config.meta.published: view`` restates nothing, so its rows need no second copy. What it reads must be
published, too, in the schema that it names.
"""

from collections.abc import Mapping
from typing import Any

import duckdb

from orchestration.publish.columns import UnpublishableColumnError, published_type, quoted
from orchestration.publish.tables import SCHEMA, Table, described


def write_view(con: duckdb.DuckDBPyConnection, node: Mapping[str, Any]) -> Table:
    """Create the view of a model (manifest node) of the attached ``warehouse`` in the attached ``kpi``.

    Raises ``UnpublishableColumnError`` for a column that is not plain, because a view casts nothing, and
    ``duckdb.Error`` when it reads something that is not published.
    """
    name = str(node["name"])
    target = f"kpi.{SCHEMA}.{quoted(name)}"
    con.execute(f"use kpi.{SCHEMA}")
    con.execute(f"create or replace view {target} as {_select(con, node)}")
    kinds = {str(column): str(kind) for column, kind, *_ in con.execute(f"describe {target}").fetchall()}
    for column, kind in kinds.items():
        if published_type(name, column, kind) != kind:
            raise UnpublishableColumnError(f"{name}.{column} is {kind}, and a published view casts nothing")
    return described(con, "view", node, kinds)


def _select(con: duckdb.DuckDBPyConnection, node: Mapping[str, Any]) -> str:
    """Return the query of the view as the warehouse holds it: schema and table names, no database."""
    found = con.execute(
        "select sql from duckdb_views() where database_name = 'warehouse' and schema_name = ? and view_name = ?",
        [node["schema"], node.get("alias") or node["name"]],
    ).fetchone()
    if found is None:
        raise duckdb.CatalogException(f"{node['name']} is published as a view, and is none in the warehouse")
    return str(found[0]).split(" AS ", 1)[1]


def drop_views(con: duckdb.DuckDBPyConnection) -> None:
    """Drop every view that the candidate carried over; those that are still wanted are made anew."""
    carried = con.execute(
        "select view_name from duckdb_views() where database_name = 'kpi' and not internal and schema_name = ?",
        [SCHEMA],
    ).fetchall()
    for (name,) in carried:
        con.execute(f"drop view kpi.{SCHEMA}.{quoted(name)}")


def is_view(node: Mapping[str, Any]) -> bool:
    """Whether a published model is published as a view."""
    config: Mapping[str, Any] = node.get("config") or {}
    return (config.get("meta") or {}).get("published") == "view"
