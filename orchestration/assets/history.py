"""Dagster's history of runs, looked at before it is opened: a damaged file of it must not stop any refresh.

The history tells of past runs; nothing depends on it. A kill or a full disk can leave half of a file.
"""

import sqlite3
from contextlib import closing
from pathlib import Path

MAGIC = b"SQLite format 3\x00"
PAGE_SIZE, PAGE_COUNT = slice(16, 18), slice(28, 32)
"""Where the header of a database tells its size (section 1.3 of SQLite's file format)."""


def set_damaged_aside(folder: Path) -> list[Path]:
    """Rename the damaged databases below a folder to ``<name>.damaged`` and return their new names."""
    found = []
    for file in sorted(folder.rglob("*.db")):
        if _is_damaged(file):
            aside = file.with_name(f"{file.name}.damaged")
            file.replace(aside)
            for beside in (f"{file.name}-wal", f"{file.name}-shm", f"{file.name}-journal"):
                file.with_name(beside).unlink(missing_ok=True)
            found.append(aside)
    return found


def _is_damaged(file: Path) -> bool:
    """Whether a file is no whole SQLite database; an empty one is a database that nobody has written to yet."""
    size = file.stat().st_size
    with file.open("rb") as stream:
        header = stream.read(100)
    if not header:
        return False
    if len(header) < 100 or not header.startswith(MAGIC):
        return True
    page = int.from_bytes(header[PAGE_SIZE], "big")
    if int.from_bytes(header[PAGE_COUNT], "big") * (65536 if page == 1 else page) > size:
        # What is missing may still stand in the write-ahead log.
        return not file.with_name(f"{file.name}-wal").exists() or not _opens(file)
    return not _opens(file)


def _opens(file: Path) -> bool:
    try:
        with closing(sqlite3.connect(file)) as con:
            con.execute("select count(*) from sqlite_master").fetchall()
    except sqlite3.DatabaseError:
        return False
    return True
