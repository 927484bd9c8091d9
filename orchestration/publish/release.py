"""From a finished build to a release: complete the candidate, put it in place, write the books.

What does not belong here: deciding whether it may be published (``gate``), and what becomes of older ones (``keep``).
"""

import contextlib
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

from orchestration.audit import record
from orchestration.ingest.books import utc_now
from orchestration.modes import Readers, let_through, open_to
from orchestration.publish.candidate import Candidate, Origin, describe, discard
from orchestration.publish.dictionary import with_dictionary
from orchestration.publish.headline import Figure, headline
from orchestration.publish.keep import held, share
from orchestration.publish.layout import DATABASE, DESCRIPTION, SEMANTICS, in_place, release_folder
from orchestration.publish.records import recorded_release, restatements
from orchestration.publish.replace import put_in_place
from orchestration.publish.stamp import stamp
from orchestration.publish.whole import DamagedPublicationError, manifest_of
from orchestration.transform.project import DbtPaths, read_manifest


@dataclass(frozen=True)
class Ready:
    """A candidate with everything that readers get, but the boards. ``restated`` are rows of ``meta.restatement``."""

    candidate: Candidate
    origin: Origin
    published_at: datetime
    restated: pa.Table | None
    figures: tuple[Figure, ...]


@dataclass(frozen=True)
class Release:
    """A release that is written. ``is_shown``: readers see it; else another one is held.

    ``tables`` counts rows by table, ``restated`` final values that changed; ``figures`` are the headline KPIs.
    """

    release_id: int
    path: Path
    published_at: datetime
    tables: Mapping[str, int]
    checks: Mapping[str, int]
    restated: int
    figures: tuple[Figure, ...]
    is_shown: bool = True


def complete(
    candidate: Candidate, origin: Origin, published: Path, local_date: date, paths: DbtPaths | None = None
) -> Ready:
    """Add to an audited candidate what says what it is; ``local_date`` is the operator's date at the as-of instant.

    ``paths`` lead to dbt's artifacts, which bring the data dictionary and the semantic layer; without them it has none.
    Raises ``OSError`` or ``duckdb.Error``.
    """
    published_at = utc_now()
    restated = restatements(candidate, published)
    figures = headline(candidate.database, local_date)
    candidate = stamp(candidate, origin, published_at)
    if paths is not None:
        candidate = with_dictionary(candidate, read_manifest(paths))
        if (paths.target / SEMANTICS).is_file():
            shutil.copyfile(paths.target / SEMANTICS, candidate.folder / SEMANTICS)
    describe(candidate, origin, published_at)
    share(candidate.folder, in_place(published))
    return Ready(candidate, origin, published_at, restated, tuple(figures))


def publish(ready: Ready, published: Path, warehouse: Path, readers: Readers = "group") -> Release:
    """Put a complete candidate in place and record it. While a release is held, it is kept without being shown.

    ``readers`` may read it. The audit log gets the publication, and parameters that differ from the release before.

    Raises ``OSError`` or ``duckdb.Error`` with the old publication still in place.
    """
    candidate, origin = ready.candidate, ready.origin
    is_shown = held(published) is None
    path = (published if is_shown else release_folder(published, candidate.release_id)) / DATABASE
    try:
        open_to(candidate.folder, readers)
        before = _parameters(published)
        shown = {"figures": [figure.as_record() for figure in ready.figures]}
        with recorded_release(
            warehouse,
            candidate,
            origin,
            published_at=ready.published_at,
            path=path,
            restated=ready.restated,
            headline=shown,
        ):
            put_in_place(candidate.folder, published, candidate.release_id, is_shown=is_shown)
    finally:
        discard(published)
    with contextlib.suppress(OSError):  # it is published, which meta.release says as well
        _open_and_record(ready, published, warehouse.parent, readers, before, is_shown=is_shown)
    return Release(
        release_id=candidate.release_id,
        path=path,
        published_at=ready.published_at,
        tables={table.name: table.rows for table in candidate.tables},
        checks=origin.checks,
        restated=0 if ready.restated is None else ready.restated.num_rows,
        figures=ready.figures,
        is_shown=is_shown,
    )


def _open_and_record(
    ready: Ready, published: Path, home: Path, readers: Readers, before: Mapping[str, Any], *, is_shown: bool
) -> None:
    """Let readers through to a release, and write it into the audit log with parameters that differ from ``before``."""
    number, origin = ready.candidate.release_id, ready.origin
    for folder in (published.parent, published, release_folder(published, number).parent):
        let_through(folder, readers)
    changed = {name: [before.get(name), new] for name, new in origin.parameters.items() if before.get(name) != new}
    if before and changed:
        record(home, "parameters", changed=changed, release=number)
    record(home, "publish", release=number, refresh=origin.refresh_id, is_shown=is_shown)


def _parameters(published: Path) -> Mapping[str, Any]:
    """Return the parameters of the release in place; none without one, or when its manifest is damaged."""
    try:
        found: Mapping[str, Any] = manifest_of(in_place(published) / DESCRIPTION).get("parameters", {})
    except (OSError, DamagedPublicationError):
        return {}
    return found
