"""Reading Parquet with DuckDB. The line number is the record's number in the file, 1-based.

Every column passes through text like those of the other formats, so that one set of rules decides what is valid.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from orchestration.ingest.batch import Batch, Reading, Shape, match_header, too_many_columns
from orchestration.ingest.declarations import ExtractDeclaration
from orchestration.ingest.errors import RefusedFile
from orchestration.ingest.limits import Limits

_MAGIC = b"PAR1"
_NESTED = ("STRUCT", "MAP", "UNION")


def read_parquet(
    con: duckdb.DuckDBPyConnection, path: Path, declaration: ExtractDeclaration, limits: Limits
) -> Reading:
    """Start reading a Parquet file on disk.

    Raises ``RefusedFile`` when the bytes are not a whole Parquet file or the columns do not fit.
    """
    with path.open("rb") as file:
        if file.read(4) != _MAGIC:
            raise RefusedFile("not what its name says: it is not a Parquet file")
    source = f"read_parquet('{str(path).replace(chr(39), chr(39) * 2)}', file_row_number = true)"
    # A cursor has its own transaction, so a broken file does not abort the loader's.
    with con.cursor() as probe:
        try:
            written = pq.read_schema(path).names
            described = probe.execute(f"describe select * from {source}").fetchall()
            counted = probe.execute(f"select count(*) from {source}").fetchall()
        except (duckdb.Error, pa.ArrowException, OSError) as error:
            raise _unreadable(error) from error
    fields = [(str(row[0]), str(row[1])) for row in described if row[0] != "file_row_number"]
    if len(fields) > limits.most_columns:
        raise too_many_columns(len(fields), limits)
    # DuckDB gives the second of two columns of one name another name.
    matched = match_header(written, declaration)
    texts = ", ".join(f"{_as_text(name, kind)} as c{at}" for at, (name, kind) in enumerate(fields))
    relation = f"(select file_row_number + 1 as _line_number, {texts} from {source})"
    shape = Shape(
        tuple(None if position is None else f"c{position}" for position in matched.positions),
        tuple((name, f"c{position}") for name, position in matched.extras),
    )

    def records(wanted: Sequence[int]) -> Mapping[int, str]:
        members = ", ".join(f"{_text(name)}, {_name(name)}" for name, _ in fields)
        rows = con.execute(
            f"select file_row_number + 1, cast(json_object({members}) as varchar) from {source} "
            "where list_contains(?, file_row_number + 1)",
            [list(wanted)],
        ).fetchall()
        return {int(number): str(record) for number, record in rows}

    batch = Batch(relation, int(counted[0][0]), records, on_error=_unreadable)
    return Reading(shape, iter((batch,)), dict.fromkeys(name for name, _ in matched.extras))


def _unreadable(error: Exception) -> RefusedFile:
    return RefusedFile(f"the Parquet file cannot be read: {str(error).splitlines()[0]}")


def _as_text(name: str, kind: str) -> str:
    if kind.startswith(_NESTED) or kind.endswith("]"):
        return f"cast(to_json({_name(name)}) as varchar)"
    return f"cast({_name(name)} as varchar)"


def _name(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _text(name: str) -> str:
    return "'" + name.replace("'", "''") + "'"
