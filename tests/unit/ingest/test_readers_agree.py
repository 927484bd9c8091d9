"""The bulk reader and the careful reader give the same rows, rejects and refusals."""

import tempfile
from pathlib import Path

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestration.ingest.books import create_books, start_refresh, utc_now
from orchestration.ingest.declarations import ColumnDeclaration, ExtractDeclaration
from orchestration.ingest.limits import Limits
from orchestration.ingest.load import load_landing
from orchestration.ingest.raw import ensure_raw_tables

COLUMNS = (ColumnDeclaration("a", "varchar", "a"), ColumnDeclaration("b", "integer", "b", required=True))
NASTY = [
    b"x,1\ny,2\n",
    b"x,1\r\ny,2\r\n",
    b"x,1\ny,2\r\nz,3\n",
    b"x,1\ry,2\r",
    b'"x",1\n"y ""q"" z","2"\n',
    b'"x\ny",1\nz,2\n',
    b'"x\r\ny",1\r\nz,2\r\n',
    b'x"y,1\n',
    b'"x"y,1\nz,2\n',
    b' "x" ,1\n',
    b'x, "1"\n',
    b'"x" ,1\n',
    b'"x,1\n',
    b"x,1\n\n\ny,2\n\n",
    b"x,1,\n",
    b"x,1,,,\n",
    b"x,1,z\n",
    b"x\n",
    b"x,\n",
    b",1\n",
    b"x,one\ny,2\n",
    b'\\,1\n\\",2\n',
    b"x\x00,1\n",
    "x\u2028y\x0b\x0c\x1c\x85,1\nz,2\n".encode(),
    b"#x,1\nNULL,2\n",
    b"\n",
    b"x,1\n ",
]


def _load(data: bytes, delimiter: str, small_bytes: int) -> list[object]:
    declaration = ExtractDeclaration("acme", "e", "acme__e", "**/*", ("csv",), COLUMNS, delimiter=delimiter)
    with tempfile.TemporaryDirectory() as folder, duckdb.connect() as con:
        Path(folder, "a.csv").write_bytes(data)
        create_books(con)
        ensure_raw_tables(con, [declaration])
        refresh_id = start_refresh(con, run_id="test", as_of=utc_now())
        report = load_landing(con, Path(folder), [declaration], refresh_id, limits=Limits(small_bytes=small_bytes))
        return [
            report,
            con.execute("select a, b, _line_number from raw.acme__e order by _line_number").fetchall(),
            con.execute("select * from meta.rejected_row order by line_number, rule, column_name").fetchall(),
        ]


@pytest.mark.parametrize("body", NASTY)
def test_both_readers_give_the_same_on_nasty_files(body: bytes) -> None:
    assert _load(b"a,b\n" + body, ",", 0) == _load(b"a,b\n" + body, ",", 10**9)


LINE = st.lists(st.sampled_from(["x", "1", " ", '"', '""', ";", "\\", "é", "'", "\t"]), max_size=8).map("".join)
FIELD = LINE | LINE.map(lambda text: '"' + text.replace('"', '""') + '"')
RECORD = st.tuples(FIELD, st.sampled_from([";", ";", ";", ";;", ""]), FIELD).map("".join)


@given(st.lists(RECORD, max_size=5), st.sampled_from(["\n", "\r\n"]), st.booleans())
@settings(max_examples=60, deadline=None)
def test_both_readers_give_the_same_on_any_file(records: list[str], line_end: str, is_ended: bool) -> None:
    data = (line_end.join(["a;b", *records]) + (line_end if is_ended else "")).encode()
    assert _load(data, ";", 0) == _load(data, ";", 10**9)
