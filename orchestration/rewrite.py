"""Write the warehouse anew after an erasure, because a database keeps the bytes of what was removed in its free pages.

Once the refresh that follows an erasure has rebuilt everything, all tables are copied into a new file, which takes the
place of the old one in one step. A kill leaves the old file; the next refresh tries again.
"""

from pathlib import Path

import duckdb

from orchestration.publish.columns import literal
from orchestration.session import settle

REWRITING = ".rewriting"


def is_wanted(con: duckdb.DuckDBPyConnection, refresh_id: int) -> bool:
    """Whether a customer was erased whose bytes may still be there, and a refresh has rebuilt everything since."""
    rows = con.execute(
        "select count(*) from meta.erasure where not coalesce(is_rewritten, false) and after_refresh < ?", [refresh_id]
    ).fetchall()
    return rows != [(0,)]


def rewrite(warehouse: Path, refresh_id: int) -> None:
    """Replace a closed warehouse by a copy without free pages. Raises ``duckdb.Error`` or ``OSError``, and it stays."""
    new = warehouse.with_name(f"{warehouse.name}{REWRITING}")
    for left in (new, Path(f"{new}.wal")):
        left.unlink(missing_ok=True)
    with duckdb.connect() as con:
        settle(con)
        con.execute(f"attach {literal(str(warehouse))} as old (read_only)")
        con.execute(f"attach {literal(str(new))} as new")
        con.execute("copy from database old to new")
        con.execute("update new.meta.erasure set is_rewritten = true where after_refresh < ?", [refresh_id])
        con.execute("detach new")
    new.replace(warehouse)
