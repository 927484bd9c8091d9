"""A table that is published in parts costs what changed, and holds what a table written anew would hold."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.publish.candidate import Origin, describe, write_candidate
from orchestration.publish.replace import put_in_place

MODELS: dict[str, dict[str, Any]] = {
    "kpi_value": {
        "name": "kpi_value",
        "schema": "marts",
        "config": {
            "meta": {"published": True, "published_in_parts": "period_type || '_' || strftime(period_start, '%Y-%m')"}
        },
        "columns": {"value": {"description": "The value."}},
    },
    "dim_kpi": {"name": "dim_kpi", "schema": "core", "config": {"meta": {"published": True}}},
}


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    """Return a warehouse with three months of daily values, all written at the first refresh."""
    file = tmp_path / "warehouse.duckdb"
    with duckdb.connect(str(file)) as con:
        con.execute("create schema marts")
        con.execute("create schema core")
        con.execute("create table core.dim_kpi as select 'csat_score' as kpi_id")
        con.execute(
            "create table marts.kpi_value as select 'day' as period_type, date '2025-01-01' + n::int as period_start,"
            " n::double as value, timestamp '2025-04-01' as computed_at from range(90) as days(n)"
        )
    return file


def change(warehouse: Path, sql: str) -> None:
    """Run a statement on the warehouse."""
    with duckdb.connect(str(warehouse)) as con:
        con.execute(sql)


def publish(warehouse: Path, published: Path, number: int) -> dict[str, int]:
    """Publish a release; return the inode of every Parquet file by its path."""
    candidate = write_candidate(warehouse, published, number, MODELS)
    describe(candidate, Origin(number, "run", datetime(2025, 4, 1), "default", {}, {}), datetime(2025, 4, 1))
    put_in_place(candidate.folder, published, number)
    with duckdb.connect(str(published / "kpi.duckdb"), read_only=True) as con:
        con.execute(f"attach '{warehouse}' as warehouse (read_only)")
        ours, theirs = "from kpi.marts.kpi_value", "from warehouse.marts.kpi_value"
        parquet = (
            "select period_type, period_start, value, computed_at"
            f" from read_parquet('{published}/parquet/kpi_value/*/*.parquet', hive_partitioning = false)"
        )
        for left, right in ((ours, theirs), (theirs, ours), (parquet, theirs), (theirs, parquet)):
            assert con.execute(f"({left}) except all ({right})").fetchall() == []
        assert con.execute("select comment from duckdb_columns() where column_name = 'value'").fetchall()[0] == (
            "The value.",
        )
    files = (published / "parquet").rglob("*.parquet")
    return {file.relative_to(published / "parquet").as_posix(): file.stat().st_ino for file in files}


def test_only_the_months_that_were_written_to_are_written_again(warehouse: Path, tmp_path: Path) -> None:
    published = tmp_path / "published"
    first = publish(warehouse, published, 1)
    assert len(first) == 4
    change(
        warehouse,
        "update marts.kpi_value set value = -1, computed_at = timestamp '2025-04-02' where period_start = '2025-02-10'",
    )
    second = publish(warehouse, published, 2)
    kept = {file for file in first if first[file] == second[file]}
    assert {file.split("/")[1] for file in kept if "=" in file} == {"part=day_2025-01", "part=day_2025-03"}


def test_a_correction_is_noticed_whatever_the_clock_says(warehouse: Path, tmp_path: Path) -> None:
    published = tmp_path / "published"
    publish(warehouse, published, 1)
    for number, moment in ((2, "2025-04-01"), (3, "2025-03-31")):
        change(
            warehouse,
            f"update marts.kpi_value set value = -{number}, computed_at = timestamp '{moment}'"
            " where period_start = '2025-02-10'",
        )
        publish(warehouse, published, number)


def test_a_month_that_lost_rows_or_all_of_them_is_noticed(warehouse: Path, tmp_path: Path) -> None:
    published = tmp_path / "published"
    publish(warehouse, published, 1)
    change(warehouse, "delete from marts.kpi_value where period_start = '2025-02-10' or period_start >= '2025-03-01'")
    left = publish(warehouse, published, 2)
    assert {file.split("/")[1] for file in left if "=" in file} == {"part=day_2025-01", "part=day_2025-02"}
    assert not (published / "parquet" / "kpi_value" / "part=day_2025-03").exists()


def test_a_table_of_another_shape_is_written_anew(warehouse: Path, tmp_path: Path) -> None:
    published = tmp_path / "published"
    publish(warehouse, published, 1)
    change(warehouse, "alter table marts.kpi_value alter value type integer")
    publish(warehouse, published, 2)


def test_a_damaged_publication_is_not_carried_over(warehouse: Path, tmp_path: Path) -> None:
    published = tmp_path / "published"
    publish(warehouse, published, 1)
    (published / "kpi.duckdb").write_bytes(b"not a database")
    publish(warehouse, published, 2)


def test_a_table_that_is_no_longer_published_is_dropped(warehouse: Path, tmp_path: Path) -> None:
    published = tmp_path / "published"
    with duckdb.connect(str(warehouse)) as con:
        con.execute("create table core.retired as select 1 as one")
    MODELS["retired"] = {"name": "retired", "schema": "core", "config": {"meta": {"published": True}}}
    try:
        publish(warehouse, published, 1)
    finally:
        del MODELS["retired"]
    publish(warehouse, published, 2)
    with duckdb.connect(str(published / "kpi.duckdb"), read_only=True) as con:
        assert con.execute("select table_name from duckdb_tables() order by 1").fetchall() == [
            ("dim_kpi",),
            ("kpi_value",),
        ]


def test_rows_that_tell_nothing_stay_at_home(warehouse: Path, tmp_path: Path) -> None:
    change(warehouse, "update marts.kpi_value set value = null where period_start < '2025-01-11'")
    meta = {**MODELS["kpi_value"]["config"]["meta"], "published_where": "value is not null"}
    models = {"kpi_value": {**MODELS["kpi_value"], "config": {"meta": meta}}}
    for number in (1, 2):
        candidate = write_candidate(warehouse, tmp_path / "published", number, models)
        assert [table.rows for table in candidate.tables] == [80]
        (candidate.folder / "manifest.json").write_text(json.dumps({"release_id": number}))
        put_in_place(candidate.folder, tmp_path / "published", number)


def test_rows_lie_in_the_order_that_the_model_names(warehouse: Path, tmp_path: Path) -> None:
    meta = {**MODELS["kpi_value"]["config"]["meta"], "published_order": "-value"}
    models = {"kpi_value": {**MODELS["kpi_value"], "config": {"meta": meta}}}
    for number in (1, 2):
        candidate = write_candidate(warehouse, tmp_path / "published", number, models)
        with duckdb.connect(str(candidate.database), read_only=True) as con:
            lying = con.execute("select strftime(period_start, '%m'), value from marts.kpi_value").fetchall()
        months = [month for month, _ in lying]
        assert lying == sorted(lying, key=lambda row: (months.index(row[0]), -row[1]))
        (candidate.folder / "manifest.json").write_text(json.dumps({"release_id": number}))
        put_in_place(candidate.folder, tmp_path / "published", number)
        change(warehouse, "update marts.kpi_value set computed_at = now() where period_start < '2025-02-01'")
