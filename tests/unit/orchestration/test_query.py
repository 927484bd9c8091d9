"""A query reads the publication and nothing else; what is cut off is said to be."""

import json
from pathlib import Path

import duckdb
import pytest

from orchestration.cli_query import ask, run_query
from orchestration.settings import Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Return a home with a publication of sixty rows."""
    home = tmp_path / "home"
    (home / "published").mkdir(parents=True)
    with duckdb.connect(str(home / "published" / "kpi.duckdb")) as con:
        con.execute("create schema marts")
        con.execute("create table marts.kpi_value as select n as number, 'x,' || n as text from range(60) as rows(n)")
    return Settings(home=home)


def test_a_table_shows_fifty_rows_and_says_that_there_are_more(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_query(settings, "from kpi_value order by number", "table", None) == 0
    shown = capsys.readouterr().out.splitlines()
    assert len(shown) == 52
    assert shown[1].split() == ["0", "x,0"]
    assert "there are more" in shown[-1]


def test_csv_and_json_are_complete_unless_a_limit_is_given(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_query(settings, "from marts.kpi_value order by number", "csv", None) == 0
    lines = capsys.readouterr().out.splitlines()
    assert (lines[0], lines[1], len(lines)) == ("number,text", '0,"x,0"', 61)
    assert run_query(settings, "from marts.kpi_value order by number", "json", 2) == 0
    printed = capsys.readouterr()
    assert json.loads(printed.out) == [{"number": 0, "text": "x,0"}, {"number": 1, "text": "x,1"}]
    assert "there are more" in printed.err


def test_what_was_delivered_gives_a_terminal_no_orders_and_a_spreadsheet_no_formulas(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    sql = "select chr(27) || '[2J' as orders, '=1+1' as formula, -1 as number, '-' as dash"
    assert run_query(settings, sql, "table", None) == 0
    assert capsys.readouterr().out.splitlines()[1].split() == ["\\x1b[2J", "=1+1", "-1", "-"]
    assert run_query(settings, sql, "csv", None) == 0
    assert capsys.readouterr().out.splitlines()[1] == "\x1b[2J,'=1+1,-1,'-"


@pytest.mark.parametrize(
    "sql",
    [
        "delete from kpi_value",
        "create table other as select 1",
        "copy kpi_value to 'out.csv'",
        "from read_csv('/etc/hostname')",
        "attach 'other.duckdb'",
        "selec 1",
        "",
    ],
)
def test_a_query_that_writes_reaches_out_or_is_none_is_wrong_usage(
    settings: Settings, sql: str, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run_query(settings, sql, "table", None) == 2
    assert "cannot be answered" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["home"]
    assert ask(settings.published / "kpi.duckdb", "select count(*) from kpi_value", None).rows == [(60,)]


def test_before_the_first_refresh_the_command_says_what_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_query(Settings(home=tmp_path), "select 1", "table", None) == 1
    assert "contact-center refresh" in capsys.readouterr().err
