"""Every DuckDB client from 1.1 on reads all of the publication in place: `make test-clients`.

Opt-in, because it installs each client into an environment of its own, from the package index.
"""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from orchestration.settings import get_settings

CLIENTS = ("1.1", "1.2", "1.3", "1.4", "1.5", "2.0")
"""The newest patch of each is taken."""

READ_ALL = """
import json, sys, duckdb
with duckdb.connect(sys.argv[1], read_only=True) as con:
    con.execute("set enable_progress_bar = false")
    names = con.execute(
        "select table_name from information_schema.tables where table_schema = 'marts' order by 1"
    ).fetchall()
    read = {}
    for (name,) in names:
        columns = [row[0] for row in con.execute(f'describe marts."{name}"').fetchall()]
        counts = ", ".join(f'count("{column}")' for column in columns)
        texts = " || ".join(f"coalesce(cast(\\"{column}\\" as varchar), '')" for column in columns)
        sums = f"count(*), sum(length({texts}))::bigint, {counts}"
        read[name] = con.execute(f'select {sums} from marts."{name}"').fetchone()
    print(json.dumps([duckdb.__version__, read]))
"""
"""Reads every value of every table and view: its rows, the length of all values as text, the values by column."""


@pytest.fixture(scope="module")
def publication() -> Path:
    file = get_settings().published / "kpi.duckdb"
    if not file.is_file():
        pytest.skip(f"nothing is published at {file}: run `make refresh` first")
    return file


def read_all(python: Path | str, publication: Path) -> tuple[str, dict[str, list[int]]]:
    command = [str(python), "-c", READ_ALL, str(publication)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    version, read = json.loads(done.stdout)
    return version, read


@pytest.mark.parametrize("client", CLIENTS)
def test_the_client_reads_every_table_and_view_as_we_do(client: str, publication: Path, tmp_path: Path) -> None:
    uv = shutil.which("uv", path=str(Path(sys.executable).parent)) or "uv"
    python = tmp_path / "client" / "bin" / "python"
    for command in (
        [uv, "venv", "--quiet", "--python", sys.executable, str(tmp_path / "client")],
        [uv, "pip", "install", "--quiet", "--python", str(python), f"duckdb=={client}.*"],
    ):
        subprocess.run(command, check=True)
    _, ours = read_all(sys.executable, publication)
    version, theirs = read_all(python, publication)
    assert version.startswith(client)
    assert theirs == ours
    with duckdb.connect(str(publication), read_only=True) as con:
        [(views,)] = con.execute("select count(*) from duckdb_views() where not internal").fetchall()
    assert views >= 11
    sys.stdout.write(f"duckdb {version}: {len(theirs)} tables and views, {sum(r[0] for r in theirs.values()):,} rows\n")
