"""A copy in PostgreSQL holds what is published, is swapped under its readers, and a failure leaves the old one."""

import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from adbc_driver_postgresql import dbapi
from pydantic import SecretStr

from orchestration.publish.postgres import PostgresError, copy_to_postgres
from orchestration.settings import PROJECT_DIR
from tests.support.postgres import Server, missing, server
from tests.unit.orchestration.support import contacts, tiny_home

pytestmark = pytest.mark.skipif(bool(missing()), reason=missing())

READER = "board reader"
ODBC = sorted(Path("/usr/lib").glob("*/odbc/psqlodbcw.so")) if shutil.which("isql") else []
TYPES = {
    "release_id": ("INTEGER", "integer"),
    "count_big": ("BIGINT", "bigint"),
    "value": ("DOUBLE", "double precision"),
    "kpi_id": ("VARCHAR", "text"),
    "period_start": ("DATE", "date"),
    "computed_at": ("TIMESTAMP", "timestamp without time zone"),
    "is_final": ("BOOLEAN", "boolean"),
    "fte": ("DECIMAL(4,3)", "numeric"),
    "variant": ("VARCHAR", "text"),
    "period_type": ("VARCHAR", "text"),
    "scope_type": ("VARCHAR", "text"),
}


def publish(folder: Path, number: int, rows: int = 500) -> Path:
    """Write a publication with that number in every row of every table; every second value is NULL."""
    folder.mkdir(exist_ok=True)
    (folder / "kpi.duckdb").unlink(missing_ok=True)
    columns = ", ".join(f"cast(null as {kind}) as {name}" for name, (kind, _) in TYPES.items())
    with duckdb.connect(str(folder / "kpi.duckdb")) as con:
        con.execute("create schema marts")
        con.execute(f"create table marts.release as select {number}::integer as release_id")
        con.execute(f"create table marts.kpi_value as select {columns} limit 0")
        con.execute(
            "insert into marts.kpi_value"
            f" select {number}, 9007199254740993, case when n % 2 = 0 then 0.1 end, 'it''s ü', date '2024-11-01',"
            " timestamp '2024-11-02 03:04:05.000006', true, 0.875, 'default', 'day', 'site'"
            f" from range({rows}) as numbers(n)"
        )
        con.execute("create view marts.mart_all as select release_id, value from marts.kpi_value")
        con.execute("comment on table marts.kpi_value is 'What''s counted.'")
        con.execute("comment on column marts.kpi_value.value is 'The figure.'")
    return folder


@pytest.fixture(scope="module")
def running() -> Iterator[Server]:
    with server() as started:
        yield started


@pytest.fixture
def postgres(running: Server) -> Server:
    """Return the server without the schemas of the test before."""
    running.ask("drop schema if exists marts cascade; drop schema if exists theirs cascade")
    return running


def served(postgres: Server) -> list[str]:
    return postgres.ask("select distinct release_id from marts.kpi_value union select release_id from marts.release")


def test_postgres_serves_every_table_and_view_with_plain_types_and_comments(postgres: Server, tmp_path: Path) -> None:
    copy = copy_to_postgres(publish(tmp_path, 4), postgres.url(), READER)
    assert (copy.release_id, copy.tables, copy.rows) == (4, 3, 1001)
    for table, rows in (("kpi_value", "500"), ("mart_all", "500"), ("release", "1")):
        assert postgres.ask(f"select count(*) from marts.{table}") == [rows]
    types = postgres.ask(
        "select column_name || '=' || data_type from information_schema.columns"
        " where table_schema = 'marts' and table_name = 'kpi_value' order by ordinal_position"
    )
    assert types == [f"{name}={kind}" for name, (_, kind) in TYPES.items()]
    assert postgres.ask("select distinct count_big, kpi_id, period_start, computed_at, fte from marts.kpi_value") == [
        "9007199254740993|it's ü|2024-11-01|2024-11-02 03:04:05.000006|0.875"
    ]
    assert postgres.ask("select count(value), sum(value)::numeric(9, 6) from marts.mart_all") == ["250|25.000000"]
    assert postgres.ask("select obj_description('marts.kpi_value'::regclass)") == ["What's counted."]
    assert postgres.ask("select col_description('marts.kpi_value'::regclass, 3)") == ["The figure."]


