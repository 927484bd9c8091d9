"""How much a delivered file may be: what is beyond is refused, so that no file stops a refresh but itself."""

from dataclasses import dataclass

SMALL_BYTES = 1_000_000
"""Up to this size a file is read record by record in memory; above it, in bulk from disk where that is safe."""


@dataclass(frozen=True)
class Limits:
    """Limits of one load. ``small_bytes`` chooses the reader; the others refuse a file, or reject a row.

    ``most_bytes`` is the size of a file once unpacked, ``most_document_bytes`` that of a JSON document, which is held
    in memory (JSON lines are not), ``most_columns`` the number of columns of a file or of members of a JSON record,
    ``longest_line`` the length of a line in characters.
    """

    small_bytes: int = SMALL_BYTES
    most_bytes: int = 8 << 30
    most_document_bytes: int = 1 << 30
    most_columns: int = 2_000
    longest_line: int = 16_000_000


DEFAULT_LIMITS = Limits()


def size_text(count: int) -> str:
    """Return a number of bytes as people read it: ``1.5 GB``, ``20 MB``."""
    for unit, size in (("GB", 1 << 30), ("MB", 1 << 20)):
        if count >= size:
            return f"{count / size:.4g} {unit}"
    return f"{count} bytes"
