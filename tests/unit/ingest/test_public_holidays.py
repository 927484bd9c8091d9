"""Public holidays come from the library, for the countries of sites, and changes of them are seen."""

from collections.abc import Iterator
from datetime import date, datetime

import duckdb
import pytest

from orchestration.ingest import public_holidays as subject
from orchestration.ingest.books import create_books

AS_OF = datetime(2024, 11, 2)


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as con:
        create_books(con)
        con.execute("create schema raw")
        con.execute("create table raw.standard__sites (site_id varchar, country varchar)")
        yield con


def books(con: duckdb.DuckDBPyConnection, where: str = "true") -> list[tuple[object, ...]]:
    return con.execute(
        "select country, holiday_date, holiday_name, is_current, refresh_id from meta.public_holiday"
        f" where {where} order by country, holiday_date"
    ).fetchall()


def test_countries_of_sites_get_their_holidays_up_to_next_year(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("insert into raw.standard__sites values ('BER', 'de'), ('LIS', ' PT'), ('X', 'ZZ'), ('Y', null)")
    subject.load_public_holidays(con, AS_OF, 1)
    assert con.execute("select distinct country from meta.public_holiday order by country").fetchall() == [
        ("DE",),
        ("PT",),
    ]
    assert books(con, "country = 'DE' and holiday_date = date '2024-10-03'") == [
        ("DE", date(2024, 10, 3), "German Unity Day", True, 1)
    ]
    assert con.execute(
        "select min(year(holiday_date)), max(year(holiday_date)) from meta.public_holiday"
    ).fetchall() == [(2000, 2025)]


def test_a_repeated_load_changes_nothing(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("insert into raw.standard__sites values ('BER', 'DE')")
    assert subject.load_public_holidays(con, AS_OF, 1) > 0
    before = books(con)
    assert subject.load_public_holidays(con, AS_OF, 2) == 0
    assert books(con) == before


def test_a_withdrawn_holiday_stays_with_the_refresh_that_saw_it(
    con: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    con.execute("insert into raw.standard__sites values ('BER', 'DE')")
    first, second = date(2024, 5, 1), date(2024, 10, 3)
    monkeypatch.setattr(subject, "public_holidays", lambda *_: {first: "Labour", second: "Unity"})
    subject.load_public_holidays(con, AS_OF, 1)
    monkeypatch.setattr(subject, "public_holidays", lambda *_: {second: "Unity Day"})
    assert subject.load_public_holidays(con, AS_OF, 2) == 2
    assert books(con) == [("DE", first, "Labour", False, 2), ("DE", second, "Unity Day", True, 2)]
    monkeypatch.setattr(subject, "public_holidays", lambda *_: {first: "Labour", second: "Unity Day"})
    subject.load_public_holidays(con, AS_OF, 3)
    assert books(con) == [("DE", first, "Labour", True, 3), ("DE", second, "Unity Day", True, 2)]


def test_without_sites_there_are_no_holidays() -> None:
    with duckdb.connect() as con:
        create_books(con)
        assert subject.load_public_holidays(con, AS_OF, 1) == 0
