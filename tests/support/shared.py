"""What the workers of one test run share: the first to ask for a thing makes it, the others wait for it and copy it.

It lies below the temporary folder of this run, so it is never older than the code under test.
"""

import fcntl
import shutil
from collections.abc import Callable
from pathlib import Path

_FOLDERS: list[Path] = []


def share_in(folder: Path) -> None:
    """Say where the workers of this run meet."""
    _FOLDERS[:] = [folder]


def is_shared() -> bool:
    """Whether there is a place to meet: outside a test run there is none."""
    return bool(_FOLDERS)


def made_once(name: str, make: Callable[[Path], object]) -> Path:
    """Return the folder ``name`` of this run, for reading; ``make`` fills it, once for all workers."""
    (shared,) = _FOLDERS
    folder, done = shared / name, shared / f"{name}.done"
    with (shared / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.is_file():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            make(folder)
            done.touch()
    return folder
