"""Real vendor files load with a declaration alone. The files are not part of the project."""

import gzip
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.ingest.books import create_books, start_refresh, utc_now
from orchestration.ingest.declarations import load_declarations
from orchestration.ingest.load import FileOutcome, load_landing
from orchestration.ingest.raw import ensure_raw_tables

SHARED = Path(__file__).resolve().parents[3] / "shared"
SAMPLES = SHARED / "vendors" / "samples"
GOLDEN = SHARED / "kpi" / "golden" / "inputs"

Columns = dict[str, dict[str, Any]]

pytestmark = pytest.mark.skipif(not SAMPLES.is_dir(), reason="the vendor samples beside the repository are absent")


@pytest.fixture
def con(tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(tmp_path / "warehouse.duckdb")) as connection:
        create_books(connection)
        yield connection


def _load(
    con: duckdb.DuckDBPyConnection,
    folder: Path,
    samples: list[Path],
    columns: dict[str, dict[str, Any]],
    **extract: Any,
) -> list[FileOutcome]:
    """Load copies of samples as extract ``vendor.rows`` and return what happened to each."""
    for sample in samples:
        target = folder / "landing" / "vendor" / sample.name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(sample, target)
    node = {
        "source_name": "vendor",
        "name": "rows",
        "identifier": "vendor__rows",
        "schema": "raw",
        "original_file_path": "sources.yml",
        "columns": {
            name: {
                "data_type": meta["data_type"],
                "config": {"meta": {key: value for key, value in meta.items() if key != "data_type"}},
            }
            for name, meta in columns.items()
        },
        "config": {"meta": {"extract": {"path": "vendor/*"} | extract}},
    }
    declarations = load_declarations({"sources": {"source": node}})
    ensure_raw_tables(con, declarations)
    refresh_id = start_refresh(con, run_id="test", as_of=utc_now())
    return list(load_landing(con, folder / "landing", declarations, refresh_id).outcomes)


