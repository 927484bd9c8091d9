"""No file stops a load but itself, and nothing that may be wrong is loaded in silence."""

import gzip
import json
import os
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from orchestration.ingest.limits import Limits

RECORD: dict[str, Any] = {
    "id": {"data_type": "varchar", "required": True},
    "talk_seconds": {"data_type": "integer"},
    "detail": {"data_type": "json"},
}
FINE = '{"id": "K1"}\n'


def _rejected(warehouse: Any) -> list[tuple[Any, ...]]:
    found: list[tuple[Any, ...]] = warehouse.rows(
        "select line_number, rule, column_name, value from meta.rejected_row order by 1"
    )
    return found


@pytest.mark.parametrize(
    ("line", "rejects"),
    [
        ('{"id": "K2", "talk_seconds": ' + "9" * 5000 + "}", ("type", "talk_seconds")),
        ('{"id": "K2", "talk_seconds": 1e999999999999999999999}', ("type", "talk_seconds")),
        ('{"id": "K2", "talk_seconds": 5, "talk_seconds": 7}', ("duplicate_key", None)),
        ('{"id": "K2", "detail": {"a": [1, {"b": 1, "b": 2}]}}', ("duplicate_key", None)),
        ('{"id": "K2", "detail": ' + "[" * 100_000 + "]" * 100_000 + "}", ("syntax", None)),
        ("{" + ",".join(f'"k{at}": 1' for at in range(2000)) + ', "id": "K2"}', ("field_count", None)),
    ],
    ids=[
        "an endless integer",
        "an endless exponent",
        "a key twice",
        "a key twice inside",
        "too deep",
        "too many members",
    ],
)
def test_a_bad_json_record_is_rejected_alone(warehouse: Any, line: str, rejects: tuple[str, str | None]) -> None:
    warehouse.declare(columns=RECORD, format=["jsonl", "json"])
    warehouse.deliver("calls/a.jsonl", FINE + line + "\n")
    warehouse.load()
    assert warehouse.raw("id") == [("K1",)]
    assert [row[:3] for row in _rejected(warehouse)] == [(2, *rejects)]


def test_numbers_inside_json_keep_their_digits(warehouse: Any) -> None:
    warehouse.declare(columns=RECORD, format="jsonl")
    numbers = "[0.10,12345678901234.56789,1e400," + "7" * 5000 + ",-0.0,1E5]"
    warehouse.deliver("calls/a.jsonl", f'{{"id": "K1", "detail": {{"n": {numbers}}}, "more": 1.50}}\n')
    warehouse.load()
    assert warehouse.raw("detail::varchar, _extra_columns::varchar") == [(f'{{"n":{numbers}}}', '{"more":1.50}')]


def test_keys_without_end_are_kept_and_noted_up_to_the_limit(warehouse: Any) -> None:
    warehouse.declare(columns=RECORD, format="jsonl")
    warehouse.limits = Limits(most_columns=10)
    lines = [json.dumps({"id": f"K{at}", **{f"x{at}_{key}": 1 for key in range(5)}}) for at in range(4)]
    warehouse.deliver("calls/a.jsonl", "\n".join(lines) + "\n")
    report = warehouse.load()
    assert warehouse.rows("select count(*) from meta.extra_column") == [(10,)]
    assert [json.loads(extra)[f"x{at}_4"] for at, (extra,) in enumerate(warehouse.raw("_extra_columns::varchar"))] == [
        1,
        1,
        1,
        1,
    ]
    assert "more than 10 undeclared members" in (report.outcomes[0].reason or "")


@pytest.mark.parametrize(
    ("name", "data", "limits", "reason"),
    [
        ("a.csv.gz", gzip.compress(b"0" * 5000, mtime=0), Limits(most_bytes=4096), "too large: at most 4096 bytes"),
        ("a.csv", b"id\n" + b"0" * 5000, Limits(most_bytes=4096), "too large"),
        ("a.csv", b"id\n" + b"0" * 5000, Limits(longest_line=4096), "line 2 is longer than 4096 characters"),
        ("a.csv", ",".join(f"c{at}" for at in range(100_000)).encode(), Limits(), "100000 columns: at most 2000"),
        ("a.json", b'{"id": "' + b"0" * 5000 + b'"}', Limits(10, most_document_bytes=4096), "deliver JSON lines"),
        ("a.jsonl", b'{"id": "' + b"0" * 5000 + b'"}', Limits(longest_line=4096), "line 1 is longer"),
        ("a.csv", b"\xef\xbb\xbf\xef\xbb\xbfid\nK1\n", Limits(), "two byte-order marks"),
        ("a.csv", "\ufeff\ufeffid\nK1\n".encode("utf-16-le"), Limits(), "two byte-order marks"),
    ],
    ids=[
        "gzip bomb",
        "large",
        "long line",
        "columns",
        "document",
        "long JSON line",
        "two marks",
        "two marks of UTF-16",
    ],
)
@pytest.mark.parametrize("has_company", [False, True])
def test_what_is_beyond_the_limits_is_refused_and_the_next_file_loads(
    warehouse: Any, name: str, data: bytes, limits: Limits, reason: str, has_company: bool
) -> None:
    warehouse.declare(columns={"id": {"data_type": "varchar"}}, format=["csv", "json", "jsonl"])
    warehouse.limits = limits
    warehouse.deliver(f"calls/{name}", data)
    if has_company:
        warehouse.deliver("calls/b.csv", "id\nK1\n")
    report = warehouse.load()
    assert [outcome.status for outcome in report.outcomes] == ["refused", "loaded"][: 1 + has_company]
    assert reason in (report.outcomes[0].reason or "")
    assert warehouse.raw("id") == [("K1",)] * has_company


