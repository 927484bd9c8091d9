"""A delivery that is unlike the usual ones, through a refresh: published with a mark, or stopped until accepted."""

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from orchestration.cli import app
from orchestration.settings import get_settings
from tests.unit.orchestration.support import TinyHome, tiny_home

LAST = date(2024, 11, 2)
AS_OF = datetime(2024, 11, 3)


def rows(day: date, count: int, suffix: str = "") -> list[str]:
    """Return contacts of a day, spread over its hours."""
    return [
        f"{day}-{n}{suffix},voice,s{n % 2},{'false' if n % 5 == 0 else 'true'},{day}T{8 + n % 12:02}:{n % 60:02}:00Z"
        for n in range(count)
    ]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> TinyHome:
    """Return a home that knows five weeks, in which contacts are watched."""
    made = tiny_home(tmp_path)
    made.edit(
        "models/_sources.yml",
        "              key: [contact_id]\n",
        "              key: [contact_id]\n"
        "              watched: {at: started_at, by: site_id, severity: {copies: stop}}\n",
    )
    monkeypatch.setenv("CONTACT_CENTER_HOME", str(made.settings.home))
    monkeypatch.setattr("orchestration.settings.PROJECT_DIR", made.project)
    get_settings.cache_clear()
    made.land("history.csv", [row for back in range(1, 36) for row in rows(LAST - timedelta(days=back), 60)])
    assert made.refresh(AS_OF - timedelta(days=1)).status == "complete"
    assert made.books("select count(*) from meta.finding") == [(0,)]
    return made


def run(*arguments: str) -> tuple[int, str]:
    """Run the refresh of the day and return its exit code and all that it said."""
    result = CliRunner().invoke(app, ["refresh", "--as-of", "2024-11-03", *arguments], catch_exceptions=False)
    return result.exit_code, " ".join(result.output.split())


def test_half_of_a_day_is_published_with_a_finding(home: TinyHome) -> None:
    home.land("day.csv", rows(LAST, 60)[::3])
    code, said = run()
    assert code == 0, said
    assert "hold: standard.contacts of 2024-11-02: 20 rows, where 60 are usual on this weekday" in said
    assert home.books("select severity, rule, entity, business_date from meta.finding") == [
        ("hold", "fewer", "contacts", LAST)
    ]
    [(succeeded,)] = home.books(
        "select is_success from meta.expectation_result"
        " where expectation = 'incoming_usual.standard__contacts.fewer' order by refresh_id desc limit 1"
    )
    assert succeeded is False
    assert home.published("select count(*) from marts.kpi_value where period_start = date '2024-11-02'") != [(0,)]


def test_a_day_that_is_not_delivered_is_told(home: TinyHome) -> None:
    code, said = run()
    assert code == 0, said
    assert "0 rows, where 60 are usual on this weekday" in said
    assert home.books("select severity, rule from meta.finding") == [("hold", "missing")]


def test_a_stop_ends_the_refresh_before_dbt_until_it_is_accepted(home: TinyHome) -> None:
    before = home.publication()
    home.land("day.csv", rows(LAST, 60) + rows(LAST, 60, "-copy"))
    code, said = run()
    assert code == 1
    assert "the refresh FAILED at stage incoming" in said
    assert "50% of 120 rows repeat another one under other ids" in said
    assert "--accept standard.contacts:copies:2024-11-02" in said
    assert home.publication() == before
    code, said = run("--accept", "standard.contacts:copies:2024-11-02")
    assert code == 0, said
    assert home.publication() != before
    assert home.books("select distinct severity from meta.finding where refresh_id = 3 and rule = 'copies'") == [
        ("hold",)
    ]


def test_a_misspelt_rule_or_column_is_an_error_with_its_place(home: TinyHome) -> None:
    home.edit("models/_sources.yml", "severity: {copies: stop}", "severity: {copied: stop}")
    code, said = run()
    assert code == 2
    assert "unknown key 'copied' in watched severity" in said
