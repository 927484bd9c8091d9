"""Dagster's own home: ``<home>/.dagster``, silent, with one run at a time."""

import contextlib
import os
import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import sqlalchemy
from sqlalchemy.engine import Engine

from orchestration.assets.history import set_damaged_aside
from orchestration.settings import Settings

CONFIGURATION = """\
# Written once by the contact-center warehouse; edit freely, it is not overwritten.
telemetry:
  enabled: false
nux:
  enabled: false
concurrency:
  runs:
    max_concurrent_runs: 1
"""


def dagster_home(settings: Settings) -> Path:
    """Return the folder of the Dagster instance, made and configured if it is missing.

    ``DAGSTER_HOME`` wins where it is set; otherwise it is set for this process.
    """
    home = Path(os.environ.get("DAGSTER_HOME") or settings.home / ".dagster")
    os.environ["DAGSTER_HOME"] = str(home)
    home.mkdir(parents=True, exist_ok=True)
    configuration = home / "dagster.yaml"
    if not configuration.exists():
        configuration.write_text(CONFIGURATION)
    return home


@contextlib.contextmanager
def dagster_instance(settings: Settings) -> Iterator[dg.DagsterInstance]:
    """Open the instance for a run in this process.

    Dagster opens and closes SQLite for each of a night's thousand events. With the files held open and synchronised
    per checkpoint, that waits 1 s for the disk instead of 15 s; a power cut can lose the last events, never the file.
    """
    home = dagster_home(settings)
    for aside in set_damaged_aside(home):
        sys.stderr.write(f"Dagster's history was damaged and begins anew; what is left of it: {aside}\n")
    sqlalchemy.event.listen(Engine, "connect", _synchronise_per_checkpoint)
    with contextlib.ExitStack() as stack:
        stack.callback(sqlalchemy.event.remove, Engine, "connect", _synchronise_per_checkpoint)
        instance = stack.enter_context(dg.DagsterInstance.from_config(str(home)))
        for file in (*home.glob("history/*.db"), home / "history" / "runs" / "index.db"):
            kept = stack.enter_context(contextlib.closing(sqlite3.connect(file)))
            kept.execute("select count(*) from sqlite_master").fetchall()
        yield instance


def _synchronise_per_checkpoint(connection: object, _: object) -> None:
    if isinstance(connection, sqlite3.Connection):
        connection.execute("pragma synchronous = normal")
