"""Which files lie below the landing folder, and to which declared extract each belongs.

What does not belong here: opening files. Only names, sizes and modification times are looked at; ``file_sha256`` is
called by the loader for the few files that may be new.
"""

import hashlib
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from orchestration.ingest.declarations import ExtractDeclaration
from orchestration.ingest.errors import DeclarationError

_UNFINISHED = (".tmp", ".part")
_DATED = re.compile(
    r"(?<!\d)(?P<year>(?:19|20)\d\d)(?P<sep>[-_.]?)(?P<month>\d\d)(?P=sep)(?P<day>\d\d)"
    r"(?:[T _-]?(?P<hour>\d\d)[-_:.]?(?P<minute>\d\d)(?:[-_:.]?(?P<second>\d\d))?Z?)?(?!\d)"
)


@dataclass(frozen=True)
class LandedFile:
    """A file that belongs to a declared extract. ``name`` is its path below the landing folder, with ``/``."""

    path: Path
    name: str
    size_bytes: int
    modified_ns: int
    declaration: ExtractDeclaration


@dataclass(frozen=True)
class Landing:
    """What lies below the landing folder, ordered by name: declared files and the names of the others.

    ``unreadable`` are name and reason of what cannot be read: a folder without permission, a link that leads back to a
    folder around it, or nowhere, a pipe.
    """

    files: tuple[LandedFile, ...]
    unknown: tuple[str, ...]
    unreadable: tuple[tuple[str, str], ...] = ()


def discover(landing: Path, declarations: Sequence[ExtractDeclaration]) -> Landing:
    """Return every finished file below ``landing``, with the declaration its path matches.

    Dot files, dot folders, ``*.tmp`` and ``*.part`` are not finished deliveries and are passed over. A missing
    landing folder is empty. Raises ``DeclarationError`` when a path matches two declarations.
    """
    patterns = [(_glob(declaration.path), declaration) for declaration in declarations]
    files: list[LandedFile] = []
    unknown: list[str] = []
    unreadable: list[tuple[str, str]] = []
    for entry, name in _walk(str(landing), "", (), unreadable):
        matching = [declaration for pattern, declaration in patterns if pattern.fullmatch(name)]
        if len(matching) > 1:
            both = " and ".join(declaration.name for declaration in matching)
            raise DeclarationError(f"{matching[0].declared_in}: {name} matches the path of {both}")
        if not matching:
            unknown.append(name)
            continue
        try:
            stat = entry.stat()
        except OSError as error:
            unreadable.append((name, error.strerror or str(error)))
            continue
        files.append(LandedFile(Path(entry.path), name, stat.st_size, stat.st_mtime_ns, matching[0]))
    return Landing(tuple(sorted(files, key=lambda file: file.name)), tuple(sorted(unknown)), tuple(unreadable))


def file_sha256(path: Path) -> str:
    """Return the hexadecimal SHA-256 of a file's bytes, read in blocks."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def extracted_at(name: str) -> datetime | None:
    """Return the date or date-time written in a file's own name (not its folders), naive UTC; None when there is none.

    Understood are 2024-10-25, 20241025 and 2024_10_25, alone or followed by a time such as T020000Z or T02-00-00.
    When a name holds several, the last one counts.
    """
    found: datetime | None = None
    for match in _DATED.finditer(name.rsplit("/", 1)[-1]):
        parts = [int(match[part] or 0) for part in ("year", "month", "day", "hour", "minute", "second")]
        try:
            found = datetime(*parts)  # type: ignore[arg-type]
        except ValueError:
            continue
    return found


def _walk(
    folder: str, prefix: str, above: tuple[tuple[int, int], ...], unreadable: list[tuple[str, str]]
) -> Iterator[tuple[os.DirEntry[str], str]]:
    """Yield the finished files below a folder; ``above`` are device and number of it and the folders around it."""
    try:
        stat = Path(folder).stat()
        if (stat.st_dev, stat.st_ino) in above:
            unreadable.append((prefix, "a link that leads back to a folder around it"))
            return
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except FileNotFoundError:
        return
    except OSError as error:
        unreadable.append((prefix, error.strerror or str(error)))
        return
    for entry in entries:
        if entry.name.startswith(".") or entry.name.lower().endswith(_UNFINISHED):
            continue
        name = prefix + entry.name.encode("utf-8", "backslashreplace").decode()
        try:
            is_folder, is_file = entry.is_dir(), entry.is_file()
        except OSError as error:
            unreadable.append((name, error.strerror or str(error)))
            continue
        if is_folder:
            yield from _walk(entry.path, f"{name}/", (*above, (stat.st_dev, stat.st_ino)), unreadable)
        elif is_file:
            yield entry, name
        else:
            unreadable.append((name, "a link that leads nowhere" if entry.is_symlink() else "no regular file"))


def _glob(path: str) -> re.Pattern[str]:
    """Translate a glob: ``**/`` is any number of folders, ``*`` and ``?`` stay within one name."""
    parts = {"**/": "(?:[^/]+/)*", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    tokens = re.split(r"(\*\*/|\*\*|\*|\?)", path)
    return re.compile("".join(parts.get(token, re.escape(token)) for token in tokens))
