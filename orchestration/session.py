"""What every DuckDB session of the night and of the commands begins with."""

import time
from pathlib import Path

import duckdb

PATIENCE = 60.0
"""Seconds that a refresh waits for other programs to finish reading the warehouse."""


def settle(con: duckdb.DuckDBPyConnection) -> None:
    """Let instants be read and written as UTC, keep DuckDB's progress bars out of the log, and checkpoint seldom.

    A checkpoint makes everybody wait and writes tables that the night has not done with; closing makes the last one.
    """
    con.execute("set TimeZone = 'UTC'; set enable_progress_bar = false; set checkpoint_threshold = '1GB'")


def open_warehouse(file: Path, patience: float = PATIENCE) -> duckdb.DuckDBPyConnection:
    """Open the warehouse for writing; wait while other programs read it, such as dbt by hand in target ``dev``.

    Raises ``duckdb.IOException``, which names the process that holds it, when that takes longer than ``patience``
    seconds, and at once when the file cannot be opened for another reason.
    """
    deadline = time.monotonic() + patience
    while True:
        try:
            con = duckdb.connect(str(file))
        except duckdb.IOException as error:
            if "Could not set lock" not in str(error) or time.monotonic() >= deadline:
                raise
            time.sleep(0.2)
        else:
            settle(con)
            return con
