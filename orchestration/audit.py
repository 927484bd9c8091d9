"""The audit log of a home: who did what and when, one JSON line each, appended and never rewritten.

Publications, rollbacks, erasures, unloads, accepted findings and other parameters than before. It names releases, files
and the ids of customers; whoever was erased stays named by id, because that proves the erasure.
"""

import getpass
import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

AUDIT = "audit.jsonl"


def record(home: Path, action: str, **details: Any) -> None:
    """Append an action of the operating-system user with its details, on a line of its own. Raises ``OSError``."""
    entry = {"at": datetime.now(UTC).isoformat(timespec="seconds"), "by": user(), "action": action, **details}
    descriptor = os.open(home / AUDIT, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        size = os.fstat(descriptor).st_size
        is_cut = size > 0 and os.pread(descriptor, 1, size - 1) != b"\n"
        os.write(descriptor, ("\n" * is_cut + json.dumps(entry, default=str) + "\n").encode())
    finally:
        os.close(descriptor)


def entries(home: Path) -> Iterator[dict[str, Any]]:
    """Yield what was recorded, the oldest first; a line that a full disk cut off is passed over."""
    file = home / AUDIT
    if not file.is_file():
        return
    for line in file.read_text().splitlines():
        try:
            yield json.loads(line)
        except ValueError:
            continue


def user() -> str:
    """Return the name of the operating-system user, or the number of one without a name, as in a container."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())
