"""Choosing the reader of a file: by its name where the declaration allows several formats, checked by its content."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from orchestration.ingest.batch import Reading
from orchestration.ingest.content import opened, unpacked
from orchestration.ingest.declarations import ExtractDeclaration
from orchestration.ingest.limits import DEFAULT_LIMITS, Limits
from orchestration.ingest.read_csv import read_csv
from orchestration.ingest.read_json import read_json
from orchestration.ingest.read_lines import read_lines
from orchestration.ingest.read_parquet import read_parquet

_SUFFIXES = {
    "csv": "csv",
    "tsv": "csv",
    "txt": "csv",
    "json": "json",
    "jsonl": "jsonl",
    "ndjson": "jsonl",
    "parquet": "parquet",
    "pq": "parquet",
    "log": "lines",
}


def format_of(name: str, declaration: ExtractDeclaration) -> str:
    """Return the format a file is read as: what its suffix says (before .gz) if that is declared, else the first."""
    suffix = name.lower().removesuffix(".gz").rsplit(".", 1)[-1]
    named = _SUFFIXES.get(suffix)
    return named if named in declaration.formats else declaration.formats[0]


@contextmanager
def reading(
    con: duckdb.DuckDBPyConnection,
    path: Path,
    declaration: ExtractDeclaration,
    *,
    bulk: bool = True,
    limits: Limits = DEFAULT_LIMITS,
) -> Iterator[Reading]:
    """Give a delivered file as batches of text rows; temporary copies live as long as the context.

    ``bulk`` allows DuckDB to read large delimited text itself. Raises ``RefusedFile``, here or while the batches are
    taken.
    """
    kind = format_of(path.name, declaration)
    if kind == "parquet":
        with unpacked(path, limits) as (plain, _):
            yield read_parquet(con, plain, declaration, limits)
        return
    with opened(path, declaration.encoding, limits) as content:
        if kind == "csv":
            yield read_csv(content, declaration, bulk)
        elif kind == "lines":
            yield read_lines(content)
        else:
            yield read_json(content, declaration, is_lines=kind == "jsonl")
