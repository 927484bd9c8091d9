"""What the command says before it reads the project, and what `check` says of files: the real command in a process."""

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from orchestration.settings import PROJECT_DIR
from tests.support.nights import GOLDEN

COMMAND = Path(sys.executable).parent / "contact-center"
CONTACTS = "contact_id,channel,direction,initiation_method,site_id,started_at,last_updated_at"


def run(folder: Path, *arguments: str, home: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run the command in a folder; without a home, that is what the folder's `.env` or the default says."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CONTACT_CENTER_")}
    environment |= {"COLUMNS": "160"} | ({"CONTACT_CENTER_HOME": str(home)} if home else {})
    return subprocess.run(
        [COMMAND, *arguments],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=300,
        check=False,
    )


def land(home: Path, name: str, *lines: str) -> Path:
    """Write a file below the landing folder."""
    file = home / "landing" / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("\n".join(lines) + "\n")
    return file


def test_a_home_that_does_not_exist_is_told_and_not_made(tmp_path: Path) -> None:
    home = tmp_path / "contact-centre"
    for command in ("refresh", "check"):
        done = run(tmp_path, command, home=home)
        assert done.returncode == 2
        assert f"CONTACT_CENTER_HOME is {home}, and there is no such folder" in done.stdout
    assert not home.exists()


def test_a_landing_folder_without_files_begins_no_refresh(tmp_path: Path) -> None:
    done = run(tmp_path, "refresh", home=tmp_path)
    assert done.returncode == 2
    assert f"no file was delivered yet: {tmp_path / 'landing'} holds none" in done.stdout
    assert "contact-center demo" in done.stdout
    assert list(tmp_path.iterdir()) == []


def test_misnamed_extracts_are_told_with_the_name_that_is_meant(tmp_path: Path) -> None:
    for number in (1, 2):
        land(tmp_path, f"standard/contact_segment/{number}.csv", "segment_id", "1")
    land(tmp_path, "standart/agents/agents.csv", "agent_id", "1")
    land(tmp_path, "contacts-2024-10-25.csv", CONTACTS)
    land(tmp_path, "photos/holiday/beach.csv", "a")
    done = run(tmp_path, "refresh", home=tmp_path)
    assert done.returncode == 2
    lines = done.stdout.splitlines()
    assert (
        "standard/contact_segment/ (2 files) belongs to no declared extract; did you mean standard/contact_segments/?"
        in lines
    )
    assert "standart/agents/ belongs to no declared extract; did you mean standard/agents/?" in lines
    assert "contacts-2024-10-25.csv belongs to no declared extract; did you mean standard/contacts/?" in lines
    assert "photos/holiday/ belongs to no declared extract: extracts lie in <system>/<entity>/" in lines
    assert not (tmp_path / "warehouse.duckdb").exists()


@pytest.mark.parametrize(("delimiter", "shown"), [(";", "';'"), ("\t", r"'\t'"), ("|", "'|'")])
def test_a_wrong_delimiter_is_named(tmp_path: Path, delimiter: str, shown: str) -> None:
    land(tmp_path, "standard/contacts/1.csv", CONTACTS.replace(",", delimiter))
    done = run(tmp_path, "refresh", home=tmp_path)
    assert done.returncode == 2
    assert f"it looks like text separated by {shown}, but ',' is declared" in done.stdout
    assert not (tmp_path / "warehouse.duckdb").exists()


def test_check_tells_what_would_load_and_what_would_be_left_out_without_a_warehouse(tmp_path: Path) -> None:
    updated = "2024-10-25T11:00:00Z"
    rows = [
        f"1,voice,inbound,inbound,S1,{updated},{updated}",
        f"2,voize,inbound,inbound,S1,yesterday,{updated}",
        "3,voice",
    ]
    land(tmp_path, "standard/contacts/1.csv", CONTACTS, *rows)
    land(tmp_path, "standard/agents/1.csv", "name", "Ann")
    land(tmp_path, "standard/queue/1.csv", "queue_id", "q")
    done = run(tmp_path, "check", "--no-kpis", home=tmp_path)
    assert done.returncode == 1, done.stdout
    lines = [" ".join(line.split()) for line in done.stdout.splitlines()]
    assert "standard.contacts 1 1 2 0" in lines
    assert "standard.agents 0 0 0 1" in lines
    assert "standard/contacts/1.csv line 3: rule accepted_values of column channel: 'voize'" in lines
    assert "standard/contacts/1.csv line 3: rule type of column started_at: 'yesterday'" in lines
    assert "standard/contacts/1.csv line 4: rule field_count: '2 fields, not 7'" in lines
    assert "standard/agents/1.csv: none of the declared columns is in the header: name" in lines
    assert "standard/queue/ belongs to no declared extract; did you mean standard/queues/?" in lines
    assert "1 file with 1 row would load, 2 rows would be rejected, 1 file refused" in lines
    assert sorted(path.name for path in tmp_path.iterdir()) == ["landing"]


def test_check_takes_files_from_anywhere_and_hides_personal_values(tmp_path: Path) -> None:
    good = tmp_path / "export" / "standard" / "queues" / "queues.csv"
    good.parent.mkdir(parents=True)
    good.write_bytes((GOLDEN / "inputs" / "queues.csv").read_bytes())
    (tmp_path / "agentz.csv").write_text("agent_id\n1\n")
    done = run(tmp_path, "check", "--no-kpis", str(good))
    assert done.returncode == 0, done.stdout
    assert " would load, 0 rows would be rejected, 0 files refused" in done.stdout
    done = run(tmp_path, "check", "--no-kpis", "agentz.csv")
    assert done.returncode == 1
    assert "agentz.csv: no declared extract has this path; did you mean standard/agents/?" in done.stdout
    done = run(tmp_path, "check", "nowhere.csv")
    assert (done.returncode, done.stdout) == (2, "there is no nowhere.csv\n")


def test_check_says_which_kpis_the_files_give_and_what_is_missing_for_the_others(tmp_path: Path) -> None:
    folder = tmp_path / "export"
    for entity in ("contacts", "contact_segments", "queues"):
        (folder / "standard" / entity).mkdir(parents=True)
        (folder / "standard" / entity / "1.csv").write_bytes((GOLDEN / "inputs" / f"{entity}.csv").read_bytes())
    done = run(tmp_path, "check", "export")
    assert done.returncode == 0, done.stdout
    lines = done.stdout.splitlines()
    [given] = [line for line in lines if line.endswith(" KPIs can be computed from these extracts")]
    lacking = "\n".join(line for line in lines if line.startswith("  without "))
    assert 10 < int(given.split()[0]) < 30
    assert "  without orders: no " in lacking
    assert "Total sales value" in lacking
    assert "Service level" not in lacking
    assert "Average handle time" not in lacking
    assert [path.name for path in tmp_path.iterdir()] == ["export"]


def test_the_env_file_of_the_folder_above_is_read_by_the_command_and_by_dbt(tmp_path: Path) -> None:
    below = tmp_path / "below"
    below.mkdir()
    (tmp_path / ".env").write_text(f"CONTACT_CENTER_HOME={tmp_path / 'named'}\nCONTACT_CENTER_TIME_ZONE=Mars/Olympus\n")
    done = run(below, "status")
    assert done.returncode == 2
    assert "CONTACT_CENTER_TIME_ZONE" in done.stdout
    (tmp_path / ".env").write_text(f"CONTACT_CENTER_HOME={tmp_path / 'named'}\n")
    assert f"home: {tmp_path / 'named'}\n" in run(below, "status").stdout
    assert f"home: {tmp_path / 'other'}\n" in run(below, "status", home=tmp_path / "other").stdout

    seen = "import os, dbt.cli.main; print(os.environ['CONTACT_CENTER_HOME'])"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CONTACT_CENTER_")}
    done = subprocess.run(
        [sys.executable, "-c", seen], cwd=below, env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout == f"{tmp_path / 'named'}\n"


def test_a_misspelt_setting_is_told_and_never_ignored(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(f"CONTACT_CENTER_HOMR={tmp_path}\n")
    done = run(tmp_path, "refresh")
    assert done.returncode == 2
    told = f"CONTACT_CENTER_HOMR (in {tmp_path}/.env) is no setting; did you mean CONTACT_CENTER_HOME?\n"
    assert done.stdout == told
    assert [path.name for path in tmp_path.iterdir()] == [".env"]


@pytest.mark.parametrize(
    ("written", "told"),
    [
        (
            b"CONTACT_CENTER_TIME_ZONE=Mars/Olympus",
            "TIME_ZONE is 'Mars/Olympus' (in {file}): not a time zone of the IANA",
        ),
        (
            b"CONTACT_CENTER_LARGEST_FILE_MB=big",
            "LARGEST_FILE_MB is 'big' (in {file}): Input should be a valid integer",
        ),
        (b"CONTACT_CENTER_NIGHTLY_CRON=at four", "NIGHTLY_CRON is 'at four' (in {file}): a schedule has five fields"),
        ("CONTACT_CENTER_HOME=data".encode("utf-16"), "{file} is not UTF-8 text (byte 1): save it as UTF-8"),
        (b"CONTACT_CENTER_HOME=/no/such", "CONTACT_CENTER_HOME (in {file}) is /no/such, and there is no such folder"),
    ],
)
def test_a_wrong_value_is_told_with_the_file_that_has_it(tmp_path: Path, written: bytes, told: str) -> None:
    file = tmp_path / ".env"
    file.write_bytes(written)
    assert told.format(file=file) in run(tmp_path, "status").stdout


PROGRESS = """
import os, time
from orchestration.cli_progress import progress_of
with progress_of() as progress:
    progress.stage("load")
    progress.step(1, 3, "first.csv loaded")
    kept = os.dup(1)
    captured = os.open("captured", os.O_CREAT | os.O_WRONLY)
    os.dup2(captured, 1)
    progress.stage("dbt")
    progress.step(5, 9, "fct_contact")
    time.sleep(0.5)
    os.dup2(kept, 1)
    progress.stage("boards")
"""
"""A refresh as the terminal sees it: Dagster puts a file in place of descriptor 1 while a stage runs."""


def test_the_bar_moves_on_a_terminal_while_dagster_holds_descriptor_1(tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRESS],
        cwd=tmp_path,
        env={**os.environ, "TERM": "xterm", "COLUMNS": "120", "PYTHONPATH": str(PROJECT_DIR)},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    seen = b""
    while True:
        try:
            block = os.read(ours, 4096)
        except OSError:
            break
        if not block:
            break
        seen += block
    os.close(ours)
    assert process.wait(60) == 0, seen.decode()
    text = seen.decode()
    assert "loading files" in text
    assert "5/9" in text
    assert "fct_contact" in text
    assert "drawing boards" in text
    assert (tmp_path / "captured").read_bytes() == b""
