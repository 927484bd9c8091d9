import gzip
from typing import Any

import pytest

from orchestration.ingest.limits import Limits

HEADER = "id,started_at,talk_seconds,outcome\n"
ROW = "K1,2024-10-25T09:00:00Z,180,answered\n"
LOADED = [("K1", 180, "answered", 2)]
BRIEF = "id, talk_seconds, outcome, _line_number"


@pytest.fixture(params=["in memory", "in bulk"])
def both(warehouse: Any, request: pytest.FixtureRequest) -> Any:
    """Give a warehouse that reads every file with one of the two readers."""
    warehouse.limits = Limits(0 if request.param == "in bulk" else 10**9)
    return warehouse


@pytest.mark.parametrize(
    "data",
    [
        (HEADER + ROW).encode(),
        (HEADER + ROW).rstrip("\n").encode(),
        (HEADER + ROW).replace("\n", "\r\n").encode(),
        (HEADER + ROW).encode("utf-8-sig"),
        (HEADER + ROW).encode("utf-16"),
        b"\xff\xfe" + (HEADER + ROW).encode("utf-16-le"),
        b"\xfe\xff" + (HEADER + ROW).encode("utf-16-be"),
        (HEADER + ROW).encode("utf-16-be"),
        gzip.compress((HEADER + ROW).encode(), mtime=0),
        gzip.compress((HEADER + ROW).encode("utf-16"), mtime=0),
        b'"ID", Started_At ,TALK_SECONDS,outcome\r\n"K1","2024-10-25 11:00:00+02:00","180","answered"\r\n',
        (HEADER + ROW).replace("\n", ",\n").replace("outcome,", "outcome").encode(),
    ],
    ids=[
        *("plain", "no last line end", "crlf", "bom", "utf16", "utf16le", "utf16be", "utf16 without mark", "gzip"),
        *("gzip utf16", "quoted", "delimiter at the end of a line"),
    ],
)
def test_a_file_loads_the_same_whatever_its_wrapping(both: Any, data: bytes) -> None:
    both.declare()
    both.deliver("calls/a.csv", data)
    report = both.load()
    assert report.refused == ()
    assert both.raw(BRIEF) == LOADED
    assert both.raw("started_at::varchar, _extra_columns, _file_id") == [("2024-10-25 09:00:00", None, 1)]


def test_line_numbers_are_physical_lines(both: Any) -> None:
    both.declare()
    both.deliver("calls/a.csv", HEADER + 'K1,,1,answered\n\n"K\n2",,2,answered\nK3,,x,answered\nK4,,4,answered\n')
    both.load()
    assert both.raw("id, _line_number") == [("K1", 2), ("K\n2", 4), ("K4", 7)]
    assert both.rows("select line_number, rule, column_name, value, record from meta.rejected_row") == [
        (6, "type", "talk_seconds", "x", "K3,,x,answered")
    ]


def test_every_broken_rule_of_a_row_is_kept_and_the_row_is_not_loaded(both: Any) -> None:
    both.declare(
        rules=[
            {
                "name": "answered_has_talk",
                "column": "outcome",
                "expression": "outcome <> 'answered' or talk_seconds > 0",
            }
        ]
    )
    lines = [
        "K1,2024-10-25T09:00:00Z,180,answered",
        ",2024-10-25T09:00:00Z,180,answered",
        "K3,2024-02-30T09:00:00Z,-5,lost",
        "K4,2024-10-25T09:00:00Z,0,answered",
        "K5,,,",
        "K6,2024-10-25T09:00:00Z",
        "K7,2024-10-25T09:00:00Z,1,answered,surplus",
    ]
    both.deliver("calls/a.csv", HEADER + "\n".join(lines) + "\n")
    report = both.load()
    assert both.raw("id") == [("K1",), ("K5",)]
    rejected = both.rows(
        "select line_number, rule, column_name, value, record, file_id, refresh_id from meta.rejected_row order by all"
    )
    assert [row[:4] for row in rejected] == [
        (3, "not_null", "id", None),
        (4, "accepted_values", "outcome", "lost"),
        (4, "minimum", "talk_seconds", "-5"),
        (4, "type", "started_at", "2024-02-30T09:00:00Z"),
        (5, "answered_has_talk", "outcome", "answered"),
        (7, "field_count", None, "2 fields, not 4"),
        (8, "field_count", None, "5 fields, not 4"),
    ]
    assert {(line, record) for line, _, _, _, record, _, _ in rejected} == {
        (number, lines[number - 2]) for number in (3, 4, 5, 7, 8)
    }
    assert {row[5:] for row in rejected} == {(1, 1)}
    assert both.rows("select row_count, rejected_count, status from meta.loaded_file") == [(2, 5, "loaded")]
    assert (report.extracts[0].rows, report.extracts[0].rejected) == (2, 5)


def test_an_undeclared_column_is_kept_with_the_row_and_reported_once(both: Any) -> None:
    both.declare()
    both.deliver("calls/a.csv", "id,mood,note\nK1,good,\nK2,,\n")
    both.deliver("calls/b.csv", "id,mood\nK3,bad\n")
    both.load()
    assert both.raw("id, _extra_columns::varchar") == [
        ("K1", '{"mood":"good"}'),
        ("K2", None),
        ("K3", '{"mood":"bad"}'),
    ]
    assert both.rows("select system, entity, column_name, first_file_id from meta.extra_column order by all") == [
        ("acme", "calls", "mood", 1),
        ("acme", "calls", "note", 1),
    ]


