"""What every DuckDB session of the night and of the commands begins with."""

import duckdb


def settle(con: duckdb.DuckDBPyConnection) -> None:
    """Let instants be read and written as UTC, and keep DuckDB's progress bars out of the log."""
    con.execute("set TimeZone = 'UTC'; set enable_progress_bar = false")