@pytest.mark.skipif(not ODBC, reason="no ODBC driver here (Debian: apt-get install unixodbc odbc-postgresql)")
def test_a_tool_reads_every_table_through_odbc(postgres: Server, tmp_path: Path) -> None:
    copy_to_postgres(publish(tmp_path, 3), postgres.url(), READER)
    postgres.ask(f'drop role if exists office; create role office login in role "{READER}"')
    tables = postgres.ask("select tablename from pg_tables where schemaname = 'marts' order by 1")
    assert tables == ["kpi_value", "mart_all", "release"]
    connection = f"Driver={ODBC[0]};Servername={postgres.folder};Database=bi;Username=office;"
    asked = "".join(f"select max(release_id) + count(*) as number from marts.{table}\n" for table in tables)
    command = ["isql", "-k", "-b", connection]
    done = subprocess.run(command, input=asked, capture_output=True, text=True, check=False)
    assert re.findall(r"^\| (\d+) +\|$", done.stdout, flags=re.MULTILINE) == ["503", "503", "4"], done.stdout


def test_the_reader_reads_everything_and_writes_nothing(postgres: Server, tmp_path: Path) -> None:
    for number in (1, 2):
        copy_to_postgres(publish(tmp_path, number), postgres.url(), READER)
    postgres.ask(f'drop role if exists analyst; create role analyst login in role "{READER}"')
    assert postgres.ask("select max(release_id) from marts.mart_all", user="analyst") == ["2"]
    for attempt in (
        "update marts.kpi_value set value = 1",
        "delete from marts.release",
        "insert into marts.release values (3)",
        "create table marts.mine (one integer)",
        "drop table marts.release",
    ):
        refused = postgres.psql(attempt, user="analyst")
        assert refused.returncode != 0
        assert "permission denied" in refused.stderr or "must be owner" in refused.stderr


def test_readers_meet_no_error_and_no_mixed_release_while_releases_change(postgres: Server, tmp_path: Path) -> None:
    copy_to_postgres(publish(tmp_path, 1), postgres.url(), READER)
    seen: list[tuple[int, ...]] = []
    errors: list[str] = []
    stop = threading.Event()

    def read() -> None:
        query = (
            "select min(least(v.release_id, r.release_id, a.lowest)), max(greatest(v.release_id, r.release_id,"
            " a.highest)), count(*) from marts.kpi_value as v cross join marts.release as r"
            " cross join (select min(release_id) as lowest, max(release_id) as highest from marts.mart_all) as a"
        )
        with dbapi.connect(postgres.url(), autocommit=True) as connection, connection.cursor() as cursor:
            while not stop.is_set():
                try:
                    cursor.execute(query)
                    seen.extend(tuple(row) for row in cursor.fetchall())
                except dbapi.Error as error:
                    errors.append(str(error))

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    try:
        for number in range(2, 8):
            copy_to_postgres(publish(tmp_path, number), postgres.url(), READER)
    finally:
        stop.set()
        for reader in readers:
            reader.join()
    assert errors == []
    assert {(low, high, rows) for low, high, rows in seen if low != high or rows != 500} == set()
    assert len({low for low, *_ in seen}) > 3


def test_a_copy_that_fails_half_way_keeps_what_was_served(postgres: Server, tmp_path: Path) -> None:
    copy_to_postgres(publish(tmp_path, 1), postgres.url(), READER)
    broken = publish(tmp_path, 2)
    with duckdb.connect(str(broken / "kpi.duckdb")) as con:
        con.execute("create table marts.zzz as select chr(0) as not_for_postgres")
    with pytest.raises(PostgresError, match="0x00"):
        copy_to_postgres(broken, postgres.url(), READER)
    assert served(postgres) == ["1"]
    assert postgres.ask("select nspname from pg_namespace where nspname like 'marts%'") == ["marts"]


