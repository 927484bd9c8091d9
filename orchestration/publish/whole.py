"""Whether the publication in place is what its ``manifest.json`` describes.

A damaged one is carried over into no candidate and compared with none: the next refresh writes all of it anew.
"""

import hashlib
import json
from pathlib import Path
from typing import Any


def sha256(file: Path) -> str:
    """Return the hash of a file's bytes as 64 hexadecimal digits."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


class DamagedPublicationError(Exception):
    """The publication in place cannot be read; the text says what to do."""


def manifest_of(description: Path) -> dict[str, Any]:
    """Return the manifest of the publication in place. Raises ``DamagedPublicationError`` for half of one."""
    try:
        found: dict[str, Any] = json.loads(description.read_text())
    except ValueError as error:
        raise DamagedPublicationError(
            f"{description} is damaged: `contact-center refresh` publishes it anew"
        ) from error
    return found


def is_whole(description: Path, database: str) -> bool:
    """Whether every file that a manifest names has the size it gives, and the database also the hash.

    The database is copied into the next candidate anyway; to read all the other files would cost as much again.
    """
    try:
        files = json.loads(description.read_text())["files"]
        sizes = [(description.parent / name).stat().st_size == facts["size_bytes"] for name, facts in files.items()]
        return all(sizes) and bool(files[database]["sha256"] == sha256(description.parent / database))
    except (OSError, ValueError, KeyError, TypeError):
        return False
