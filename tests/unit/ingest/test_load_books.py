"""Deliveries, duplicates, refusals and crashes: what the books say and what the raw tables hold."""

import os
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from orchestration.ingest import books
from orchestration.ingest.errors import DeclarationError, SchemaChangeError
from orchestration.ingest.ledger import Ledger
from orchestration.ingest.limits import Limits

HEADER = "id,talk_seconds\n"
FILES = "select file_id, delivery_id, path, status, row_count, extracted_at from meta.loaded_file order by file_id"


def _later(path: Path, seconds: int) -> None:
    """Give a file a later time, as a new delivery has."""
    stat = path.stat()
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns + seconds * 10**9))


def test_a_second_load_of_the_same_landing_does_nothing(warehouse: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    warehouse.declare()
    warehouse.deliver("calls/a.csv", HEADER + "K1,1\n")
    warehouse.load()
    monkeypatch.setattr("orchestration.ingest.load.file_sha256", lambda _: pytest.fail("hashed again"))
    report = warehouse.load()
    assert (report.outcomes, report.unchanged) == ((), 1)
    assert warehouse.raw("id") == [("K1",)]
    assert warehouse.rows("select count(*) from meta.delivery") == [(1,)]


def test_the_books_know_the_file(warehouse: Any) -> None:
    warehouse.declare()
    path = warehouse.deliver("calls/calls_2024-10-25.csv", HEADER + "K1,1\n")
    warehouse.load()
    (row,) = warehouse.rows(
        "select file_id, delivery_id, system, entity, path, size_bytes, length(sha256), extracted_at, row_count, "
        "rejected_count, status, reason, refresh_id, loaded_at is not null from meta.loaded_file"
    )
    name = "acme/calls/calls_2024-10-25.csv"
    assert row == (1, 1, "acme", "calls", name, 21, 64, datetime(2024, 10, 25), 1, 0, "loaded", None, 1, True)
    delivery = warehouse.rows(
        "select delivery_id, file_id, path, size_bytes, modified_ns, refresh_id from meta.delivery"
    )
    assert delivery == [(1, 1, name, 21, path.stat().st_mtime_ns, 1)]


def test_known_bytes_under_a_new_name_load_no_rows_but_are_a_delivery(warehouse: Any) -> None:
    warehouse.declare()
    warehouse.deliver("calls/calls_2024-10-25.csv", HEADER + "K1,1\n")
    warehouse.load()
    warehouse.deliver("calls/calls_2024-10-26.csv", HEADER + "K1,1\n")
    warehouse.deliver("calls/copy.csv", HEADER + "K1,1\n")
    report = warehouse.load()
    assert [outcome.status for outcome in report.outcomes] == ["duplicate", "duplicate"]
    assert report.extracts[0].files_duplicate == 2
    assert warehouse.raw("id") == [("K1",)]
    assert warehouse.rows(FILES) == [(1, 3, "acme/calls/copy.csv", "loaded", 1, datetime(2024, 10, 26))]


def test_a_snapshot_that_comes_back_is_the_newest_again(warehouse: Any) -> None:
    warehouse.declare()
    for seconds, data in enumerate(["K1,1\n", "K1,2\n", "K1,1\n"]):
        _later(warehouse.deliver("calls/a.csv", HEADER + data), seconds)
        warehouse.load()
    newest = warehouse.rows(
        "select c.talk_seconds from raw.acme__calls c join meta.loaded_file f on f.file_id = c._file_id "
        "order by f.delivery_id desc limit 1"
    )
    assert newest == [(1,)]
    assert [row[:2] for row in warehouse.rows(FILES)] == [(1, 3), (2, 2)]
    assert len(warehouse.raw()) == 2


def test_a_touched_file_is_no_delivery_and_is_hashed_once(warehouse: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    warehouse.declare()
    path = warehouse.deliver("calls/a.csv", HEADER + "K1,1\n")
    warehouse.load()
    _later(path, 60)
    assert warehouse.load().outcomes == ()
    assert warehouse.rows("select delivery_id, modified_ns from meta.delivery") == [(1, path.stat().st_mtime_ns)]
    monkeypatch.setattr("orchestration.ingest.load.file_sha256", lambda _: pytest.fail("hashed again"))
    warehouse.load()


def test_equal_empty_files_of_two_extracts_are_two_files(
    warehouse: Any, make_source: Any, make_manifest: Any, calls_columns: dict[str, Any]
) -> None:
    from orchestration.ingest.declarations import load_declarations
    from orchestration.ingest.raw import ensure_raw_tables

    nodes = [make_source(name, calls_columns) for name in ("calls", "chats")]
    warehouse.declarations = load_declarations(make_manifest(*nodes))
    ensure_raw_tables(warehouse.con, warehouse.declarations)
    for name in ("calls", "chats"):
        warehouse.deliver(f"{name}/a.csv", HEADER)
    report = warehouse.load()
    assert [outcome.status for outcome in report.outcomes] == ["loaded", "loaded"]


def test_a_refused_file_stops_nothing_and_is_judged_anew_when_it_comes_again(warehouse: Any) -> None:
    warehouse.declare()
    bad = warehouse.deliver("calls/a.csv", "ident,talk_seconds\nK1,1\n")
    warehouse.deliver("calls/b.csv", HEADER + "K2,2\n")
    report = warehouse.load()
    assert [(outcome.path, outcome.status) for outcome in report.outcomes] == [
        ("acme/calls/a.csv", "refused"),
        ("acme/calls/b.csv", "loaded"),
    ]
    assert warehouse.raw("id") == [("K2",)]
    warehouse.declare(columns={"id": {"data_type": "varchar", "required": True, "from": "ident"}})
    assert warehouse.load().outcomes == ()
    _later(bad, 60)
    warehouse.load()
    assert sorted(warehouse.raw("id")) == [("K1",), ("K2",)]
    assert [row[:4] for row in warehouse.rows(FILES)] == [
        (1, 3, "acme/calls/a.csv", "loaded"),
        (2, 2, "acme/calls/b.csv", "loaded"),
    ]


def test_deliveries_are_new_until_a_refresh_completes(warehouse: Any) -> None:
    warehouse.declare()
    warehouse.deliver("calls/a.csv", HEADER + "K1,1\n")
    warehouse.load()
    books.finish_refresh(warehouse.con, warehouse.refreshes[-1], "failed")
    assert books.delivered_through(warehouse.con) == 0
    warehouse.deliver("calls/b.csv", HEADER + "K2,2\n")
    warehouse.load()
    books.finish_refresh(warehouse.con, warehouse.refreshes[-1], "complete")
    assert books.delivered_through(warehouse.con) == 2


@pytest.mark.parametrize("small_bytes", [0, 10**9])
@pytest.mark.parametrize("crash", [KeyboardInterrupt, RuntimeError])
def test_a_crash_in_the_middle_of_a_file_leaves_nothing_of_it(
    warehouse: Any, monkeypatch: pytest.MonkeyPatch, crash: type[BaseException], small_bytes: int
) -> None:
    warehouse.limits = Limits(small_bytes)
    warehouse.declare()
    for name in ("a", "b", "c"):
        warehouse.deliver(f"calls/{name}.csv", f"id,talk_seconds,x\n{name},1,y\nbad,-1,y\n")
    enter = Ledger.enter

    def crash_on_b(self: Ledger, file: Any, *facts: Any) -> None:
        enter(self, file, *facts)
        if file.name.endswith("b.csv"):
            raise crash

    with monkeypatch.context() as patched:
        patched.setattr(Ledger, "enter", crash_on_b)
        with pytest.raises(crash):
            warehouse.load()
    assert warehouse.raw("id") == [("a",)]
    assert warehouse.rows("select count(*) from meta.rejected_row") == [(1,)]
    assert [row[0] for row in warehouse.rows(FILES)] == [1]
    warehouse.load()
    assert warehouse.raw("id, _file_id") == [("a", 1), ("b", 2), ("c", 3)]


def test_unknown_files_and_missing_required_extracts_are_reported(warehouse: Any) -> None:
    warehouse.declare(required=True)
    warehouse.deliver("chats/a.csv", HEADER)
    report = warehouse.load()
    assert (report.unknown, report.missing) == (("acme/chats/a.csv",), ("acme.calls",))
    assert warehouse.raw() == []
    warehouse.deliver("calls/a.csv", HEADER + "K1,1\n")
    assert warehouse.load().missing == ()


def test_a_file_that_changes_while_it_is_read_waits_for_the_next_load(
    warehouse: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    warehouse.declare()
    path = warehouse.deliver("calls/a.csv", HEADER + "K1,1\n")
    enter = Ledger.note_extra_columns

    def grow(self: Ledger, *facts: Any) -> list[str]:
        path.write_text(HEADER + "K1,1\nK2,2\n")
        return enter(self, *facts)

    with monkeypatch.context() as patched:
        patched.setattr(Ledger, "note_extra_columns", grow)
        report = warehouse.load()
    assert [outcome.status for outcome in report.outcomes] == ["unsettled"]
    assert warehouse.rows(FILES) == []
    warehouse.load()
    assert warehouse.raw("id") == [("K1",), ("K2",)]


def test_many_small_files_keep_their_own_rows_rejects_and_refusals(warehouse: Any) -> None:
    warehouse.declare()
    for number in range(12):
        seconds = -1 if number == 7 else number
        data = f"id,talk_seconds,mood\nK{number},{seconds},m\n" if number % 3 == 0 else f"{HEADER}K{number},{seconds}\n"
        warehouse.deliver(f"calls/{number:02}.csv", "ident,x\n" if number == 5 else data)
    report = warehouse.load()
    assert [outcome.path[-6:-4] for outcome in report.refused] == ["05"]
    loaded = [number for number in range(12) if number not in (5, 7)]
    assert warehouse.raw("id, talk_seconds, _file_id") == [(f"K{n}", n, n + 1) for n in loaded]
    assert warehouse.rows("select file_id, line_number, rule, value, record from meta.rejected_row") == [
        (8, 2, "minimum", "-1", "K7,-1")
    ]


def test_raw_tables_exist_before_any_file_and_grow_with_the_declaration(warehouse: Any) -> None:
    warehouse.declare()
    assert warehouse.raw() == []
    warehouse.deliver("calls/a.csv", HEADER + "K1,1\n")
    warehouse.load()
    warehouse.declare(columns={"id": {"data_type": "varchar"}, "end": {"data_type": "decimal(18, 4)"}})
    warehouse.deliver("calls/b.csv", "id,end\nK2,1.5\n")
    warehouse.load()
    assert warehouse.raw('id, talk_seconds, "end"::varchar, typeof("end")') == [
        ("K1", 1, None, "DECIMAL(18,4)"),
        ("K2", None, "1.5000", "DECIMAL(18,4)"),
    ]


def test_a_changed_type_says_what_to_do(warehouse: Any) -> None:
    warehouse.declare(columns={"id": {"data_type": "varchar"}})
    with pytest.raises(SchemaChangeError, match=r"column id is declared bigint, but .* holds it as varchar.*drop"):
        warehouse.declare(columns={"id": {"data_type": "bigint"}})


def test_a_rule_or_pattern_that_is_not_sql_is_an_error_of_the_declaration(warehouse: Any) -> None:
    with pytest.raises(DeclarationError, match="rule 'r' is not valid SQL"):
        warehouse.declare(rules=[{"name": "r", "expression": "nope > 1"}])
    with pytest.raises(DeclarationError, match="column id: pattern is not valid SQL"):
        warehouse.declare("chats", columns={"id": {"data_type": "varchar", "pattern": "("}})
