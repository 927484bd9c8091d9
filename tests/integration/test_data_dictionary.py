"""The publication describes itself: every table and column once, and the semantic layer beside it."""

import json
from typing import Any

import duckdb

from orchestration.publish.whole import sha256
from tests.support.clone import Clone


def published(clone: Clone, sql: str) -> list[tuple[Any, ...]]:
    """Return the rows of a query to the publication."""
    with duckdb.connect(str(clone.home / "published" / "kpi.duckdb"), read_only=True) as con:
        return con.execute(sql).fetchall()


def test_every_table_and_column_of_the_publication_is_in_the_dictionary_once_with_its_type(clone: Clone) -> None:
    held = published(
        clone,
        "select table_name, column_name, data_type from duckdb_columns() where schema_name = 'marts' and not internal",
    )
    listed = published(
        clone,
        "select table_name, column_name, data_type from marts.data_dictionary where column_name is not null",
    )
    assert sorted(listed) == sorted(held)
    tables = published(clone, "select table_name from marts.data_dictionary where column_name is null")
    assert sorted(tables) == sorted({(table,) for table, _, _ in held})
    assert {("data_dictionary",), ("release",), ("kpi_value",)} <= set(tables)


def test_the_dictionary_says_what_a_column_means_its_unit_and_its_tests(clone: Clone) -> None:
    undescribed = published(
        clone, "select table_name, column_name from marts.data_dictionary where coalesce(description, '') = ''"
    )
    assert undescribed == []
    units = dict(
        published(
            clone,
            "select column_name, unit from marts.data_dictionary"
            " where (table_name, column_name) in (('mart_customer_experience', 'csat_score'),"
            " ('kpi_value', 'coverage_share'), ('kpi_value', 'status'))",
        )
    )
    assert units == {"csat_score": "percent", "coverage_share": "fraction of 1", "status": None}
    ((tests,),) = published(
        clone, "select tests from marts.data_dictionary where table_name = 'kpi_value' and column_name is null"
    )
    assert "kpi_value__previous_value_is_that_of_the_period_before" in tests.split(", ")


def test_the_semantic_layer_is_a_file_of_the_release_with_its_hash(clone: Clone) -> None:
    folder = clone.home / "published"
    described = json.loads((folder / "manifest.json").read_text())["files"]
    assert described["osi_document.json"]["sha256"] == sha256(folder / "osi_document.json")
    assert "parquet/data_dictionary.parquet" in described
    text = (folder / "osi_document.json").read_text()
    assert all(f'"{metric}"' in text for (metric,) in published(clone, "select metric_name from marts.dim_kpi"))
