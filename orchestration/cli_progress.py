"""How far a refresh is, on the terminal or in a log."""

import contextlib
import os
import shutil
import sys
import time
from collections.abc import Iterator
from datetime import datetime
from types import TracebackType
from typing import Self

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

TITLES = {
    "prepare": "reading the project",
    "load": "loading files",
    "incoming": "checking extracts",
    "dbt": "building models",
    "audit": "checking the release",
    "publish": "publishing",
    "postgres": "copying to PostgreSQL",
    "boards": "drawing boards",
}


QUIET_SECONDS = 30.0
"""At most this often a log has a line about a stage that goes on."""


class PlainProgress:
    """Log lines, for pipes and log files: one per stage, and now and then how far a long one is."""

    def __init__(self) -> None:
        self.name = ""
        self.said = 0.0

    def __enter__(self) -> Self:
        """Need nothing."""
        return self

    def __exit__(self, *_: object) -> None:
        """Leave nothing behind."""

    def stage(self, name: str) -> None:
        """Log that a stage begins."""
        self.name, self.said = name, time.monotonic()
        typer.echo(f"{datetime.now().astimezone().isoformat(timespec='seconds')} {name}: {TITLES.get(name, name)}")

    def step(self, done: int, total: int, what: str) -> None:
        """Log every notice, every file that was not simply loaded, and of the rest a line now and then."""
        if total == 0 or (self.name == "load" and not what.endswith(" loaded")):
            typer.echo(f"  {what}")
        elif time.monotonic() - self.said >= QUIET_SECONDS:
            self.said = time.monotonic()
            typer.echo(f"  {done:,} of {total:,}: {what}")


class BarProgress:
    """One line per stage that moves, for a terminal.

    It writes to a duplicate of the terminal, because Dagster puts a file in place of descriptor 1 while a stage runs.
    """

    def __init__(self) -> None:
        self.terminal = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding=sys.stdout.encoding)
        self.bar = Progress(
            SpinnerColumn(),
            TextColumn("{task.description:<22}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("[dim]{task.fields[what]}"),
            console=Console(file=self.terminal, width=shutil.get_terminal_size().columns),
        )
        self.task: TaskID | None = None

    def __enter__(self) -> Self:
        """Start drawing."""
        self.bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop drawing."""
        self._finish()
        self.bar.stop()
        self.terminal.close()

    def stage(self, name: str) -> None:
        """Finish the line of the last stage and begin one."""
        self._finish()
        self.task = self.bar.add_task(TITLES.get(name, name), total=None, what="")

    def step(self, done: int, total: int, what: str) -> None:
        """Move the line of this stage."""
        if self.task is not None:
            self.bar.update(self.task, completed=done, total=total or None, what=what[:60])

    def _finish(self) -> None:
        if self.task is not None:
            total = self.bar.tasks[self.task].total
            done = self.bar.tasks[self.task].completed
            self.bar.update(self.task, total=total or done or 1, completed=total or done or 1, what="")


def progress_of() -> BarProgress | PlainProgress:
    """Return what shows progress here: a bar on a terminal, lines elsewhere."""
    return BarProgress() if sys.stdout.isatty() else PlainProgress()


@contextlib.contextmanager
def watched(stage: str) -> Iterator[BarProgress | None]:
    """Show the progress of a single stage on a terminal; elsewhere there is None to tell."""
    if not sys.stdout.isatty():
        yield None
        return
    with BarProgress() as progress:
        progress.stage(stage)
        yield progress
