"""What is decided before a night starts."""

from collections.abc import Iterator
from datetime import UTC, datetime

import duckdb
import pytest

from orchestration.ingest.books import create_books, finish_refresh, start_refresh
from orchestration.stages import latest_midnight, local_date, needs_full

AS_OF = datetime(2024, 11, 2)


@pytest.fixture
def books() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as con:
        create_books(con)
        yield con


def attempt(con: duckdb.DuckDBPyConnection, status: str, *, full: bool = False, fingerprint: str = "f") -> None:
    number = start_refresh(
        con, run_id="r", as_of=AS_OF, is_full=full, project_fingerprint=fingerprint, parameter_set="default"
    )
    finish_refresh(con, number, status)


def full(con: duckdb.DuckDBPyConnection, **changed: object) -> bool:
    known: dict[str, object] = {"fingerprint": "f", "parameters": "default", "as_of": AS_OF, "asked": False}
    return needs_full(con, **(known | changed))  # type: ignore[arg-type]


def test_an_erasure_has_the_next_refresh_rebuild_everything_and_only_that_one(
    books: duckdb.DuckDBPyConnection,
) -> None:
    attempt(books, "complete")
    books.execute("insert into meta.erasure values ('C1', '2024-11-02', 1)")
    assert full(books)
    attempt(books, "failed")
    assert full(books)
    attempt(books, "complete", full=True)
    assert not full(books)


def test_midnight_is_the_operators_and_the_same_all_day() -> None:
    morning, night = datetime(2024, 11, 2, 6, tzinfo=UTC), datetime(2024, 11, 2, 22, 59, tzinfo=UTC)
    assert latest_midnight("Europe/Berlin", morning) == latest_midnight("Europe/Berlin", night)
    assert latest_midnight("Europe/Berlin", morning) == datetime(2024, 11, 1, 23)
    assert latest_midnight("America/New_York", datetime(2024, 11, 2, 3, tzinfo=UTC)) == datetime(2024, 11, 1, 4)


def test_midnight_is_exact_on_days_that_change_the_clock() -> None:
    assert latest_midnight("Europe/Berlin", datetime(2024, 10, 27, 12, tzinfo=UTC)) == datetime(2024, 10, 26, 22)
    assert latest_midnight("Europe/Berlin", datetime(2024, 10, 28, 12, tzinfo=UTC)) == datetime(2024, 10, 27, 23)


def test_local_date_is_the_operators() -> None:
    assert local_date(datetime(2024, 11, 1, 23), "Europe/Berlin").isoformat() == "2024-11-02"


def test_the_first_refresh_is_full(books: duckdb.DuckDBPyConnection) -> None:
    assert full(books)
    attempt(books, "failed", full=True)
    assert full(books)


def test_an_ordinary_night_is_incremental(books: duckdb.DuckDBPyConnection) -> None:
    attempt(books, "complete", full=True)
    attempt(books, "failed")
    assert not full(books)


def test_a_changed_project_parameter_or_wish_is_full(books: duckdb.DuckDBPyConnection) -> None:
    attempt(books, "complete", full=True)
    assert full(books, fingerprint="g")
    assert full(books, parameters="custom-1")
    assert full(books, asked=True)
    assert full(books, as_of=datetime(2024, 11, 1))


def test_a_full_rebuild_that_did_not_finish_is_begun_again(books: duckdb.DuckDBPyConnection) -> None:
    attempt(books, "complete", full=True)
    attempt(books, "failed", full=True)
    attempt(books, "failed")
    assert full(books)
    attempt(books, "complete", full=True)
    assert not full(books)
