"""The lock of a home: whoever writes its warehouse holds it, and the system frees it when that process ends."""

import contextlib
import fcntl
import os
import time
from collections.abc import Iterator
from pathlib import Path

LOCK = ".refresh.lock"

GLANCE = 1.0
"""Seconds for which a lock that is held is tried again: somebody may only be looking whether it is."""


def take(home: Path, patience: float = GLANCE) -> int:
    """Take the lock of a home and return its descriptor; closing that frees it.

    Raises ``BlockingIOError`` when another process holds it for longer than ``patience`` seconds.
    """
    descriptor = os.open(home / LOCK, os.O_CREAT | os.O_RDWR, 0o644)
    deadline = time.monotonic() + patience
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                os.close(descriptor)
                raise
            time.sleep(0.05)
        else:
            return descriptor


@contextlib.contextmanager
def held(home: Path, patience: float = GLANCE) -> Iterator[None]:
    """Hold the lock of a home. Raises ``BlockingIOError`` when another process does."""
    descriptor = take(home, patience)
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
