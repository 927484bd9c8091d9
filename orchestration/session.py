"""What every DuckDB session of the night and of the commands begins with."""

import duckdb


def settle(con: duckdb.DuckDBPyConnection) -> None:
    """Let instants be read and written as UTC, keep DuckDB's progress bars out of the log, and checkpoint seldom.

    A checkpoint costs what the file holds, not what was written, so a night makes few: closing makes the last.
    """
    con.execute("set TimeZone = 'UTC'; set enable_progress_bar = false; set checkpoint_threshold = '1GB'")