def test_a_reader_who_does_not_let_go_keeps_what_was_served(postgres: Server, tmp_path: Path) -> None:
    copy_to_postgres(publish(tmp_path, 1), postgres.url(), READER)
    with dbapi.connect(postgres.url()) as connection, connection.cursor() as cursor:
        cursor.execute("select count(*) from marts.kpi_value")
        cursor.fetchall()
        with pytest.raises(PostgresError, match="read for 1 s without a pause"):
            copy_to_postgres(publish(tmp_path, 2), postgres.url(), READER, patience=1)
        assert served(postgres) == ["1"]
        connection.rollback()
    copy_to_postgres(tmp_path, postgres.url(), READER)
    assert served(postgres) == ["2"]


def test_nothing_of_others_is_dropped(postgres: Server, tmp_path: Path) -> None:
    postgres.ask("create schema marts; create table marts.release as select 99 as release_id")
    with pytest.raises(PostgresError, match="a schema marts that is not ours"):
        copy_to_postgres(publish(tmp_path, 1), postgres.url(), READER)
    assert postgres.ask("select release_id from marts.release") == ["99"]
    postgres.ask("drop schema marts cascade")
    copy_to_postgres(tmp_path, postgres.url(), READER)
    postgres.ask("create schema theirs; create view theirs.figures as select value from marts.kpi_value")
    with pytest.raises(PostgresError, match=r"theirs\.figures depends on table marts\.kpi_value"):
        copy_to_postgres(publish(tmp_path, 2), postgres.url(), READER)
    assert postgres.ask("select count(*) from theirs.figures") == ["500"]
    assert served(postgres) == ["1"]


def test_a_night_copies_its_release_and_says_when_it_could_not(postgres: Server, tmp_path: Path) -> None:
    home = tiny_home(tmp_path)
    there = home.settings.model_copy(update={"postgres_url": SecretStr(postgres.url())})
    gone = home.settings.model_copy(update={"postgres_url": SecretStr("postgresql:///bi?host=/nowhere")})
    home.land("day1.csv", contacts(10))
    first = type(home)(there, home.project).refresh()
    assert (first.status, first.problems) == ("complete", [])
    assert first.stage_seconds["postgres"] > 0
    assert postgres.ask("select distinct denominator from marts.kpi_value where scope_type = 'enterprise'") == ["10"]
    home.land("late.csv", contacts(10, prefix="late"))
    second = type(home)(gone, home.project).refresh()
    assert second.status == "complete"
    assert [problem.split(":")[0] for problem in second.problems] == ["PostgreSQL serves what it served before"]
    assert home.published("select release_id from marts.release") == [(2,)]
    assert postgres.ask("select release_id from marts.release") == ["1"]
    [(message,)] = home.books("select message from meta.refresh where refresh_id = 2")
    assert "/nowhere" in message


def test_the_command_repeats_the_copy(postgres: Server, tmp_path: Path) -> None:
    publish(tmp_path / "published", 5)

    def call(url: str) -> "subprocess.CompletedProcess[str]":
        program = "import sys; from orchestration.cli import app; app(['publish-postgres'])"
        environment = {**os.environ, "CONTACT_CENTER_HOME": str(tmp_path), "CONTACT_CENTER_POSTGRES_URL": url}
        environment["PYTHONPATH"] = str(PROJECT_DIR)
        command = [sys.executable, "-c", program]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

    done = call(postgres.url())
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("PostgreSQL serves release 5: 3 tables with 1,001 rows in schema marts")
    assert served(postgres) == ["5"]
    assert call("").returncode == 2
    failed = call("postgresql:///bi?host=/nowhere")
    assert failed.returncode == 1
    assert "PostgreSQL serves what it served before" in failed.stderr