def test_optional_columns_may_be_absent_and_are_typed_nulls(both: Any) -> None:
    both.declare()
    both.deliver("calls/a.csv", "id,outcome\nK1,answered\n")
    both.load()
    assert both.raw("id, started_at, typeof(started_at), talk_seconds, typeof(talk_seconds)") == [
        ("K1", None, "TIMESTAMP", None, "INTEGER")
    ]


@pytest.mark.parametrize("data", [b"", HEADER.encode(), HEADER.strip().encode(), b"\xef\xbb\xbf" + HEADER.encode()])
def test_an_empty_file_is_a_delivery_of_no_rows(both: Any, data: bytes) -> None:
    both.declare()
    both.deliver("calls/a.csv", data)
    both.load()
    assert both.rows("select status, row_count, rejected_count from meta.loaded_file") == [("loaded", 0, 0)]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"started_at,talk_seconds\n,1\n", "required column 'id' is missing from the header: started_at, talk_seconds"),
        (b"id,outcome,ID\nK1,answered,K1\n", "column 'ID' occurs twice in the header: id, outcome, ID"),
        (b"a;b\n1;2\n", "none of the declared columns is in the header: a;b"),
        (b"<!DOCTYPE html>\n<html>Sign in</html>", "it looks like an HTML or XML page"),
        (
            b'[{"id": 1}]',
            "it looks like JSON, but csv is declared; exports of another system lie in that system's folder",
        ),
        (
            b'{"tickets":[{"id":1,"status":"open"}]}',
            "the header cannot be read: ',' expected after '\"'; it looks like JSON, but csv is declared",
        ),
        (b"PAR1\x00\x00", "not what its name says: it is a Parquet file: end its name in .parquet"),
        (
            b"PK\x03\x04\x00",
            "not what its name says: it is a zip archive (or spreadsheet): unpack it, or save it as CSV",
        ),
        (b"idd,outcome\nK1,answered\n", "missing from the header: idd, outcome; is 'idd' meant for 'id'?"),
        (b"id,outcome\nK\xe9,answered\n", "not valid utf-8 at byte 12 (0xe9)"),
        (b'id,outcome\nK1,"answered\nK2,answered\n', "the quote opened in the record of line 2 is never closed"),
        (gzip.compress(HEADER.encode() * 100, mtime=0)[:-9], "broken gzip"),
        (gzip.compress(gzip.compress(HEADER.encode(), mtime=0), mtime=0), "packed twice with gzip"),
    ],
)
def test_a_file_that_is_not_what_it_should_be_is_refused_with_the_reason(both: Any, data: bytes, reason: str) -> None:
    both.declare()
    both.deliver("calls/a.csv", data)
    assert reason in both.reason(both.load())
    assert both.rows("select count(*) from meta.rejected_row") == [(0,)]


def test_a_name_ending_in_gz_must_be_gzip(warehouse: Any) -> None:
    warehouse.declare()
    warehouse.deliver("calls/a.csv.gz", HEADER + ROW)
    assert "the content is not gzip" in warehouse.reason(warehouse.load())


def test_invalid_utf8_far_into_a_large_file_is_located_exactly(warehouse: Any) -> None:
    warehouse.declare()
    good = (HEADER + ROW * 60_000).encode()
    assert len(good) > 2 * 2**20
    warehouse.deliver("calls/a.csv", good + b"K\xe9,,,\n")
    assert f"not valid utf-8 at byte {len(good) + 1} (0xe9)" in warehouse.reason(warehouse.load())


def test_a_declared_encoding_delimiter_and_quote_are_used(both: Any) -> None:
    both.declare(encoding="cp1252", delimiter=";", quote="'", columns={"id": {"data_type": "varchar", "from": "Name"}})
    both.deliver("calls/a.csv", "name;other\n'Jos\u00e9; M\u00fcller';1\n".encode("cp1252"))
    both.load()
    assert both.raw("id") == [("José; Müller",)]


def test_without_quoting_a_quote_is_a_character(both: Any) -> None:
    both.declare(quote="", delimiter="\t", columns={"id": {"data_type": "varchar"}, "b": {"data_type": "varchar"}})
    both.deliver("calls/a.csv", 'id\tb\n"K1\t2"\n')
    both.load()
    assert both.raw("id, b") == [('"K1', '2"')]


def test_without_a_header_columns_are_taken_in_declared_order(both: Any) -> None:
    both.declare(header={"rows": 0})
    both.deliver("calls/a.csv", ROW)
    both.load()
    assert both.raw(BRIEF) == [("K1", 180, "answered", 1)]


def test_label_rows_are_not_data_and_the_import_ids_must_be_there(both: Any) -> None:
    both.declare(header={"rows": 3, "label_rows": 2}, columns={"id": {"data_type": "varchar", "from": "Response Id"}})
    ids = '"{""ImportId"":""_recordId""}","{""ImportId"":""QID1""}"\n'
    both.deliver("calls/a.csv", 'Response Id,Q1\nAnswer,"How\nwas it?"\n' + ids + "R1,9\n")
    both.deliver("calls/b.csv", "Response Id,Q1\nR2,8\nR3,7\nR4,6\n")
    report = both.load()
    assert both.raw("id, _line_number, _extra_columns::varchar") == [("R1", 5, '{"Q1":"9"}')]
    assert [outcome.reason for outcome in report.refused] == [
        'header row 3 should hold {"ImportId": ...}, holds: R3, 7'
    ]


def test_a_file_name_with_glob_characters_is_only_a_name(both: Any) -> None:
    both.declare()
    both.deliver("calls/a[1].csv", HEADER + ROW)
    both.deliver("calls/a1.csv", HEADER + ROW.replace("K1", "other"))
    both.load()
    assert both.raw("id") == [("other",), ("K1",)]
