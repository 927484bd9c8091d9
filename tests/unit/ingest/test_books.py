from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from orchestration.ingest import books

AS_OF = datetime(2024, 10, 26)


def _deliver(warehouse: Any, delivery_id: int) -> None:
    warehouse.con.execute("insert into meta.delivery (delivery_id, file_id) values (?, 1)", [delivery_id])


def test_nothing_was_delivered_before_the_first_refresh(warehouse: Any) -> None:
    assert books.delivered_through(warehouse.con) == 0
    assert books.last_complete(warehouse.con) is None


def test_a_failed_refresh_leaves_its_deliveries_new(warehouse: Any) -> None:
    con = warehouse.con
    first = books.start_refresh(con, run_id="a", as_of=AS_OF, is_full=True)
    _deliver(warehouse, 7)
    books.finish_refresh(con, first, "complete", stage_seconds={"load": 1.5})
    second = books.start_refresh(con, run_id="b", as_of=AS_OF)
    _deliver(warehouse, 9)
    books.finish_refresh(con, second, "failed", message="a check failed")
    assert books.delivered_through(con) == 7
    complete = books.last_complete(con)
    assert complete is not None
    assert (complete.refresh_id, complete.is_full, complete.stage_seconds) == (first, True, {"load": 1.5})
    last = books.last_refresh(con)
    assert last is not None
    assert (last.refresh_id, last.status, last.message) == (second, "failed", "a check failed")


def test_a_refresh_that_never_ended_is_marked_interrupted_by_the_next(warehouse: Any) -> None:
    first = books.start_refresh(warehouse.con, run_id="a", as_of=AS_OF)
    books.set_stage(warehouse.con, first, "transform")
    second = books.start_refresh(warehouse.con, run_id="b", as_of=AS_OF)
    assert warehouse.rows("select refresh_id, status, stage, message from meta.refresh order by refresh_id") == [
        (first, "failed", "transform", "interrupted"),
        (second, "running", "started", None),
    ]


def test_instants_in_the_books_are_naive_utc(warehouse: Any) -> None:
    berlin = timezone(timedelta(hours=2))
    books.start_refresh(warehouse.con, run_id="a", as_of=datetime(2024, 10, 26, 2, tzinfo=berlin))
    assert warehouse.rows("select as_of from meta.refresh") == [(AS_OF,)]
    assert books.as_utc(datetime(2024, 10, 26, tzinfo=UTC)) == AS_OF


def test_a_refresh_ends_only_as_complete_or_failed_and_only_if_it_exists(warehouse: Any) -> None:
    with pytest.raises(ValueError, match="not 'done'"):
        books.finish_refresh(warehouse.con, 1, "done")
    with pytest.raises(ValueError, match="no refresh 5"):
        books.finish_refresh(warehouse.con, 5, "complete")


def test_creating_the_books_again_keeps_them(warehouse: Any) -> None:
    books.start_refresh(warehouse.con, run_id="a", as_of=AS_OF)
    books.create_books(warehouse.con)
    assert warehouse.rows("select count(*) from meta.refresh") == [(1,)]
    tables = {name for (name,) in warehouse.rows("select table_name from duckdb_tables() where schema_name = 'meta'")}
    assert tables == {
        *("refresh", "loaded_file", "delivery", "rejected_row", "extra_column", "release", "restatement"),
        *("public_holiday", "erasure", "finding", "expectation_result", "planned_model", "model_build"),
    }
