"""The bundle in bi/superset is imported into a real Superset, and its charts answer as SQL does: `make test-superset`.

Opt-in: it installs Superset from the package index into .venv-superset, and needs a publication (`make refresh`).
"""

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.publish.postgres import copy_to_postgres
from orchestration.publish.replace import put_in_place
from orchestration.settings import get_settings
from tests.optional import superset
from tests.support.postgres import missing, server

KEPT = {"kpi_id": "service_level", "period_type": "month", "scope_type": "queue"}
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
PICTURE = Path(os.environ.get("CI_REPORTS", get_settings().home)) / "superset.png"


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the publication in place, which the test may replace."""
    if not (get_settings().published / "kpi.duckdb").is_file():
        pytest.skip(f"nothing is published in {get_settings().published}: run `make refresh` first")
    copy = tmp_path_factory.mktemp("bi") / "published"
    shutil.copytree(get_settings().published, copy)
    return copy


@pytest.fixture(scope="module")
def served(published: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[superset.Superset]:
    with superset.running(tmp_path_factory.mktemp("superset")) as running:
        running.import_dashboard(superset.bundle(published / "kpi.duckdb"))
        yield running


def ask(published: Path, sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(published / "kpi.duckdb"), read_only=True) as con:
        return con.execute(sql).fetchall()


def test_every_chart_of_the_bundle_is_imported_and_returns_rows(served: superset.Superset) -> None:
    charts = served.charts()
    assert len(charts) == len(list((superset.BUNDLE / "charts").glob("*.yaml"))) == 10
    rows = {name: len(served.rows(number)) for name, number in charts.items()}
    assert {name for name, count in rows.items() if not count} == set()


def test_the_service_level_by_day_is_the_published_value(served: superset.Superset, published: Path) -> None:
    shown = served.rows(served.charts()["Service level (%)"])
    expected = ask(
        published,
        "select epoch_ms(period_start::timestamp), value from marts.kpi_value where kpi_id = 'service_level'"
        " and variant = 'default' and period_type = 'day' and scope_type = 'enterprise'"
        " and period_end < (select (as_of + interval 12 hour)::date from marts.release) order by 1",
    )
    found = sorted((row["period_start"], row["kpi"]) for row in shown)
    assert [day for day, _ in found] == [day for day, _ in expected]
    assert [value for _, value in found] == pytest.approx([value for _, value in expected], nan_ok=True)


def test_a_metric_over_many_weeks_divides_sums(served: superset.Superset, published: Path) -> None:
    shown = {
        (row["half_hour"], row["weekday"]): row["service_level"]
        for row in served.rows(served.charts()["Service level by weekday and half-hour"])
    }
    expected = ask(
        published,
        "select strftime(interval_local_start, '%H:%M') as half_hour,"
        " isodow(interval_local_start) || ' ' || dayname(interval_local_start) as weekday,"
        " 100 * sum(numerator) / sum(denominator), avg(value) from marts.kpi_value where kpi_id = 'service_level'"
        " and variant = 'default' and period_type = 'interval' and scope_type = 'enterprise' group by 1, 2",
    )
    assert shown == {(hour, day): pytest.approx(value) for hour, day, value, _ in expected}
    assert any(abs(value - mean) > 0.1 for _, _, value, mean in expected if value is not None)


def test_a_kpi_over_unlike_rows_is_empty_and_not_wrong(served: superset.Superset) -> None:
    chart = served.get(f"/api/v1/chart/{served.charts()['Service level (%)']}")["result"]["params"]
    dataset = int(json.loads(chart)["datasource"].split("__")[0])
    for column in ("period_type", "scope_type", "kpi_id"):
        mixed = [{"col": name, "op": "==", "val": value} for name, value in KEPT.items() if name != column]
        query = {
            "columns": [],
            "metrics": ["kpi"],
            "filters": [*mixed, {"col": "variant", "op": "==", "val": "default"}],
        }
        document = {"datasource": {"id": dataset, "type": "table"}, "queries": [query]}
        [result] = served.post("/api/v1/chart/data", document)["result"]
        assert result["data"] == [{"kpi": None}], column


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here (Debian: apt-get install chromium)")
def test_the_dashboard_opens_without_an_error(served: superset.Superset) -> None:
    from playwright.sync_api import sync_playwright

    assert served.token
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1440, "height": 2200})
        page.goto(f"{superset.ADDRESS}/login/")
        page.wait_for_selector("input[type=password]", timeout=60_000)
        page.fill("#username", superset.ACCOUNT)
        page.fill("input[type=password]", superset.ACCOUNT)
        page.keyboard.press("Enter")
        page.wait_for_url(lambda url: "/login" not in url, timeout=60_000)
        page.goto(f"{superset.ADDRESS}/superset/dashboard/contact-center/?standalone=1")
        page.wait_for_selector("text=Agents in the last complete month", timeout=120_000)
        page.wait_for_selector("text=Handle time (s)", timeout=120_000)
        page.wait_for_function("document.querySelectorAll('.loading').length === 0", timeout=120_000)
        page.wait_for_timeout(5000)
        shown = page.inner_text("body")
        page.screenshot(path=str(PICTURE), full_page=True)
        browser.close()
    assert "Queues in the last complete month" in shown
    for wrong in ("Unexpected error", "Data error", "No results", "Error:"):
        assert wrong not in shown


@pytest.mark.skipif(bool(missing()), reason=missing())
def test_superset_reads_every_table_of_the_postgres_copy(served: superset.Superset, published: Path) -> None:
    with server() as postgres:
        copy_to_postgres(published, postgres.url(), "contact_center_reader")
        postgres.ask("create role superset login in role contact_center_reader")
        uri = f"postgresql+psycopg2://superset@/bi?host={postgres.folder}"
        document = {"database_name": "PostgreSQL copy", "sqlalchemy_uri": uri, "expose_in_sqllab": True}
        database = served.post("/api/v1/database/", document)["id"]
        for table in postgres.ask("select tablename from pg_tables where schemaname = 'marts'"):
            sql = f"select count(*) as number from marts.{table}"
            answer = served.post("/api/v1/sqllab/execute/", {"database_id": database, "sql": sql, "runAsync": False})
            assert answer["data"] == [{"number": ask(published, sql)[0][0]}], table


def test_a_replaced_file_is_seen_by_the_next_query(served: superset.Superset, published: Path) -> None:
    chart = served.charts()["Contacts offered"]
    before = sum(row["kpi"] for row in served.rows(chart))
    candidate = published / ".candidate-999"
    shutil.copytree(published, candidate, ignore=shutil.ignore_patterns(".*"))
    with duckdb.connect(str(candidate / "kpi.duckdb")) as con:
        con.execute(
            "update marts.kpi_value set numerator = numerator * 2, value = value * 2 where kpi_id = 'contacts_offered'"
        )
    (candidate / "manifest.json").write_text('{"release_id": 999}')
    put_in_place(candidate, published, 999)
    assert sum(row["kpi"] for row in served.rows(chart)) == 2 * before
