"""Write into a candidate which release it is, so that a query can say what it was answered from."""

from dataclasses import replace
from datetime import datetime

import duckdb

from orchestration.publish.candidate import PARQUET, Candidate, Origin
from orchestration.publish.columns import literal
from orchestration.publish.tables import SCHEMA, described

TABLE = "release"
COLUMNS = {
    "release_id": ("INTEGER", "Counts the publications of this installation."),
    "refresh_id": ("INTEGER", "The refresh that it comes from; meta.refresh of the warehouse has its stages."),
    "as_of": ("TIMESTAMP", "The instant (UTC) that everything was computed as of."),
    "published_at": ("TIMESTAMP", "When it was put in place (UTC)."),
}


def stamp(candidate: Candidate, origin: Origin, published_at: datetime) -> Candidate:
    """Add the table ``release`` with its one row to a candidate, as table and as Parquet file; return what it is now.

    Instants are naive UTC. Raises ``duckdb.Error`` when the candidate cannot be written.
    """
    selected = ", ".join(f"cast(? as {kind}) as {name}" for name, (kind, _) in COLUMNS.items())
    node = {
        "name": TABLE,
        "description": "One row: the release that all tables here belong to.",
        "columns": {name: {"description": text} for name, (_, text) in COLUMNS.items()},
    }
    with duckdb.connect() as con:
        con.execute(f"attach {literal(str(candidate.database))} as kpi")
        con.execute(
            f"create or replace table kpi.{SCHEMA}.{TABLE} as select {selected}",
            [candidate.release_id, origin.refresh_id, origin.as_of, published_at],
        )
        file = candidate.folder / PARQUET / f"{TABLE}.parquet"
        con.execute(f"copy kpi.{SCHEMA}.{TABLE} to {literal(str(file))} (format parquet, compression zstd)")
        table = described(con, "table", node, {name: kind for name, (kind, _) in COLUMNS.items()})
        con.execute("detach kpi")
    return replace(candidate, tables=(*candidate.tables, table))
