"""The main job, from landing folder to publication, on real extracts of four systems and on standard ones at once."""

import shutil
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.night import RefreshOutcome
from orchestration.settings import PROJECT_DIR, Settings
from tests.support.nights import land_golden, warm_refresh

SAMPLES = PROJECT_DIR.parent / "shared" / "vendors" / "samples"
DELIVERED = {
    "asterisk/scenarios/*.queue_log": "asterisk/queue_log",
    "zendesk/incremental_tickets.json.gz": "zendesk/tickets",
    "zendesk/users/*.json.gz": "zendesk/users",
    "qualtrics/sample.csv": "qualtrics/responses",
    "anonymous_bank/february1999.txt.gz": "anonymous_bank/calls",
}
AS_OF = datetime(2024, 11, 2)
PARAMETERS = {"survey_response_window_days": 5}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a home with real extracts of four systems in its landing folder, beside the golden example."""
    if not SAMPLES.is_dir():
        pytest.skip("needs the vendors' samples, which are kept outside the repository")
    folder = tmp_path_factory.mktemp("real")
    for pattern, target in DELIVERED.items():
        (folder / "landing" / target).mkdir(parents=True)
        for file in sorted(SAMPLES.glob(pattern)):
            shutil.copy(file, folder / "landing" / target)
    land_golden(folder)
    return folder


@pytest.fixture(scope="module")
def first_night(home: Path) -> RefreshOutcome:
    """Return how the first refresh of that home ended."""
    return warm_refresh(Settings(home=home), AS_OF, PARAMETERS)


def published(home: Path, sql: str) -> list[tuple[Any, ...]]:
    """Return the rows of a query over the publication, as a BI tool would ask."""
    with duckdb.connect(str(home / "published" / "kpi.duckdb"), read_only=True) as con:
        return con.execute(sql).fetchall()


def value(home: Path, kpi: str, variant: str, period_type: str, start: date) -> float:
    """Return one published enterprise value, rounded to four decimals."""
    rows = published(
        home,
        f"select round(value, 4) from marts.kpi_value where kpi_id = '{kpi}' and variant = '{variant}'"
        f" and period_type = '{period_type}' and period_start = date '{start}' and scope_type = 'enterprise'",
    )
    assert len(rows) == 1
    return float(rows[0][0])


def test_the_main_job_publishes_four_real_systems_and_standard_extracts_together(
    home: Path, first_night: RefreshOutcome
) -> None:
    assert (first_night.status, first_night.reasons) == ("complete", [])
    with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as con:
        loaded = dict(
            con.execute(
                "select system, sum(row_count) from meta.loaded_file where status = 'loaded' group by system"
            ).fetchall()
        )
    assert loaded["anonymous_bank"] == 33_344
    assert loaded["zendesk"] == 1_000 + 2 * 1_000
    assert loaded["qualtrics"] == 1
    assert loaded["asterisk"] == 71


def test_the_bank_s_published_month_has_the_independent_figures(home: Path, first_night: RefreshOutcome) -> None:
    assert first_night.release is not None
    february = ("month", date(1999, 2, 1))
    assert value(home, "average_speed_of_answer", "default", *february) == 40.7743
    assert value(home, "average_handle_time", "default", *february) == 176.3530
    assert value(home, "service_level", "answered_only", *february) == 59.6753
    assert value(home, "service_level", "all_abandons_penalise", *february) == 49.0201
    assert value(home, "contacts_abandoned", "incl_short", *february) == 5_904


def test_the_golden_month_is_undisturbed_by_the_other_systems(home: Path, first_night: RefreshOutcome) -> None:
    assert first_night.release is not None
    year = ("year", date(2024, 1, 1))
    assert value(home, "service_level", "default", *year) == 62.5
    assert value(home, "cost_per_contact", "default", *year) == 38.8889
    assert value(home, "csat_score", "default", *year) == 71.4286


def test_no_personal_data_of_the_samples_is_published(home: Path, first_night: RefreshOutcome) -> None:
    assert first_night.release is not None
    secrets = ("customer@example.com", "The Customer", "130.92.34.66", "Hello World")
    tables = published(home, "select table_schema, table_name from information_schema.tables")
    assert tables
    for schema, table in tables:
        text = " ".join(str(row) for row in published(home, f"select * from {schema}.{table}"))
        assert not [secret for secret in secrets if secret in text], table


def test_a_second_refresh_without_news_changes_no_published_number(home: Path, first_night: RefreshOutcome) -> None:
    assert first_night.release is not None
    columns = "* exclude (computed_at, run_id)"
    before = home / "before.duckdb"
    shutil.copy(home / "published" / "kpi.duckdb", before)
    again = warm_refresh(Settings(home=home), AS_OF, PARAMETERS)
    assert (again.status, again.is_full) == ("complete", False)
    with duckdb.connect() as con:
        con.execute(f"attach '{before}' as one (read_only)")
        con.execute(f"attach '{home / 'published' / 'kpi.duckdb'}' as two (read_only)")
        for first, second in (("one", "two"), ("two", "one")):
            changed = con.execute(
                f"select {columns} from {first}.marts.kpi_value"
                f" except all select {columns} from {second}.marts.kpi_value"
            ).fetchall()
            assert changed == []
        assert con.execute("select count(*) > 10000 from two.marts.kpi_value").fetchall() == [(True,)]
