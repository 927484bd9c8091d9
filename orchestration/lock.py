"""The lock of a home: whoever writes its warehouse holds it, and the system frees it when that process ends."""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

LOCK = ".refresh.lock"


def take(home: Path) -> int:
    """Take the lock of a home and return its descriptor; closing that frees it. Raises ``BlockingIOError``."""
    descriptor = os.open(home / LOCK, os.O_CREAT | os.O_RDWR, 0o644)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise
    return descriptor


@contextlib.contextmanager
def held(home: Path) -> Iterator[None]:
    """Hold the lock of a home. Raises ``BlockingIOError`` when another process does."""
    descriptor = take(home)
    try:
        yield
    finally:
        os.close(descriptor)


def is_held(home: Path) -> bool:
    """Whether a process holds the lock of a home; what a dead one wrote of itself is out of date."""
    if not (home / LOCK).is_file():
        return False
    descriptor = os.open(home / LOCK, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False
