"""Releases that are kept: how many, what they cost, and which one is held.

Files that did not change from one release to the next are one file with several names. The release in place and the
one before it are whole; of older ones the database is packed: it is written again from their Parquet files when one of
them is shown.
"""

import filecmp
import json
import shutil
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from orchestration.audit import user
from orchestration.ingest.books import utc_now
from orchestration.modes import Readers, open_to
from orchestration.publish.layout import (
    DATABASE,
    DESCRIPTION,
    PARQUET,
    SITE,
    kept_releases,
    published_release,
    release_folder,
)
from orchestration.publish.pack import is_packed, pack, unpack
from orchestration.publish.replace import link_or_copy, remove_release, show
from orchestration.publish.whole import DamagedPublicationError, is_whole, manifest_of

HELD = ".held"
"""Beside the releases while one is held: which, since when (UTC), by whom."""

WHOLE = 2
"""So many of the newest releases keep their database as it was published."""


class ReleaseError(Exception):
    """A release cannot be shown or compared; the text says why and what to do."""


@dataclass(frozen=True)
class Kept:
    """One kept release. Sizes are bytes: of all its files, and of those that no other release has.

    Instants are naive UTC and None when its manifest is damaged.
    """

    release_id: int
    as_of: datetime | None
    published_at: datetime | None
    tables: int
    size: int
    own_size: int
    is_in_place: bool
    is_packed: bool
    has_boards: bool


def held(published: Path) -> Mapping[str, Any] | None:
    """Return ``release``, ``since`` and ``by`` of the release that is held; None when each new one is shown."""
    try:
        found: dict[str, Any] = json.loads((published / HELD).read_text())
    except FileNotFoundError:
        return None
    except ValueError:
        return {"release": published_release(published), "since": "", "by": ""}
    return found


def list_releases(published: Path) -> list[Kept]:
    """Return all kept releases, the newest first."""
    files = {
        number: [file.lstat() for file in release_folder(published, number).rglob("*") if file.is_file()]
        for number in kept_releases(published)
    }
    names = Counter((stat.st_dev, stat.st_ino) for stats in files.values() for stat in stats)
    shown = published_release(published)
    found = []
    for number, stats in files.items():
        folder = release_folder(published, number)
        try:
            manifest: Mapping[str, Any] = json.loads((folder / DESCRIPTION).read_text())
        except (OSError, ValueError):
            manifest = {}
        found.append(
            Kept(
                release_id=number,
                as_of=_instant(manifest.get("as_of")),
                published_at=_instant(manifest.get("published_at")),
                tables=len(manifest.get("tables", {})),
                size=sum(stat.st_size for stat in stats),
                own_size=sum(stat.st_size for stat in stats if names[stat.st_dev, stat.st_ino] == 1),
                is_in_place=number == shown,
                is_packed=is_packed(folder),
                has_boards=(folder / SITE).is_dir(),
            )
        )
    return found


def roll_back(published: Path, release_id: int, *, hold: bool, readers: Readers = "group") -> int | None:
    """Show a kept release and return the number of the one that was shown before.

    It stays until the next refresh publishes; with ``hold`` until another one is shown by hand. Raises
    ``ReleaseError`` for one that is not kept or not whole; what is shown then stays.
    """
    folder = release_folder(published, release_id)
    if not folder.is_dir():
        kept = ", ".join(map(str, kept_releases(published))) or "none"
        raise ReleaseError(f"release {release_id} is not kept; kept are {kept}")
    before = published_release(published)
    if is_packed(folder):
        unpack(folder)
        open_to(folder, readers)
    if not is_whole(folder / DESCRIPTION, DATABASE):
        raise ReleaseError(f"release {release_id} is damaged: {folder} is not what its {DESCRIPTION} says")
    if hold:
        note = {"release": release_id, "since": utc_now().isoformat(timespec="seconds") + "Z", "by": user()}
        written = published / f"{HELD}.new"
        written.write_text(json.dumps(note))
        written.replace(published / HELD)
    show(published, release_id)
    if not hold:
        (published / HELD).unlink(missing_ok=True)
    return before


def prune(published: Path, keep: int) -> list[int]:
    """Remove all but the ``keep`` newest releases and the one in place; return what was removed.

    What is kept beside the newest ``WHOLE`` and the one in place is packed.
    """
    shown = published_release(published)
    kept = kept_releases(published)
    removed = [number for number in kept[keep:] if number != shown]
    for number in removed:
        remove_release(published, number)
    for number in kept[WHOLE:keep]:
        if number != shown:
            pack(release_folder(published, number))
    return removed


def share(folder: Path, before: Path) -> None:
    """Let files of a new release that are the same as in the release before be one file with it."""
    try:
        old = manifest_of(before / DESCRIPTION)["files"]
    except (FileNotFoundError, DamagedPublicationError):
        return
    for name, facts in manifest_of(folder / DESCRIPTION)["files"].items():
        file, other = folder / name, before / name
        is_same = name.startswith(f"{PARQUET}/") and old.get(name) == facts and other.is_file()
        if is_same and not file.samefile(other) and filecmp.cmp(file, other, shallow=False):
            file.unlink()
            link_or_copy(other, file)


def carry_site(before: Path, folder: Path) -> None:
    """Give a new release the boards of the one before; each page says which release it shows."""
    if (before / SITE).is_dir():
        shutil.rmtree(folder / SITE, ignore_errors=True)
        shutil.copytree(before / SITE, folder / SITE, copy_function=link_or_copy)


def _instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text).replace(tzinfo=None)
