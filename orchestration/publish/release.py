"""From a finished build to a release: write the candidate, put it in place, write the books.

What does not belong here: deciding whether it may be published (``gate``).
"""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from orchestration.ingest.books import utc_now
from orchestration.publish.candidate import DATABASE, SEMANTICS, Candidate, Origin, describe, discard
from orchestration.publish.dictionary import with_dictionary
from orchestration.publish.headline import Figure, headline
from orchestration.publish.records import recorded_release, restatements
from orchestration.publish.replace import put_in_place
from orchestration.publish.stamp import stamp
from orchestration.transform.project import DbtPaths, read_manifest


@dataclass(frozen=True)
class Release:
    """A publication in place.

    ``tables`` counts rows by table, ``restated`` final values that changed; ``figures`` are the headline KPIs.
    """

    release_id: int
    path: Path
    published_at: datetime
    tables: Mapping[str, int]
    checks: Mapping[str, int]
    restated: int
    figures: tuple[Figure, ...]


def publish(
    candidate: Candidate,
    origin: Origin,
    published: Path,
    warehouse: Path,
    local_date: date,
    paths: DbtPaths | None = None,
) -> Release:
    """Put an audited candidate in place and record it; ``local_date`` is the operator's date at the as-of instant.

    ``paths`` lead to dbt's artifacts, which bring the data dictionary and the semantic layer; without them it has none.

    Raises ``OSError`` or ``duckdb.Error`` with the old publication still, or again, in place.
    """
    published_at = utc_now()
    path = published / DATABASE
    try:
        restated = restatements(candidate, published)
        figures = headline(candidate.database, local_date)
        candidate = stamp(candidate, origin, published_at)
        if paths is not None:
            candidate = with_dictionary(candidate, read_manifest(paths))
            if (paths.target / SEMANTICS).is_file():
                shutil.copyfile(paths.target / SEMANTICS, candidate.folder / SEMANTICS)
        describe(candidate, origin, published_at)
        shown = {"figures": [figure.as_record() for figure in figures]}
        with recorded_release(
            warehouse, candidate, origin, published_at=published_at, path=path, restated=restated, headline=shown
        ):
            put_in_place(candidate.folder, published, candidate.release_id)
    finally:
        discard(published)
    return Release(
        release_id=candidate.release_id,
        path=path,
        published_at=published_at,
        tables={table.name: table.rows for table in candidate.tables},
        checks=origin.checks,
        restated=0 if restated is None else restated.num_rows,
        figures=tuple(figures),
    )
