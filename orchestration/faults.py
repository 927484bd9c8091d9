"""What is wrong with the machine when a refresh or a command meets it: a full disk, a damaged warehouse, one in use.

The libraries say ``disk I/O error`` or ``Could not read enough bytes``. Here that becomes a sentence with the path, the
room that is needed and what to do.
"""

import errno
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

import duckdb

from orchestration.publish.layout import in_place
from orchestration.publish.whole import DamagedPublicationError

_FULL = ("no space left on device", "disk quota exceeded", "disk i/o error", "database or disk is full")
_LOCKED = "could not set lock"
_DAMAGED = (
    "could not read enough bytes",
    "not a valid duckdb database file",
    "corrupt",
    "checksum",
    "failed to deserialize",
    "truncated",
)
SLACK = 64 << 20
"""Room for logs and other small things."""


def why(error: BaseException, home: Path) -> str:
    """Return what the machine lacks when ``error`` is about that; empty when it is about something else."""
    said = str(error).lower()
    is_no_space = isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)
    if is_no_space or any(words in said for words in _FULL):
        return full(home)
    if isinstance(error, duckdb.Error):
        return closed(error, home)
    return str(error) if isinstance(error, DamagedPublicationError) else ""


def is_in_use(error: duckdb.Error) -> bool:
    """Whether a database cannot be opened because another program writes it, a refresh perhaps."""
    return _LOCKED in str(error).lower()


def closed(error: duckdb.Error, home: Path) -> str:
    """Return why a database of a home cannot be opened; empty when the error does not say that."""
    said = str(error)
    is_damaged = any(words in said.lower() for words in _DAMAGED)
    files = (home / "warehouse.duckdb", home / "published/kpi.duckdb")
    # A wrong check sum is told without the file's name.
    file = next((file for file in files if str(file) in said or (is_damaged and not _opens(file))), None)
    if file is None or not (is_in_use(error) or is_damaged):
        return ""
    if is_in_use(error):
        return f"{file} is in use by another program: wait until it is done ({_first_line(error)})"
    if file.parent != home:
        return f"{file} is damaged: `contact-center refresh` publishes it anew ({_first_line(error)})"
    return (
        f"{file} is damaged: put a backup in its place, or move it away, and the next refresh builds it anew from the"
        f" files in {home / 'landing'}. The publication stands as it is ({_first_line(error)})"
    )


def full(home: Path) -> str:
    """Return that the disk is full: which one, how much room it has, and how much a refresh of this home needs."""
    usage = shutil.disk_usage(home)
    return (
        f"the disk of {home} is full: {_mb(usage.free)} of {_mb(usage.total)} are free, and a refresh needs about"
        f" {_mb(needed(home))}. Make room and run it again; the publication stands as it is"
    )


def needed(home: Path) -> int:
    """Return about how many bytes a refresh of a home needs beside what is there.

    That is a second copy of what is published, and the warehouse again while its tables are replaced; before the first
    refresh, what its extracts become: about twenty times their size, packed as they come.
    """
    warehouse, published = home / "warehouse.duckdb", in_place(home / "published")
    if not published.exists():
        return SLACK + 20 * _size(home / "landing")
    return SLACK + _size(warehouse) + _size(published)


class Explained:
    """Ends a command with a sentence, and code 1, when the machine is to blame for what it meets."""

    def __init__(self, home: Callable[[], Path]) -> None:
        self._home = home

    def __enter__(self) -> None:
        """Need nothing."""

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        """Say what the machine lacks; let anything else pass."""
        if isinstance(error, Exception) and (reason := why(error, self._home())):
            sys.stderr.write(f"{reason}\n")
            raise SystemExit(1) from None


def _opens(file: Path) -> bool:
    try:
        duckdb.connect(str(file), read_only=True).close()
    except duckdb.Error:
        return False
    return True


def _first_line(error: BaseException) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]


def _size(path: Path) -> int:
    if path.is_file():
        return path.stat().st_size
    return sum(file.stat().st_size for file in path.rglob("*") if file.is_file())


def _mb(count: int) -> str:
    return f"{count / (1 << 20):,.0f} MB"
