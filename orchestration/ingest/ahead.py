"""Reading small files ahead, many at a time, so that their rows are typed by one statement.

Planning the statement that types a row takes longer than typing a thousand rows. A first load has thousands of small
files; they are read in groups, typed together into a temporary table, and then each file is written from there in a
transaction of its own. The rules are the same SQL as for any other file.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

import duckdb
import pyarrow as pa

from orchestration.ingest.batch import VIEW, Batch, Reading, Shape
from orchestration.ingest.declarations import ExtractDeclaration
from orchestration.ingest.discover import LandedFile
from orchestration.ingest.errors import RefusedFile
from orchestration.ingest.limits import Limits
from orchestration.ingest.read import format_of, reading
from orchestration.ingest.rules import statements

GROUP_FILES = 200
GROUP_BYTES = 8_000_000


@dataclass(frozen=True)
class ReadAhead:
    """A small file, read: its rows are those of ``table`` with ``_file = number``."""

    reading: Reading
    batch: Batch
    table: str
    number: int


def in_groups(files: Sequence[LandedFile], small_bytes: int) -> Iterator[list[LandedFile]]:
    """Split files, in their order, into runs of small files of one extract; any other file is alone."""

    def kind(file: LandedFile) -> tuple[str, str]:
        is_small = file.size_bytes <= small_bytes and format_of(file.name, file.declaration) != "parquet"
        return (file.declaration.name, "" if is_small else file.name)

    for (_, alone), run in groupby(files, kind):
        group: list[LandedFile] = []
        size = 0
        for file in run:
            if group and (alone or len(group) == GROUP_FILES or size + file.size_bytes > GROUP_BYTES):
                yield group
                group, size = [], 0
            group.append(file)
            size += file.size_bytes
        yield group


def read_ahead(
    con: duckdb.DuckDBPyConnection, files: Sequence[LandedFile], limits: Limits
) -> dict[str, ReadAhead | RefusedFile]:
    """Read a group of small files of one extract; the result, by file name, lacks those to be read one by one.

    The typed rows stay in temporary tables until the next call. A file that is refused is given as its refusal.
    """
    found: dict[str, ReadAhead | RefusedFile] = {}
    by_shape: dict[Shape, list[tuple[LandedFile, Reading, Batch]]] = {}
    for file in files:
        try:
            with reading(con, file.path, file.declaration, limits=limits) as delivered:
                batches = list(delivered.batches)
        except RefusedFile as refusal:
            found[file.name] = refusal
            continue
        except (ValueError, ArithmeticError, RecursionError, MemoryError, OSError, pa.ArrowException):
            # Read alone it gets its reason.
            continue
        if len(batches) == 1 and batches[0].table is not None:
            by_shape.setdefault(delivered.shape, []).append((file, delivered, batches[0]))
    for position, (shape, members) in enumerate(by_shape.items()):
        table = f"typed_ahead_{position}"
        if _type_together(con, table, files[0].declaration, shape, [batch for _, _, batch in members]):
            for number, (file, delivered, batch) in enumerate(members):
                found[file.name] = ReadAhead(delivered, batch, table, number)
    return found


def _type_together(
    con: duckdb.DuckDBPyConnection,
    table: str,
    declaration: ExtractDeclaration,
    shape: Shape,
    batches: Sequence[Batch],
) -> bool:
    """Type the rows of several files into a temporary table; False when a rule cannot be computed for some row."""
    counts = [batch.row_count for batch in batches]
    rows = pa.concat_tables([batch.table for batch in batches])
    numbers = pa.array([number for number, count in enumerate(counts) for _ in range(count)], pa.int64())
    con.register(VIEW, rows.append_column("_file", numbers))
    try:
        con.execute(statements(declaration, shape).together.format(table=table, relation=VIEW))
    except duckdb.DataError:
        return False
    finally:
        con.unregister(VIEW)
    return True
