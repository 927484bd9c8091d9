"""Where releases lie below ``published/``, and which one readers see.

``releases/7/`` holds everything of release 7. ``current`` is a link to the release that is shown, and what readers
open (``kpi.duckdb``, ``parquet/``, ``site/``, ``manifest.json``) are links through it: one rename of ``current``
shows all of another release at once. Links are relative, so that the folder can be mounted or moved.
"""

import json
import os
from pathlib import Path

DATABASE = "kpi.duckdb"
PARQUET = "parquet"
SITE = "site"
DESCRIPTION = "manifest.json"
SEMANTICS = "osi_document.json"
"""The semantic layer as dbt writes it for other tools: metrics, dimensions and what they stand on."""

NAMES = (DATABASE, PARQUET, SITE, DESCRIPTION, SEMANTICS)
"""What readers open in ``published/``."""

RELEASES = "releases"
CURRENT = "current"
CANDIDATE_PREFIX = ".candidate-"
REMOVED_PREFIX = ".removed-"


def release_folder(published: Path, number: int) -> Path:
    """Return where a release lies, or would."""
    return published / RELEASES / str(number)


def in_place(published: Path) -> Path:
    """Return the folder of the release that is shown: what one reader opens there belongs together.

    That is ``published`` itself while nothing was published, or only by a version that kept no releases.
    """
    current = published / CURRENT
    return current.resolve() if current.is_symlink() and current.is_dir() else published


def number_of(folder: Path) -> int | None:
    """Return the number that a release's manifest gives; None without one, or when it is damaged."""
    try:
        return int(json.loads((folder / DESCRIPTION).read_text())["release_id"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def published_release(published: Path) -> int | None:
    """Return the number of the release in place; None when nothing is published, or its manifest is damaged."""
    return number_of(in_place(published))


def kept_releases(published: Path) -> list[int]:
    """Return the numbers of all releases that are kept, the newest first."""
    folder = published / RELEASES
    found = [entry.name for entry in os.scandir(folder) if entry.name.isdigit()] if folder.is_dir() else []
    return sorted(map(int, found), reverse=True)
