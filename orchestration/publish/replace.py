"""Show another release: readers see the old one or the new one as a whole, whatever kills the process between.

A release's folder is renamed into ``releases/``; then ``next``, a link written before, is renamed to ``current``. Who
holds a file of the old release open keeps it. ``recover`` completes or takes back what was interrupted, and may itself
be interrupted anywhere and called again.
"""

import os
import shutil
from pathlib import Path

from orchestration.publish.layout import (
    CURRENT,
    DATABASE,
    NAMES,
    RELEASES,
    REMOVED_PREFIX,
    kept_releases,
    number_of,
    release_folder,
)

NEXT = ".next"
"""The link that becomes ``current``."""

TAKING = ".taking"
OLD_PREFIX = ".previous"
"""What versions that kept no releases left of an interrupted replacement."""


def put_in_place(candidate: Path, published: Path, release_id: int, *, is_shown: bool = True) -> None:
    """Make a candidate's folder a release, and show it unless another one is held.

    On ``OSError`` what was shown before still is; the candidate is then where it was, or gone.
    """
    recover(published)
    for folder, _, files in os.walk(candidate):
        for name in files:
            _sync(Path(folder) / name)
        _sync(Path(folder))
    (published / RELEASES).mkdir(exist_ok=True)
    if is_shown:
        _announce(published, release_id)
    try:
        candidate.rename(release_folder(published, release_id))
        _sync(published / RELEASES)
    finally:
        recover(published)


def show(published: Path, release_id: int) -> None:
    """Show a release that is kept. Raises ``FileNotFoundError`` when it is not."""
    recover(published)
    if not release_folder(published, release_id).is_dir():
        raise FileNotFoundError(f"release {release_id} is not kept in {published / RELEASES}")
    _announce(published, release_id)
    recover(published)


def remove_release(published: Path, release_id: int) -> None:
    """Remove a release that is not shown: by one rename it is gone, and then its files are."""
    removed = published / RELEASES / f"{REMOVED_PREFIX}{release_id}"
    release_folder(published, release_id).rename(removed)
    shutil.rmtree(removed)


def recover(published: Path) -> None:
    """Finish what an interrupted replacement left: show the next release if its folder is there, else the old one."""
    if not published.is_dir():
        return
    _take_over(published)
    for folder in (*published.glob(f"{OLD_PREFIX}*"), *(published / RELEASES).glob(f"{REMOVED_PREFIX}*")):
        shutil.rmtree(folder)
    following = published / NEXT
    if following.is_symlink():
        if following.is_dir():
            following.rename(published / CURRENT)
            _sync(published)
        else:
            following.unlink()
    if (published / CURRENT).is_symlink():
        for name in NAMES:
            _link(published, name)


def _announce(published: Path, release_id: int) -> None:
    following = published / NEXT
    following.unlink(missing_ok=True)
    following.symlink_to(Path(RELEASES) / str(release_id))
    _sync(published)


def _link(published: Path, name: str) -> None:
    """Let a name that readers open lead through ``current``; a file or folder of that name makes room."""
    place, wanted = published / name, Path(CURRENT) / name
    if not (published / wanted).exists():
        if place.is_symlink():
            place.unlink()
        return
    if place.is_symlink() and place.readlink() == wanted:
        return
    link = published / f".{name}.link"
    link.unlink(missing_ok=True)
    link.symlink_to(wanted)
    if place.is_dir() and not place.is_symlink():
        place.rename(published / f"{OLD_PREFIX}-{name}")
    link.rename(place)
    shutil.rmtree(published / f"{OLD_PREFIX}-{name}", ignore_errors=True)


def _take_over(published: Path) -> None:
    """Make a publication that lies in ``published`` itself a release: of an older version, or copied without links."""
    current = published / CURRENT
    if current.is_dir() and not current.is_symlink():
        shutil.rmtree(current)
    if current.is_symlink() or (published / DATABASE).is_symlink() or not (published / DATABASE).is_file():
        return
    number = number_of(published)
    if number is None:
        number = max(kept_releases(published), default=0) + 1
    if not release_folder(published, number).is_dir():
        taking = published / RELEASES / TAKING
        shutil.rmtree(taking, ignore_errors=True)
        taking.mkdir(parents=True)
        for name in NAMES:
            if (published / name).is_dir():
                shutil.copytree(published / name, taking / name, copy_function=link_or_copy)
            elif (published / name).is_file():
                link_or_copy(published / name, taking / name)
        taking.rename(release_folder(published, number))
    _announce(published, number)


def link_or_copy(source: str | Path, target: str | Path) -> None:
    """Let a second name lead to a file, where the file system can; else copy it."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def _sync(path: Path) -> None:
    """Force a file, or a folder's entries, to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