@pytest.mark.parametrize("small_bytes", [0, 10**9])
@pytest.mark.parametrize(
    ("end", "cut"),
    [("12", True), ("12\n", False), ("12\r\n", False), ('"12"', False), ("", False)],
    ids=["cut", "ended", "ended as on Windows", "quoted", "empty"],
)
def test_a_last_number_without_a_line_end_is_rejected(warehouse: Any, small_bytes: int, end: str, cut: bool) -> None:
    warehouse.declare(columns={"id": {"data_type": "varchar"}, "talk_seconds": {"data_type": "integer"}})
    warehouse.limits = Limits(small_bytes)
    warehouse.deliver("calls/a.csv", f"id,talk_seconds\nK1,1\nK2,{end}")
    warehouse.load()
    assert warehouse.raw("id") == [("K1",)] if cut else [("K1",), ("K2",)]
    assert _rejected(warehouse) == ([(3, "cut_off", None, "12 without a line end")] if cut else [])


def test_a_packed_file_or_a_text_at_the_end_may_have_no_line_end(warehouse: Any) -> None:
    warehouse.declare(columns={"talk_seconds": {"data_type": "integer"}, "id": {"data_type": "varchar"}})
    warehouse.deliver("calls/a.csv.gz", gzip.compress(b"id,talk_seconds\nK1,12", mtime=0))
    warehouse.deliver("calls/b.csv", "talk_seconds,id\n12,K2")
    warehouse.load()
    assert warehouse.raw("id, talk_seconds") == [("K1", 12), ("K2", 12)]


def test_parquet_integers_beyond_what_a_float_holds_are_rejected(warehouse: Any) -> None:
    warehouse.declare(columns={"id": {"data_type": "bigint"}}, format="parquet")
    path = warehouse.deliver("calls/a.parquet", b"")
    pq.write_table(pa.table({"id": [1.0, 9007199254740992.0, 1152921504606846976.0]}), path)
    warehouse.load()
    assert warehouse.raw("id") == [(1,), (9007199254740992,)]
    assert [row[:3] for row in _rejected(warehouse)] == [(3, "type", "id")]


def test_parquet_with_one_column_twice_is_refused(warehouse: Any) -> None:
    warehouse.declare(columns={"id": {"data_type": "bigint"}}, format="parquet")
    path = warehouse.deliver("calls/a.parquet", b"")
    pq.write_table(pa.Table.from_arrays([pa.array([1]), pa.array([2])], names=["id", "id"]), path)
    assert "column 'id' occurs twice" in warehouse.reason(warehouse.load())


def test_a_name_dated_in_the_future_does_not_outrank_later_corrections(warehouse: Any) -> None:
    warehouse.declare()
    warehouse.deliver("calls/2099-01-01.csv", "id\nK1\n")
    warehouse.deliver("calls/2024-10-25.csv", "id\nK2\n")
    report = warehouse.load()
    [(future,), (past,)] = warehouse.rows(
        "select cast(extracted_at as varchar) from meta.loaded_file order by path desc"
    )
    assert past == "2024-10-25 00:00:00"
    assert "2024" < future[:4] < "2099"
    assert future.endswith("00:00:00")
    assert "2099-01-01, lies in the future" in str([outcome.reason for outcome in report.outcomes])


def test_links_in_a_circle_pipes_and_links_to_nowhere_are_told_and_passed_over(warehouse: Any) -> None:
    warehouse.declare()
    path = warehouse.deliver("calls/a.csv", "id\nK1\n")
    (path.parent / "round").symlink_to(path.parent.parent)
    (path.parent / "self").symlink_to("self")
    (path.parent / "gone.csv").symlink_to("nowhere.csv")
    os.mkfifo(path.parent / "pipe.csv")
    report = warehouse.load()
    assert warehouse.raw("id") == [("K1",)]
    assert [name for name, _ in report.unreadable] == [
        "acme/calls/gone.csv",
        "acme/calls/pipe.csv",
        "acme/calls/round/",
        "acme/calls/self",
    ]


def test_a_folder_that_may_not_be_read_is_told(warehouse: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    warehouse.declare()
    path = warehouse.deliver("calls/a.csv", "id\nK1\n")
    (path.parent / "lost+found").mkdir()
    scandir = os.scandir

    def guarded(folder: str) -> Any:
        if folder.endswith("lost+found"):
            raise PermissionError(13, "Permission denied")
        return scandir(folder)

    monkeypatch.setattr(os, "scandir", guarded)
    report = warehouse.load()
    assert report.unreadable == (("acme/calls/lost+found/", "Permission denied"),)
    assert warehouse.raw("id") == [("K1",)]


def test_whatever_a_file_makes_a_library_raise_refuses_that_file(
    warehouse: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    warehouse.declare(format=["csv", "json"])
    warehouse.deliver("calls/a.json", '[{"id": "K0"}]')
    warehouse.deliver("calls/b.csv", "id\nK1\n")

    def broken(*_: object) -> None:
        raise OverflowError("too much for a number")

    monkeypatch.setattr("orchestration.ingest.read_json._document", broken)
    report = warehouse.load()
    assert report.outcomes[0].reason == "cannot be read: OverflowError: too much for a number"
    assert warehouse.raw("id") == [("K1",)]
