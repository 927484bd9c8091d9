"""What can be said of a landing folder in a moment: files that belong to no extract, and headers that do not fit.

Only names and the first lines of some files are read. Loading says the same and more, when the project has been read.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import islice

from orchestration.ingest.content import opened
from orchestration.ingest.declarations import ExtractDeclaration
from orchestration.ingest.discover import LandedFile, Landing
from orchestration.ingest.errors import RefusedFile
from orchestration.ingest.limits import DEFAULT_LIMITS, Limits
from orchestration.ingest.read import format_of
from orchestration.ingest.read_csv import read_csv

LOOKED_AT = 5
"""Files of each extract whose header is looked at; the newest by name."""


@dataclass(frozen=True)
class Unfit:
    """A file whose header shows that it will be refused, and why."""

    name: str
    reason: str


def unfit_headers(files: Sequence[LandedFile], limits: Limits = DEFAULT_LIMITS) -> list[Unfit]:
    """Return the delimited files that would be refused for their header; a few of each extract are looked at."""
    found = []
    by_extract: dict[str, list[LandedFile]] = {}
    for file in files:
        if format_of(file.name, file.declaration) == "csv":
            by_extract.setdefault(file.declaration.name, []).append(file)
    for own in by_extract.values():
        for file in islice(reversed(own), LOOKED_AT):
            try:
                with opened(file.path, file.declaration.encoding, limits) as content:
                    read_csv(content, file.declaration, bulk=False)
            except RefusedFile as refusal:
                found.append(Unfit(file.name, refusal.reason))
            except (OSError, ValueError):
                continue
    return found


def misplaced(landing: Landing, declarations: Sequence[ExtractDeclaration]) -> list[str]:
    """Return a sentence for all that cannot be read, and for every folder with files that belong to no extract.

    The latter names the extract that may be meant.
    """
    counted: dict[str, int] = {}
    for name in landing.unknown:
        parts = name.split("/")
        place = "/".join(parts[:2]) + ("/" if len(parts) > 2 else "")
        counted[place] = counted.get(place, 0) + 1
    unreadable = [f"{name} is not read: {reason}" for name, reason in landing.unreadable]
    return unreadable + [
        f"{place}{f' ({count} files)' if count > 1 else ''} belongs to no declared extract{_meant(place, declarations)}"
        for place, count in counted.items()
    ]


def suggestion(place: str, declarations: Sequence[ExtractDeclaration]) -> str | None:
    """Return the folder of the extract that a misspelt place may mean, such as ``standard/contacts/``; None for none.

    A place is a folder of two levels, or a file outside of such a folder, whose name then counts.
    """
    folders = {"/".join(declaration.path.split("/")[:2]).lower(): declaration for declaration in declarations}
    words = place.strip("/").lower().split("/")
    if not place.endswith("/"):
        words[-1] = words[-1].split(".")[0].rstrip("0123456789-_")
    near = get_close_matches("/".join(words), folders, n=1, cutoff=0.75)
    if near:
        return f"{near[0]}/"
    entities = {folder.split("/")[-1]: folder for folder in reversed(folders)}
    near = get_close_matches(words[-1], entities, n=1, cutoff=0.75)
    return f"{entities[near[0]]}/" if near else None


def _meant(place: str, declarations: Sequence[ExtractDeclaration]) -> str:
    folder = suggestion(place, declarations)
    return f"; did you mean {folder}?" if folder else ": extracts lie in <system>/<entity>/"
