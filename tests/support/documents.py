"""Blocks of code in the documentation, and what a reader who follows a page would do with them.

A comment before a block says what is special about it:

- ``<!-- not run: reason -->``: it needs a network, a person or an hour;
- ``<!-- file: path -->``: it is the whole content of a new file;
- ``<!-- into: path, after: line -->``: it goes into that file, behind the first line that reads so.

In a console block lines led by ``$ ``, and ``> `` after them, are typed and the others are what comes back; ``...``
stands for anything.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_BLOCK = re.compile(
    r"(?:^<!-- (?P<note>[^\n]*?) -->\n)?^```(?P<language>\w*)\n(?P<text>.*?)^```$", flags=re.MULTILINE | re.DOTALL
)

RUN = ("console", "python", "sql")


@dataclass(frozen=True)
class Block:
    """One block: the page it is on, its first line there, its language, its text, and the note before it."""

    page: str
    line: int
    language: str
    text: str
    note: str

    def __str__(self) -> str:
        """Return where it stands."""
        return f"{self.page}:{self.line}"

    @property
    def is_run(self) -> bool:
        """Whether a reader is meant to run it, and can."""
        return self.language in RUN and not self.note.startswith("not run:")


@dataclass(frozen=True)
class Typed:
    """A command of a console block, and the lines that the page shows for it."""

    command: str
    shown: tuple[str, ...]


def blocks_of(page: Path, root: Path) -> list[Block]:
    """Return the blocks of a page in their order."""
    text = page.read_text(encoding="utf-8")
    return [
        Block(
            page=page.relative_to(root).as_posix(),
            line=text[: found.start("language")].count("\n") + 1,
            language=found["language"],
            text=found["text"],
            note=(found["note"] or "").strip(),
        )
        for found in _BLOCK.finditer(text)
    ]


def typed_in(block: Block) -> list[Typed]:
    """Return the commands of a console block; lines led by ``> `` go on with the command before them."""
    commands: list[tuple[str, list[str]]] = []
    for line in block.text.splitlines():
        if line.startswith("$ "):
            commands.append((line.removeprefix("$ "), []))
        elif line.startswith("> ") and commands and not commands[-1][1]:
            command, shown = commands.pop()
            commands.append((f"{command}\n{line.removeprefix('> ')}", shown))
        elif commands:
            commands[-1][1].append(line)
    return [Typed(command, tuple(shown)) for command, shown in commands]


def is_as_shown(shown: tuple[str, ...], output: str) -> bool:
    """Whether an output is what a page shows; a line ``...`` stands for any number of lines, blank ends are nothing."""
    wanted = [line.rstrip() for line in shown]
    while wanted and not wanted[-1]:
        wanted.pop()
    got = [line.rstrip() for line in output.rstrip().splitlines()]
    return not wanted or _matches(wanted, got)


def _matches(wanted: list[str], got: list[str]) -> bool:
    if not wanted:
        return not got
    if wanted[0] == "...":
        return any(_matches(wanted[1:], got[skipped:]) for skipped in range(len(got) + 1))
    return bool(got) and _line_matches(wanted[0], got[0]) and _matches(wanted[1:], got[1:])


def _line_matches(wanted: str, got: str) -> bool:
    """Whether a line is as shown; ``...`` inside it stands for any text, and runs of blanks are one."""
    pattern = ".*".join(re.escape(" ".join(part.split())) for part in wanted.split("..."))
    return re.fullmatch(pattern.replace(r".*", ".*"), " ".join(got.split())) is not None


def apply_edits(blocks: list[Block], project: Path) -> Iterator[Path]:
    """Make the edits of a project that the blocks describe, and yield the files changed.

    Raises ``ValueError`` when a block names a line that its file does not have.
    """
    for block in blocks:
        kind, _, rest = block.note.partition(": ")
        if kind == "file":
            path = project / rest.strip()
            path.write_text(block.text, encoding="utf-8")
            yield path
        elif kind == "into":
            name, _, after = rest.partition(", after: ")
            path = project / name.strip()
            lines = path.read_text(encoding="utf-8").splitlines()
            if after.strip() not in [line.strip() for line in lines]:
                raise ValueError(f"{block}: {name} has no line {after!r}")
            at = [line.strip() for line in lines].index(after.strip()) + 1
            path.write_text("\n".join([*lines[:at], *block.text.rstrip("\n").splitlines(), *lines[at:], ""]))
            yield path
