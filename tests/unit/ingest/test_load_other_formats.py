import gzip
import json
from typing import Any

import duckdb
import pytest

CONTACT = {"id": {"data_type": "varchar", "required": True}, "queue": {"data_type": "varchar", "from": "Queue.Name"}}


@pytest.mark.parametrize(
    ("data", "records"),
    [
        ('[{"id": "K1"}, {"id": "K2"}]', None),
        ('{"next": null, "calls": [{"id": "K1"}, {"id": "K2"}], "count": 2}', "calls"),
        ('{"calls": [{"id": "K1"}]}\n{"calls": [], "x": 1}{"calls": [{"id": "K2"}]}', "calls"),
        ('{"id": "K1"}{"id": "K2"}', None),
        ('{"id": "K1"}\n\n  {"id": "K2"}\n', None),
        ('\ufeff[{"id": "K1"},\r\n{"id": "K2"}]', None),
    ],
    ids=["list", "member", "several documents", "concatenated", "spaced", "bom"],
)
def test_every_framing_of_json_gives_the_same_records(warehouse: Any, data: str, records: str | None) -> None:
    extract = {"format": "json"} | ({"records": records} if records else {})
    warehouse.declare(columns=CONTACT, **extract)
    warehouse.deliver("calls/a.json", data)
    warehouse.load()
    assert warehouse.raw("id, _line_number") == [("K1", 1), ("K2", 2)]


@pytest.mark.parametrize("name", ["a.json", "a.jsonl.gz"])
def test_nested_values_repeated_keys_and_other_members_are_kept(warehouse: Any, name: str) -> None:
    columns = CONTACT | {
        "attributes": {"data_type": "json", "from": "Attributes"},
        "first_tag": {"data_type": "varchar", "from": "tags.0"},
        "amount": {"data_type": "decimal(18,4)"},
        "is_test": {"data_type": "boolean"},
        "agent": {"data_type": "varchar", "from": "Agent.Name"},
    }
    warehouse.declare(columns=columns, format=["json", "jsonl"])
    record = (
        '{"ID": "K1", "Queue": {"Name": "Sales"}, "Attributes": {"greetingPlayed": "1", "GreetingPlayed": "2"}, '
        '"tags": ["a", "b"], "amount": 12345678901234.5678, "is_test": false, "Agent": null, '
        '"id": "K2", "new": {"x": [1, null]}, "empty": ""}'
    )
    data = record.encode()
    warehouse.deliver(f"calls/{name}", gzip.compress(data) if name.endswith("gz") else data)
    warehouse.load()
    assert warehouse.raw("id, queue, attributes::varchar, first_tag, amount::varchar, is_test, agent") == [
        ("K2", "Sales", '{"greetingPlayed":"1","GreetingPlayed":"2"}', "a", "12345678901234.5678", False, None)
    ]
    assert json.loads(warehouse.raw("_extra_columns::varchar")[0][0]) == {"ID": "K1", "new": {"x": [1, None]}}
    assert warehouse.rows("select column_name from meta.extra_column order by all") == [("ID",), ("empty",), ("new",)]


def test_a_broken_json_line_is_rejected_and_the_others_load(warehouse: Any) -> None:
    warehouse.declare(columns=CONTACT, format="jsonl")
    lines = ['{"id": "K1"}', "", '{"id": "K2"', "7", '{"queue": "x"}', '{"id": "\\ud800"}', '{"id": "K7"}']
    warehouse.deliver("calls/a.jsonl", "\n".join(lines))
    warehouse.load()
    assert warehouse.raw("id, _line_number") == [("K1", 1), ("K7", 7)]
    found = warehouse.rows("select line_number, rule, column_name, record from meta.rejected_row order by 1")
    assert found == [
        (3, "syntax", None, lines[2]),
        (4, "syntax", None, "7"),
        (5, "not_null", "id", lines[4]),
        (6, "encoding", None, lines[5]),
    ]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ('[{"id": "K1"}, {"id": ', "not a whole JSON document: Expecting value (line 1, character 23)"),
        ('[{"id": "K1"}', "a list is cut off (line 1, character 14)"),
        ('[{"id": "K1"} {"id": "K2"}]', "unexpected '{' in a list"),
        ("<html>Sign in</html>", "not what its name says: it starts like an HTML"),
        ("id,queue\n", "not like JSON"),
        ('[{"ID2": "K1"}]', "required column 'id' is in no record"),
    ],
)
def test_a_json_document_that_is_not_whole_is_refused(warehouse: Any, data: str, reason: str) -> None:
    warehouse.declare(columns=CONTACT, format="json")
    warehouse.deliver("calls/a.json", data)
    assert reason in warehouse.reason(warehouse.load())


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ('{"tickets": [], "count": 0}', "the document has no list named 'calls'; its members are: tickets, count"),
        ('{"calls": [{"id": "K1"}], "cou', "not a whole JSON document"),
        ('{"calls": {"id": "K1"}}', "the document has no list named 'calls'"),
    ],
)
def test_a_json_document_without_its_list_is_refused(warehouse: Any, data: str, reason: str) -> None:
    warehouse.declare(columns=CONTACT, format="json", records="calls")
    warehouse.deliver("calls/a.json", data)
    assert reason in warehouse.reason(warehouse.load())


