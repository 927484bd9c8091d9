"""Writes a day's rows as standard extracts: ``<landing>/standard/<entity>/<entity>_<YYYY-MM-DD>.csv``."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path

from simulator.entities import COLUMNS
from simulator.output import Row


class Writer:
    """One file per entity and day; an entity with no rows that day gets no file.

    A file that already holds the same bytes is left alone, so that a longer simulation does not touch the files of
    the days before. Raises OSError when the landing cannot be written.
    """

    def __init__(self, landing: Path, write_from: date | None = None, entities: frozenset[str] | None = None) -> None:
        self._root = landing / "standard"
        self._write_from = write_from
        self._entities = entities
        self.files = 0
        self.rows: Counter[str] = Counter()

    def write(self, day: date, rows: dict[str, list[Row]]) -> None:
        """Write the day's files; days before ``write_from`` are skipped."""
        if self._write_from is not None and day < self._write_from:
            return
        for entity, found in rows.items():
            if not found or (self._entities is not None and entity not in self._entities):
                continue
            lines = [",".join(COLUMNS[entity])]
            lines += [",".join(row) for row in found]
            content = ("\n".join(lines) + "\n").encode()
            folder = self._root / entity
            folder.mkdir(parents=True, exist_ok=True)
            path = folder / f"{entity}_{day.isoformat()}.csv"
            if not path.exists() or path.stat().st_size != len(content) or path.read_bytes() != content:
                path.write_bytes(content)
            self.files += 1
            self.rows[entity] += len(found)