def test_qualtrics_labels_are_not_answers(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    columns: Columns = {
        "response_id": {"data_type": "varchar", "from": "ResponseId", "required": True},
        "recorded_at": {"data_type": "timestamp", "from": "RecordedDate", "required": True},
        "duration_seconds": {"data_type": "integer", "from": "Duration (in seconds)"},
        "q1": {"data_type": "integer", "from": "Q1"},
    }
    samples = [SAMPLES / "qualtrics" / "sample.csv"]
    (outcome,) = _load(con, tmp_path, samples, columns, format="csv", header={"rows": 3, "label_rows": 2})
    assert (outcome.status, outcome.rows, outcome.rejected) == ("loaded", 1, 0)
    rows = con.execute(
        "select response_id, recorded_at::varchar, duration_seconds, q1, _line_number, _extra_columns ->> 'Q2' "
        "from raw.vendor__rows"
    ).fetchall()
    assert rows == [("R_2YPOQ602ER1jkf1", "2017-07-18 08:28:48", 38, 2, 4, "Hello World!")]


def test_zendesk_export_page_gives_its_thousand_tickets(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    columns: Columns = {
        "id": {"data_type": "bigint", "required": True},
        "status": {"data_type": "varchar", "required": True},
        "channel": {"data_type": "varchar", "from": "via.channel"},
        "created_at": {"data_type": "timestamp", "required": True},
        "generated_timestamp": {"data_type": "bigint"},
        "tags": {"data_type": "json"},
    }
    samples = [SAMPLES / "zendesk" / "incremental_tickets.json.gz"]
    (outcome,) = _load(con, tmp_path, samples, columns, format="json", records="tickets")
    assert (outcome.status, outcome.rows, outcome.rejected) == ("loaded", 1000, 0)
    assert con.execute(
        "select count(*) filter (where status = 'deleted'), count(distinct _line_number), count(channel), "
        "count(*) filter (where epoch(created_at) <= generated_timestamp) from raw.vendor__rows"
    ).fetchall() == [(515, 1000, 1000, 1000)]


def test_a_bank_month_of_calls_loads_whole(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    columns: Columns = {
        "line": {"data_type": "varchar", "from": "vru+line", "required": True},
        "call_id": {"data_type": "integer", "required": True},
        "on_date": {"data_type": "date", "from": "date", "format": "%y%m%d", "required": True},
        "vru_time": {"data_type": "integer", "minimum": 0},
        "outcome": {"data_type": "varchar", "accepted_values": ["AGENT", "HANG", "PHANTOM"]},
        "server": {"data_type": "varchar"},
    }
    samples = [SAMPLES / "anonymous_bank" / "february1999.txt.gz"]
    (outcome,) = _load(con, tmp_path, samples, columns, format="csv", delimiter="\t")
    # 25 calls have a negative time in the voice menu, known dirt of this file.
    assert (outcome.status, outcome.rows, outcome.rejected) == ("loaded", 33_344 - 25, 25)
    assert con.execute(
        "select min(on_date)::varchar, max(on_date)::varchar, max(_line_number), "
        "count(*) filter (where server like '%' || chr(13)) from raw.vendor__rows"
    ).fetchall() == [("1999-02-01", "1999-02-28", 33_345, 0)]
    with gzip.open(samples[0], "rt", newline="\n") as file:
        lines = file.read().split("\r\n")
    rejected = con.execute("select line_number, rule, record from meta.rejected_row").fetchall()
    assert [(rule, record) for _, rule, record in rejected] == [("minimum", lines[n - 1]) for n, _, _ in rejected]
    assert len(rejected) == 25


def test_asterisk_queue_logs_keep_every_line(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    samples = sorted((SAMPLES / "asterisk" / "scenarios").glob("*.queue_log"))
    outcomes = _load(con, tmp_path, samples, {"line": {"data_type": "varchar"}}, format="lines")
    assert len(outcomes) == len(samples) == 8
    assert {outcome.status for outcome in outcomes} == {"loaded"}
    loaded = con.execute(
        "select string_agg(line, chr(10) order by _line_number) from raw.vendor__rows "
        "group by _file_id order by _file_id"
    ).fetchall()
    assert [text for (text,) in loaded] == ["\n".join(sample.read_text().split()) for sample in samples]


def test_salesforce_cases_load_with_offsets_and_custom_columns(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    columns: Columns = {
        "id": {"data_type": "varchar", "required": True, "pattern": "[A-Za-z0-9]{18}"},
        "created_at": {"data_type": "timestamp", "from": "CreatedDate", "required": True},
        "is_closed": {"data_type": "boolean", "from": "IsClosed"},
    }
    (outcome,) = _load(con, tmp_path, [SAMPLES / "salesforce" / "Case.csv"], columns, format="csv")
    assert (outcome.status, outcome.rejected) == ("loaded", 0)
    assert con.execute(
        "select created_at::varchar, is_closed, _extra_columns ->> 'External_id__c' from raw.vendor__rows "
        "where id = '500Ec000009YUY8IAO'"
    ).fetchall() == [("2024-01-23 13:26:08", True, "contact_case_1")]


def test_a_genesys_conversation_is_one_record(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    columns: Columns = {
        "conversation_id": {"data_type": "varchar", "from": "conversationId", "required": True},
        "started_at": {"data_type": "timestamp", "from": "conversationStart", "required": True},
        "participants": {"data_type": "json", "required": True},
    }
    samples = [SAMPLES / "genesys_cloud" / "blueprint_conversation1.json"]
    (outcome,) = _load(con, tmp_path, samples, columns, format="json")
    assert (outcome.rows, outcome.rejected) == (1, 0)
    assert con.execute(
        "select started_at::varchar, participants ->> '$[0].purpose' from raw.vendor__rows"
    ).fetchall() == [("2021-04-01 12:27:53.386", "customer")]


def test_every_golden_extract_loads_as_text_without_loss(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    samples = sorted(GOLDEN.glob("*.csv"))
    for number, sample in enumerate(samples):
        header, *lines = sample.read_text().splitlines()
        columns: Columns = {name: {"data_type": "varchar"} for name in header.split(",")}
        con.execute("drop table if exists raw.vendor__rows")
        folder = tmp_path / str(number)
        (outcome,) = _load(con, folder, [sample], columns, format="csv")
        assert (outcome.status, outcome.rows, outcome.rejected) == ("loaded", len(lines), 0), sample.name
    assert len(samples) == 42
