"""Who may read a home, and who did what with it, through the command that people type."""

import getpass
import json
import stat
from pathlib import Path

from tests.support.installation import Installation, tonight


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_refresh_keeps_the_home_private_and_opens_the_publication_to_its_group(installation: Installation) -> None:
    home, published = installation.home.settings.home, installation.home.settings.published
    done = tonight(installation)
    assert done.returncode == 0, done.stdout + done.stderr
    assert mode(published / "kpi.duckdb") == 0o640
    assert mode(published / "parquet") == 0o750
    assert mode(home) & stat.S_IXGRP
    private = ("warehouse.duckdb", ".refresh.lock", ".dbt/target/run_results.json", "audit.jsonl")
    assert {name: oct(mode(home / name)) for name in private} == dict.fromkeys(private, "0o600")
    back = installation.call("rollback", "1")
    assert back.returncode == 0, back.stderr
    assert mode(published / "kpi.duckdb") == 0o640
    told = installation.call("audit", "--json")
    entries = [json.loads(line) for line in told.stdout.splitlines()]
    assert [(entry["action"], entry["release"]) for entry in entries[-2:]] == [("publish", 2), ("rollback", 1)]
    assert {entry["by"] for entry in entries} == {getpass.getuser()}
