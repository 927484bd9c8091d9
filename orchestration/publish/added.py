"""Add a small table about the release itself to a candidate: what no model can know before the candidate is written."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import duckdb
import pyarrow as pa

from orchestration.publish.candidate import Candidate
from orchestration.publish.columns import literal
from orchestration.publish.layout import PARQUET
from orchestration.publish.tables import SCHEMA, described


def add_table(
    candidate: Candidate,
    name: str,
    description: str,
    columns: Mapping[str, tuple[str, str]],
    rows: list[dict[str, Any]],
) -> Candidate:
    """Write a table and its Parquet file into a candidate, in place of an older one; return what the candidate is now.

    ``columns`` maps a name to (plain type, description); ``rows`` have these names. Raises ``duckdb.Error`` when the
    candidate cannot be written.
    """
    target = f"kpi.{SCHEMA}.{name}"
    casts = ", ".join(f"cast({column} as {kind}) as {column}" for column, (kind, _) in columns.items())
    node = {
        "name": name,
        "description": description,
        "columns": {column: {"description": text} for column, (_, text) in columns.items()},
    }
    with duckdb.connect() as con:
        con.execute(f"attach {literal(str(candidate.database))} as kpi")
        con.register("added", pa.Table.from_pylist(rows))
        con.execute(f"create or replace table {target} as select {casts} from added")
        file = literal(str(candidate.folder / PARQUET / f"{name}.parquet"))
        con.execute(f"copy {target} to {file} (format parquet, compression zstd)")
        table = described(con, "table", node, {column: kind for column, (kind, _) in columns.items()})
        con.execute("detach kpi")
    return replace(candidate, tables=(*candidate.tables, table))
