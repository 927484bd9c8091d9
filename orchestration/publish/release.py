"""From a finished build to a release: write the candidate, put it in place, write the books.

What does not belong here: deciding whether it may be published (``gate``).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from orchestration.ingest.books import utc_now
from orchestration.publish.candidate import DATABASE, Candidate, describe, discard
from orchestration.publish.headline import headline
from orchestration.publish.records import record_release, restatements
from orchestration.publish.replace import put_in_place


@dataclass(frozen=True)
class Release:
    """A publication in place. ``tables`` counts rows by table, ``restated`` the final values that changed."""

    release_id: int
    path: Path
    published_at: datetime
    tables: Mapping[str, int]
    checks: Mapping[str, int]
    restated: int


def publish(
    candidate: Candidate,
    published: Path,
    warehouse: Path,
    *,
    refresh_id: int,
    run_id: str,
    as_of: datetime,
    parameter_set: str,
    parameters: Mapping[str, Any],
    checks: Mapping[str, int],
) -> Release:
    """Put an audited candidate in place and record it. Raises ``OSError`` with the old publication restored."""
    published_at = utc_now()
    restated = restatements(candidate, published)
    describe(
        candidate,
        refresh_id=refresh_id,
        run_id=run_id,
        as_of=as_of,
        published_at=published_at,
        parameter_set=parameter_set,
        parameters=parameters,
        checks=checks,
    )
    try:
        put_in_place(candidate.folder, published, candidate.release_id)
    finally:
        discard(published)
    with duckdb.connect(str(warehouse)) as con:
        con.execute("set TimeZone = 'UTC'")
        record_release(
            con,
            candidate,
            refresh_id=refresh_id,
            run_id=run_id,
            as_of=as_of,
            published_at=published_at,
            path=published / DATABASE,
            restated=restated,
            headline={"figures": [figure.as_record() for figure in headline(published / DATABASE)]},
        )
    return Release(
        release_id=candidate.release_id,
        path=published / DATABASE,
        published_at=published_at,
        tables={table.name: table.rows for table in candidate.tables},
        checks=checks,
        restated=0 if restated is None else restated.num_rows,
    )
