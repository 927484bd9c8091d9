"""Write into a candidate which release it is, so that a query can say what it was answered from."""

from datetime import datetime

from orchestration.publish.added import add_table
from orchestration.publish.candidate import Candidate, Origin

TABLE = "release"
COLUMNS = {
    "release_id": ("INTEGER", "Counts the publications of this installation."),
    "refresh_id": ("INTEGER", "The refresh that it comes from; meta.refresh of the warehouse has its stages."),
    "as_of": ("TIMESTAMP", "The instant (UTC) that everything was computed as of."),
    "published_at": ("TIMESTAMP", "When it was put in place (UTC)."),
}


def stamp(candidate: Candidate, origin: Origin, published_at: datetime) -> Candidate:
    """Add the table ``release`` with its one row to a candidate, as table and as Parquet file; return what it is now.

    Instants are naive UTC. Raises ``duckdb.Error`` when the candidate cannot be written.
    """
    row = (candidate.release_id, origin.refresh_id, origin.as_of, published_at)
    description = "One row: the release that all tables here belong to."
    return add_table(candidate, TABLE, description, COLUMNS, [dict(zip(COLUMNS, row, strict=True))])
