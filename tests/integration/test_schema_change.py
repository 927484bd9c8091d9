"""A table that has other columns than its model is left alone, and the message says what to do."""

import json
from pathlib import Path

import duckdb

from orchestration.settings import PROJECT_DIR
from orchestration.transform.command import common_arguments
from orchestration.transform.project import DbtPaths
from tests.support.nights import GOLDEN_PARAMETERS, Nights, run_dbt

CHANGES = {
    "fct_callback": "add column remark varchar",
    "fct_order": "drop column rate",
    "fct_survey_invitation": "alter column sent_at set data type varchar",
}


def test_an_incremental_model_refuses_a_table_with_other_columns(golden: Nights, tmp_path: Path) -> None:
    night = Nights(tmp_path, golden.state)
    night.warehouse.write_bytes(golden.warehouse.read_bytes())
    with duckdb.connect(str(night.warehouse)) as con:
        for table, change in CHANGES.items():
            con.execute(f"alter table core.{table} {change}")
        before = {table: con.execute(f"select * from core.{table}").fetchall() for table in CHANGES}
    call = ["run", *common_arguments(DbtPaths(PROJECT_DIR, night.state)), "--vars", json.dumps(GOLDEN_PARAMETERS)]
    results = run_dbt([*call, "--select", *CHANGES, "fct_contact"], night.home)
    messages = {result.node.name: result.message for result in results if result.status != "success"}
    assert set(messages) == set(CHANGES)
    assert all("out of sync" in message and "full_refresh" in message for message in messages.values())
    with duckdb.connect(str(night.warehouse)) as con:
        assert {table: con.execute(f"select * from core.{table}").fetchall() for table in CHANGES} == before
