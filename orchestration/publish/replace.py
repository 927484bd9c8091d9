"""Put a candidate in place so that a reader sees the old release or the new one, and a crash leaves one of them.

Every file is replaced by renaming (``os.replace``): who holds the old one open keeps it, undisturbed. The
publication is several files, so the old ones stay linked in ``.previous`` until ``manifest.json``, which comes
last, is in place; ``recover`` completes or takes back whatever a crash interrupted.
"""

import json
import os
import shutil
from pathlib import Path

from orchestration.publish.candidate import DATABASE, DESCRIPTION, PARQUET, SEMANTICS

PREVIOUS = ".previous"
NEXT_RELEASE = "next_release"
"""In ``.previous``: number of the release that is being put in place."""


def published_release(published: Path) -> int | None:
    """Return the number of the release in place; None when nothing is published, or its manifest is damaged."""
    try:
        return int(json.loads((published / DESCRIPTION).read_text())["release_id"])
    except (FileNotFoundError, ValueError, KeyError):
        return None


def release_files(folder: Path) -> list[Path]:
    """Return the files of a release relative to its folder, ``manifest.json`` last."""
    parquet = sorted((folder / PARQUET).rglob("*.parquet"))
    files = [*parquet, folder / DATABASE, folder / SEMANTICS, folder / DESCRIPTION]
    return [file.relative_to(folder) for file in files if file.is_file()]


def put_in_place(candidate: Path, published: Path, release_id: int) -> None:
    """Replace the publication by the candidate's files; the candidate's folder is gone afterwards.

    On ``OSError`` the old publication is restored before the error goes on.
    """
    recover(published)
    for file in release_files(candidate):
        _sync(candidate / file)
    _keep_previous(published, release_id)
    try:
        _move_files(candidate, published)
    finally:
        recover(published)
    shutil.rmtree(candidate)


def _move_files(candidate: Path, published: Path) -> None:
    new = release_files(candidate)
    (published / PARQUET).mkdir(exist_ok=True)
    for file in new:
        if file.name == DESCRIPTION:
            _remove_dropped_tables(published, set(new))
        (published / file).parent.mkdir(parents=True, exist_ok=True)
        (candidate / file).replace(published / file)
    for folder in (published / PARQUET).rglob("*/"):
        _sync(folder)
    _sync(published / PARQUET)
    _sync(published)


def _remove_dropped_tables(published: Path, wanted: set[Path]) -> None:
    for file in release_files(published):
        if file not in wanted:
            (published / file).unlink()
            for folder in file.parents[:-2]:
                if not any((published / folder).iterdir()):
                    (published / folder).rmdir()


def _keep_previous(published: Path, release_id: int) -> None:
    building = published / f"{PREVIOUS}.building"
    shutil.rmtree(building, ignore_errors=True)
    (building / PARQUET).mkdir(parents=True)
    for file in release_files(published):
        (building / file).parent.mkdir(parents=True, exist_ok=True)
        _link_or_copy(published / file, building / file)
    (building / NEXT_RELEASE).write_text(str(release_id))
    _sync(building)
    building.rename(published / PREVIOUS)
    _sync(published)


def _link_or_copy(source: Path, target: Path) -> None:
    try:
        target.hardlink_to(source)
    except OSError:
        shutil.copy2(source, target)


def recover(published: Path) -> None:
    """Finish what an interrupted replacement left: forget the old files if the new release is whole, else restore.

    May itself be interrupted anywhere and called again: the old files are forgotten by one rename.
    """
    previous, passing = published / PREVIOUS, published / f"{PREVIOUS}.building"
    shutil.rmtree(passing, ignore_errors=True)
    if not previous.is_dir():
        return
    if published_release(published) != int((previous / NEXT_RELEASE).read_text()):
        kept = set(release_files(previous))
        for file in release_files(published):
            if file not in kept:
                (published / file).unlink()
        for file in release_files(previous):
            back = previous / f"{file}.back"
            back.unlink(missing_ok=True)
            (published / file).parent.mkdir(parents=True, exist_ok=True)
            _link_or_copy(previous / file, back)
            back.replace(published / file)
    previous.rename(passing)
    shutil.rmtree(passing)


def _sync(path: Path) -> None:
    """Force a file, or a folder's entries, to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
