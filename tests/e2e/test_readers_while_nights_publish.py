"""Readers in processes of their own, opening each time or holding on, meet whole releases only."""

from pathlib import Path

import duckdb
import pytest

from benchmarks import readers
from orchestration.publish.replace import put_in_place

VALUES = """
    select
        kpi_id, 'default' as variant, period_type, date '2024-11-01' + (n % 28)::integer as period_start,
        timestamp '2024-11-01' + (n % 48) * interval 30 minute as interval_local_start, scope_type,
        's' || n % 5 as scope_id, n::double as numerator, 100.0::double as denominator, 100.0::double as multiplier,
        n::double as value, null::double as previous_value, null::double as target, 'no_target' as status,
        null::varchar as run_id
    from
        range(200) as rows(n),
        (select unnest(['service_level', 'average_handle_time']) as kpi_id),
        (select unnest(['interval', 'day', 'week', 'month']) as period_type),
        (select unnest(['enterprise', 'queue', 'agent']) as scope_type)
"""

DIMENSIONS = {
    "dim_queue": "scope_id as queue_id, scope_id as queue_name",
    "dim_kpi": "kpi_id, variant, kpi_id as name, 'percent' as unit",
}


@pytest.fixture
def published(tmp_path: Path) -> Path:
    """Return a small publication with what the boards ask for."""
    folder = tmp_path / "published"
    (folder / "parquet").mkdir(parents=True)
    with duckdb.connect(str(folder / "kpi.duckdb")) as con:
        con.execute("create schema marts")
        con.execute(f"create table marts.kpi_value as {VALUES}")
        for table, columns in DIMENSIONS.items():
            con.execute(f"create table marts.{table} as select distinct {columns} from marts.kpi_value")
        con.execute(f"copy marts.kpi_value to '{folder}/parquet/kpi_value.parquet'")
    (folder / "manifest.json").write_text('{"release_id": 0}')
    return folder


def test_no_reader_meets_an_error_or_a_mixed_release(published: Path) -> None:
    found = readers.watch(published, readers=2, releases=3, pause=1.5)
    assert [answers.errors for answers in found] == [[], []]
    assert [answers.mixed for answers in found] == [[], []]
    assert [answers.empty for answers in found] == [[], []]
    assert {answers.is_holding for answers in found} == {True, False}
    assert len({release for answers in found for release in answers.releases}) >= 3
    assert all(len(seconds) > 3 for answers in found for seconds in answers.seconds.values())


def test_a_file_that_is_overwritten_in_place_would_be_noticed(published: Path) -> None:
    seen = readers.Answers(is_holding=False)
    put_in_place(readers.candidate(published, 1), published, 1)
    with duckdb.connect(str(published / "kpi.duckdb")) as con:
        con.execute("update marts.kpi_value set run_id = 'release-2' where period_start > date '2024-11-10'")
    assert set(readers._open_each_time(published / "kpi.duckdb", seen)) == {1}
    assert sorted(answer.split()[0] for answer in seen.mixed) == ["agents", "by_queue", "headline", "heat_map"]
