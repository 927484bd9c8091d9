"""Who may read what lies in a home: its owner everything, others at most the publication."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

Readers = Literal["owner", "group", "everyone"]

FILES: dict[str, int] = {"owner": 0o600, "group": 0o640, "everyone": 0o644}
FOLDERS: dict[str, int] = {"owner": 0o700, "group": 0o750, "everyone": 0o755}


@contextlib.contextmanager
def private() -> Iterator[None]:
    """Create files that only their owner may read, until the end of the block."""
    before = os.umask(0o077)
    try:
        yield
    finally:
        os.umask(before)


def open_to(folder: Path, readers: Readers) -> None:
    """Let readers open a folder with all that is in it; links are left alone."""
    for place, _, files in os.walk(folder):
        Path(place).chmod(FOLDERS[readers])
        for name in files:
            file = Path(place) / name
            if not file.is_symlink():
                file.chmod(FILES[readers])


def let_through(folder: Path, readers: Readers) -> None:
    """Let readers pass through a folder to what they may read, without listing it."""
    passing = {"owner": 0, "group": 0o010, "everyone": 0o011}[readers]
    mode = folder.stat().st_mode & 0o7777
    if mode | passing != mode:
        folder.chmod(mode | passing)
