"""What a monitor is told of a home: hung, killed, failed, stale, damaged, or well."""

import json
from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from orchestration.ingest.books import create_books
from orchestration.lock import held
from orchestration.monitor import beat, look
from orchestration.publish.whole import sha256
from orchestration.settings import Settings

NOW = datetime(2026, 12, 1, 12)


@pytest.fixture
def home(tmp_path: Path) -> Settings:
    """Return a home with a release of this morning and the refresh that it comes from."""
    settings = Settings(home=tmp_path)
    settings.published.mkdir()
    with duckdb.connect(str(settings.published / "kpi.duckdb")) as con:
        con.execute("create table kpi_value (value double)")
    database = settings.published / "kpi.duckdb"
    files = {"kpi.duckdb": {"size_bytes": database.stat().st_size, "sha256": sha256(database)}}
    manifest = {"release_id": 7, "published_at": "2026-12-01T04:10:00Z", "files": files}
    (settings.published / "manifest.json").write_text(json.dumps(manifest))
    with duckdb.connect(str(settings.warehouse)) as con:
        create_books(con)
        con.execute(
            "insert into meta.refresh (refresh_id, status, stage, started_at)"
            " values (7, 'complete', 'publish', '2026-12-01 04:00')"
        )
    return settings


def change(home: Settings, sql: str) -> None:
    with duckdb.connect(str(home.warehouse)) as con:
        con.execute(sql)


def test_a_home_that_is_well_says_what_is_published(home: Settings) -> None:
    state = look(home, NOW)
    assert (state.code, state.line) == (0, "OK - release 7 published at 2026-12-01T04:10:00Z")


@pytest.mark.parametrize(("status", "word"), [("failed", "failed"), ("running", "was killed")])
def test_a_refresh_that_failed_or_was_killed_is_critical(home: Settings, status: str, word: str) -> None:
    change(home, f"update meta.refresh set status = '{status}', stage = 'dbt'")
    state = look(home, NOW)
    assert state.code == 2
    assert state.line.startswith(f"CRITICAL - refresh 7 {word} at stage dbt (since 2026-12-01 04:00:00 UTC)")


def test_a_finding_is_a_warning_that_names_its_kpis(home: Settings) -> None:
    change(
        home,
        "insert into meta.finding values"
        " (7, 'hold', 'fewer', 'standard', 'contacts', '2026-11-30', '5 rows, where 10 are usual', 'contacts_offered')",
    )
    state = look(home, NOW)
    assert state.code == 1
    assert "standard.contacts of 2026-11-30: 5 rows, where 10 are usual" in state.line
    assert state.troubles[0][1].kpis == ("contacts_offered",)


def test_a_running_refresh_hangs_only_beyond_the_deadline(home: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("orchestration.monitor.utc_now", lambda: datetime(2026, 12, 1, 11))
    beat(home.home, 8, "load")
    monkeypatch.setattr("orchestration.monitor.utc_now", lambda: datetime(2026, 12, 1, 12))
    beat(home.home, 8, "dbt")
    with held(home.home):
        assert look(home, NOW).code == 0
        state = look(home, datetime(2026, 12, 1, 17, 30))
    assert state.code == 2
    assert "refresh 8 hangs at stage dbt (since 2026-12-01 11:00:00 UTC, over 6.0 hours ago)" in state.line


def test_a_stale_a_damaged_and_a_missing_publication_are_critical(home: Settings) -> None:
    assert "the publication is 32 hours old, over 26" in look(home, datetime(2026, 12, 2, 12)).line
    (home.published / "manifest.json").write_text("{")
    assert look(home, NOW).line.startswith("CRITICAL - the publication is damaged")
    (home.published / "manifest.json").unlink()
    assert look(home, NOW).line.startswith("CRITICAL - nothing is published")