@pytest.mark.parametrize("data", ["", "[]", "\n"])
def test_json_without_records_loads_no_rows(warehouse: Any, data: str) -> None:
    warehouse.declare(columns=CONTACT, format="json")
    warehouse.deliver("calls/a.json", data)
    warehouse.load()
    assert warehouse.rows("select status, row_count from meta.loaded_file") == [("loaded", 0)]


def test_log_lines_are_kept_as_they_are_with_their_physical_number(warehouse: Any) -> None:
    warehouse.declare(columns={"line": {"data_type": "varchar"}}, format="lines")
    warehouse.deliver("calls/queue_log", '1|NONE|"a\r\n\n2|x|\u2028 b \n3|half')
    report = warehouse.load()
    assert warehouse.raw("line, _line_number") == [('1|NONE|"a', 1), ("2|x|\u2028 b ", 3), ("3|half", 4)]
    assert report.outcomes[0].reason == "the last line has no line end and may be half written"
    assert warehouse.rows("select status, reason from meta.loaded_file") == [("loaded", report.outcomes[0].reason)]


def test_a_log_that_is_not_text_is_refused(warehouse: Any) -> None:
    warehouse.declare(columns={"line": {"data_type": "varchar"}}, format="lines")
    warehouse.deliver("calls/queue_log", b"1|NONE\xff\n")
    assert warehouse.reason(warehouse.load()).startswith("not valid utf-8 at byte 6 (0xff)")


def _parquet(warehouse: Any, name: str, query: str) -> None:
    path = warehouse.deliver(f"calls/{name}", b"")
    with duckdb.connect() as con:
        con.execute("set TimeZone = 'UTC'")
        con.execute(f"copy ({query}) to '{path}' (format parquet)")


def test_parquet_follows_the_same_rules(warehouse: Any) -> None:
    warehouse.declare(format=["csv", "parquet"])
    _parquet(
        warehouse,
        "a.parquet",
        "select 'K' || i as \"ID\", timestamptz '2024-10-25 11:00:00+02' as started_at, "
        "5.0::double - i as talk_seconds, {'a': i} as mood from range(4, 7) t(i)",
    )
    report = warehouse.load()
    assert warehouse.raw("id, started_at::varchar, talk_seconds, outcome, _extra_columns::varchar, _line_number") == [
        ("K4", "2024-10-25 09:00:00", 1, None, '{"mood":"{\\"a\\":4}"}', 1),
        ("K5", "2024-10-25 09:00:00", 0, None, '{"mood":"{\\"a\\":5}"}', 2),
    ]
    ((line, rule, value, record),) = warehouse.rows("select line_number, rule, value, record from meta.rejected_row")
    assert (line, rule, value) == (3, "minimum", "-1.0")
    assert json.loads(record)["ID"] == "K6"
    assert report.extracts[0].rejected == 1


def test_gzipped_parquet_is_unpacked(warehouse: Any) -> None:
    warehouse.declare(format="parquet")
    _parquet(warehouse, "a.parquet", "select 'K1' as id")
    path = warehouse.folder / "landing/acme/calls/a.parquet"
    path.write_bytes(gzip.compress(path.read_bytes()))
    warehouse.load()
    assert warehouse.raw("id") == [("K1",)]


@pytest.mark.parametrize(
    ("cut", "reason"),
    [(slice(0, 0), "it is not a Parquet file"), (slice(0, 40), "cannot be read"), (slice(4, None), "not a Parquet")],
)
def test_a_broken_parquet_file_is_refused(warehouse: Any, cut: slice, reason: str) -> None:
    warehouse.declare(format="parquet")
    _parquet(warehouse, "a.parquet", "select 'K1' as id")
    path = warehouse.folder / "landing/acme/calls/a.parquet"
    path.write_bytes(path.read_bytes()[cut])
    assert reason in warehouse.reason(warehouse.load())


def test_parquet_damaged_inside_is_refused_and_leaves_nothing(warehouse: Any) -> None:
    warehouse.declare(format="parquet")
    _parquet(warehouse, "a.parquet", "select 'K' || hash(i) as id from range(20000) t(i)")
    path = warehouse.folder / "landing/acme/calls/a.parquet"
    data = bytearray(path.read_bytes())
    data[len(data) // 4 : len(data) // 2] = b"\xff" * (len(data) // 2 - len(data) // 4)
    path.write_bytes(bytes(data))
    assert "the Parquet file cannot be read" in warehouse.reason(warehouse.load())
