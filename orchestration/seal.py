"""The seal of the warehouse: whether anything but a refresh wrote it since the last one closed it.

DuckDB counts in a file's header how often it was written. When a refresh ends it notes a hash of the headers beside the
warehouse, so that the next one sees any write that happened in between, by whatever program, without reading the data.
A file that is opened and only read keeps its headers.
"""

import contextlib
import hashlib
from collections.abc import Iterator
from pathlib import Path

HEADERS = 3 * 4096
"""Bytes of a DuckDB file's main header and its two alternating database headers."""

OPEN = "open"
"""Stands in place of a state while a refresh writes: after a kill, nothing is known."""


def state_of(database: Path) -> str:
    """Return what names the content of a closed database: a hash of its headers and of its write-ahead log's size."""
    log = database.with_name(database.name + ".wal")
    digest = hashlib.sha256()
    with database.open("rb") as stream:
        digest.update(stream.read(HEADERS))
    digest.update(str(log.stat().st_size if log.exists() else 0).encode())
    return digest.hexdigest()


def seal(warehouse: Path) -> None:
    """Note the state of a closed warehouse."""
    _noted(warehouse).write_text(state_of(warehouse) + "\n")


def unseal(warehouse: Path) -> None:
    """Note that a refresh is about to write the warehouse."""
    _noted(warehouse).write_text(OPEN + "\n")


def is_broken(warehouse: Path) -> bool:
    """Whether the warehouse was written, or replaced, by something else than a refresh since it was sealed.

    False when there is no warehouse yet, and after a refresh that was killed: then its own records must do.
    """
    if not warehouse.is_file():
        return False
    noted = _noted(warehouse)
    if not noted.is_file():
        return True
    return noted.read_text().strip() not in (OPEN, state_of(warehouse))


@contextlib.contextmanager
def kept_sealed(warehouse: Path) -> Iterator[None]:
    """Write the warehouse for a good reason outside a refresh: a seal that was whole before is whole after."""
    was_whole = not is_broken(warehouse)
    yield
    if was_whole:
        seal(warehouse)


def _noted(warehouse: Path) -> Path:
    return warehouse.with_name(f".{warehouse.name}.seal")
