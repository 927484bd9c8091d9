"""What every DuckDB session of the night and of the commands begins with."""

import duckdb


def settle(con: duckdb.DuckDBPyConnection) -> None:
    """Let instants be read and written as UTC, keep DuckDB's progress bars out of the log, and checkpoint seldom.

    A checkpoint makes everybody wait and writes tables that the night has not done with; closing makes the last one.
    """
    con.execute("set TimeZone = 'UTC'; set enable_progress_bar = false; set checkpoint_threshold = '1GB'")
