"""The evidence of both borders as rows: ``meta.expectation_result``, which the publish gate reads."""

from collections.abc import Iterable, Mapping

import duckdb

from orchestration.ingest.books import utc_now
from orchestration.publish.gate import Allowance, ExpectationOutcome


def record_outcomes(
    con: duckdb.DuckDBPyConnection, refresh_id: int, border: str, outcomes: Iterable[ExpectationOutcome]
) -> None:
    """Write the outcomes of one border of one refresh, replacing those of an earlier attempt at it."""
    now = utc_now()
    rows = [[refresh_id, border, o.key, o.severity, o.succeeded, o.detail, now] for o in outcomes]
    con.begin()
    con.execute("delete from meta.expectation_result where refresh_id = ? and border = ?", [refresh_id, border])
    if rows:
        con.executemany("insert into meta.expectation_result values (?, ?, ?, ?, ?, ?, ?)", rows)
    con.commit()


def read_outcomes(
    con: duckdb.DuckDBPyConnection, refresh_id: int, allowances: Mapping[str, Allowance | None]
) -> list[ExpectationOutcome]:
    """Return what was evaluated in a refresh at both borders; ``allowances`` come from the suites as they are now."""
    found = con.execute(
        "select expectation, severity, is_success, detail from meta.expectation_result where refresh_id = ?",
        [refresh_id],
    ).fetchall()
    return [ExpectationOutcome(key, severity, ok, text, allowances.get(key)) for key, severity, ok, text in found]
