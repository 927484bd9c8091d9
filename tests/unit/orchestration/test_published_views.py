"""A view is published as its text over the published tables, and every publication says which release it is."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.publish.candidate import Origin, write_candidate
from orchestration.publish.columns import UnpublishableColumnError
from orchestration.publish.replace import put_in_place
from orchestration.publish.stamp import stamp

TABLE = {"name": "kpi_value", "schema": "marts", "config": {"meta": {"published": True}}}
VIEW = {
    "name": "mart_people",
    "schema": "marts",
    "description": "Values of\npeople.",
    "config": {"meta": {"published": "view"}},
    "columns": {"value": {"description": "The value."}},
}
MODELS: dict[str, dict[str, Any]] = {"kpi_value": TABLE, "mart_people": VIEW}
NIGHT = Origin(7, "run", datetime(2025, 4, 1), "default", {}, {"run": 1, "passed": 1})


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    """Return a warehouse with values, and a view over them."""
    file = tmp_path / "warehouse.duckdb"
    with duckdb.connect(str(file)) as con:
        con.execute("create schema marts")
        con.execute("create schema core")
        con.execute("create table core.secret as select 1::double as value")
        con.execute("create table marts.kpi_value as select n as scope_id, n::double as value from range(4) as rows(n)")
        con.execute('create view warehouse.marts.mart_people as select "value" from marts.kpi_value where scope_id > 0')
    return file


def redefine(warehouse: Path, select: str) -> None:
    with duckdb.connect(str(warehouse)) as con:
        con.execute(f"create or replace view warehouse.marts.mart_people as {select}")


def ask(file: Path, sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(file), read_only=True) as con:
        return con.execute(sql).fetchall()


def test_a_published_view_reads_the_published_tables(warehouse: Path, tmp_path: Path) -> None:
    candidate = write_candidate(warehouse, tmp_path / "published", 1, MODELS)
    warehouse.unlink()
    assert ask(candidate.database, "select sum(value), count(*) from marts.mart_people") == [(6.0, 3)]
    assert [(table.name, table.kind, table.rows) for table in candidate.tables] == [
        ("kpi_value", "table", 4),
        ("mart_people", "view", 3),
    ]
    said = ask(candidate.database, "select comment from duckdb_views() where view_name = 'mart_people'")
    assert said == [("Values of people.",)]
    assert candidate.tables[1].columns == {"value": ("DOUBLE", "The value.")}
    assert [file.name for file in (candidate.folder / "parquet").iterdir()] == ["kpi_value.parquet"]


def test_a_view_over_what_is_not_published_stops_the_publication(warehouse: Path, tmp_path: Path) -> None:
    redefine(warehouse, "select value from core.secret")
    with pytest.raises(duckdb.CatalogException, match="secret"):
        write_candidate(warehouse, tmp_path / "published", 1, MODELS)


def test_a_view_whose_column_is_not_plain_stops_the_publication(warehouse: Path, tmp_path: Path) -> None:
    redefine(warehouse, "select count(*)::hugeint as value from marts.kpi_value")
    with pytest.raises(UnpublishableColumnError, match=r"mart_people\.value is HUGEINT"):
        write_candidate(warehouse, tmp_path / "published", 1, MODELS)


def test_views_follow_their_models_from_release_to_release(warehouse: Path, tmp_path: Path) -> None:
    published = tmp_path / "published"
    for number, select in (
        (1, "select value from marts.kpi_value"),
        (2, "select -value as value from marts.kpi_value"),
    ):
        redefine(warehouse, select)
        candidate = write_candidate(warehouse, published, number, MODELS)
        (candidate.folder / "manifest.json").write_text(json.dumps({"release_id": number}))
        put_in_place(candidate.folder, published, number)
    assert ask(published / "kpi.duckdb", "select sum(value) from marts.mart_people") == [(-6.0,)]
    retired = write_candidate(warehouse, published, 3, {"kpi_value": TABLE})
    assert ask(retired.database, "select count(*) from duckdb_views() where not internal") == [(0,)]


def test_a_table_can_become_a_view(warehouse: Path, tmp_path: Path) -> None:
    published = tmp_path / "published"
    as_table = {**VIEW, "config": {"meta": {"published": True}}}
    first = write_candidate(warehouse, published, 1, {"kpi_value": TABLE, "mart_people": as_table})
    (first.folder / "manifest.json").write_text(json.dumps({"release_id": 1}))
    put_in_place(first.folder, published, 1)
    second = write_candidate(warehouse, published, 2, MODELS)
    assert ask(second.database, "select count(*) from marts.mart_people") == [(3,)]


def test_a_publication_says_which_release_it_is(warehouse: Path, tmp_path: Path) -> None:
    published_at = datetime(2025, 4, 1, 4, 30)
    candidate = stamp(write_candidate(warehouse, tmp_path / "published", 3, MODELS), NIGHT, published_at)
    expected = [(3, 7, datetime(2025, 4, 1), published_at)]
    assert ask(candidate.database, "from marts.release") == expected
    with duckdb.connect() as con:
        parquet = con.read_parquet(str(candidate.folder / "parquet" / "release.parquet"))
        assert parquet.fetchall() == expected
    assert [table.name for table in candidate.tables] == ["kpi_value", "mart_people", "release"]
