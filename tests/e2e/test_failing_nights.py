"""Failing nights through the command line: yesterday's publication stays byte for byte, and the reason is told.

Each test runs `contact-center refresh` in a process of its own, on a copy of the program with a project of three
models, after a night that published.
"""

import contextlib
import os
import shutil
import subprocess
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from orchestration.settings import Settings
from tests.support.installation import Installation, days, tonight
from tests.unit.orchestration.support import TinyHome, contacts


def break_model(installation: Installation) -> None:
    installation.home.edit(
        "models/kpi_value.sql", "100.0::double as multiplier", "error('no such thing') as multiplier"
    )


def break_test(installation: Installation) -> None:
    installation.home.edit("models/contact.sql", "    contact_id,\n", "    'same' as contact_id,\n")


def warn_without_allowance(installation: Installation) -> None:
    installation.home.edit(
        "models/_models.yml", "data_tests: [not_null, unique]", "data_tests: [{unique: {config: {severity: warn}}}]"
    )
    break_test(installation)


def break_parse(installation: Installation) -> None:
    installation.home.edit("models/kpi_value.sql", "ref('contact')", "ref('absent')")


def break_declared_type(installation: Installation) -> None:
    installation.home.edit(
        "models/_sources.yml",
        "name: is_answered\n            data_type: boolean",
        "name: is_answered\n            data_type: integer",
    )


def break_published_type(installation: Installation) -> None:
    installation.home.edit("models/dim_kpi.sql", "'percent' as unit", "['percent'] as unit")


def break_incoming(installation: Installation) -> None:
    installation.home.land("future.csv", contacts(3, day="2034-01-01", prefix="f"))


def break_outgoing(installation: Installation) -> None:
    installation.home.edit("models/kpi_value.sql", "100.0 * numerator", "250.0 * numerator")


def break_suite(installation: Installation) -> None:
    installation.home.edit(
        "expectations/outgoing_kpi_value.yml", "expect_compound_columns_to_be_unique", "expect_compound_columns_unique"
    )


FAILURES: dict[str, tuple[Callable[[Installation], None], str, str]] = {
    "a model fails": (break_model, "dbt", "model.tiny.kpi_value ended as error"),
    "a test fails": (break_test, "dbt", "unique_contact_contact_id"),
    "a test warns": (warn_without_allowance, "dbt", "warned and has no allowance"),
    "the project does not parse": (break_parse, "prepare", "depends on a node named 'absent' which was not found"),
    "a declared type changed": (break_declared_type, "load", "is declared integer"),
    "a type cannot be published": (
        break_published_type,
        "audit",
        "dim_kpi.unit is VARCHAR[], which cannot be published",
    ),
    "a critical expectation fails on the way in": (break_incoming, "incoming", "contact_id=f0"),
    "a critical expectation fails on the way out": (break_outgoing, "audit", "percents_are_between_0_and_100 failed"),
    "an expectation does not exist": (break_suite, "audit", "expect_compound_columns_unique not found"),
}


@pytest.mark.parametrize("what", FAILURES)
def test_publish_keeps_yesterday_when(installation: Installation, what: str) -> None:
    spoil, stage, told = FAILURES[what]
    before = installation.home.publication()
    spoil(installation)
    done = tonight(installation)
    assert done.returncode == 1, done.stdout + done.stderr
    assert f"FAILED at stage {stage}" in done.stdout
    assert told in done.stdout
    assert "Traceback" not in done.stdout + done.stderr
    assert installation.home.publication() == before
    [(status, noted, message)] = installation.home.books(
        "select status, stage, message from meta.refresh order by refresh_id desc limit 1"
    )
    assert (status, noted) == ("failed", stage)
    assert told in message


def test_publish_keeps_yesterday_when_a_test_was_skipped(installation: Installation) -> None:
    """A model fails, so the tests below it do not run: they are named as skipped, after the cause."""
    before = installation.home.publication()
    break_model(installation)
    done = tonight(installation)
    reasons = done.stdout[done.stdout.index("FAILED") :]
    assert "test.tiny.not_null_kpi_value_kpi_id" in reasons
    assert "was skipped" in reasons
    assert reasons.index("ended as error") < reasons.index("was skipped")
    assert installation.home.publication() == before


def test_a_refused_extract_does_not_stop_the_night(installation: Installation) -> None:
    installation.home.land("bad.csv", ["1,2"], header="what,is_this")
    done = tonight(installation)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "refused standard/contacts/bad.csv" in done.stdout
    assert days(installation) == [("2024-11-01", 10.0), ("2024-11-02", 10.0)]


def test_the_night_after_a_failed_one_takes_in_both_deliveries(installation: Installation) -> None:
    model = installation.home.project / "models" / "kpi_value.sql"
    good = model.read_text()
    break_model(installation)
    assert tonight(installation).returncode == 1
    model.write_text(good)
    installation.home.land("day3.csv", contacts(5, day="2024-11-03", prefix="m"))
    done = installation.call("refresh", "--as-of", "2024-11-04")
    assert done.returncode == 0, done.stdout + done.stderr
    assert days(installation) == [("2024-11-01", 10.0), ("2024-11-02", 10.0), ("2024-11-03", 5.0)]


def test_a_bad_delivery_is_repaired_by_a_corrected_file_in_its_place(installation: Installation) -> None:
    break_incoming(installation)
    assert tonight(installation).returncode == 1
    installation.home.land("future.csv", contacts(3, day="2024-11-02", prefix="f"))
    done = tonight(installation)
    assert done.returncode == 0, done.stdout + done.stderr


def test_wrong_usage_is_code_2_and_names_what_is_known(installation: Installation, tmp_path: Path) -> None:
    before = installation.home.publication()
    parameters = tmp_path / "p.yml"
    parameters.write_text("short_abandon: 6\n")
    done = installation.call("refresh", "--parameters", str(parameters))
    assert done.returncode == 2
    assert f"{parameters}:1: unknown parameter 'short_abandon'" in done.stderr
    assert "short_abandon_seconds'? known parameters: reporting_currency" in done.stderr
    assert installation.call("refresh", "--as-of", "yesterday").returncode == 2
    assert installation.home.publication() == before


def test_a_wrong_setting_is_code_2_and_names_its_variable(installation: Installation) -> None:
    done = installation.call("status", CONTACT_CENTER_TIME_ZONE="Mars")
    assert done.returncode == 2
    assert "CONTACT_CENTER_TIME_ZONE" in done.stderr
    assert "Europe/Berlin" in done.stderr
    assert "Traceback" not in done.stderr


def test_status_tells_last_nights_reason_and_what_waits(installation: Installation) -> None:
    break_model(installation)
    tonight(installation)
    installation.home.land("day3.csv", contacts(5, day="2024-11-03", prefix="m"))
    done = installation.call("status")
    assert done.returncode == 0
    assert "published: release 1 as of 2024-11-02T00:00:00Z" in done.stdout
    assert "dbt: model.tiny.kpi_value ended as error" in done.stdout
    assert "waiting: 1 file\n  standard/contacts/day3.csv" in done.stdout


def test_status_works_before_anything_has_run(installation: Installation, tmp_path: Path) -> None:
    empty = Installation(TinyHome(Settings(home=tmp_path / "empty"), installation.home.project))
    done = empty.call("status")
    assert (done.returncode, "no refresh has run yet" in done.stdout) == (0, True)
    assert not (tmp_path / "empty").exists()


def test_the_as_of_default_is_a_past_midnight(installation: Installation) -> None:
    assert installation.call("refresh").returncode == 0
    [(as_of,)] = installation.home.books("select as_of from meta.refresh order by refresh_id desc limit 1")
    assert (as_of.hour, as_of.minute, as_of.second) == (0, 0, 0)
    assert as_of > datetime(2024, 11, 3)


def test_a_damaged_warehouse_is_told_and_built_anew_once_it_is_moved_away(installation: Installation) -> None:
    before = installation.home.publication()
    warehouse = installation.home.settings.warehouse
    for size in (50, warehouse.stat().st_size // 2):
        os.truncate(warehouse, size)
        for command in (["refresh"], ["status"], ["query", "--warehouse", "select 1"]):
            done = installation.call(*command)
            assert done.returncode == 1, command
            assert f"{warehouse} is damaged: put a backup in its place, or move it away" in done.stderr
            assert "Traceback" not in done.stderr
    assert installation.home.publication() == before
    warehouse.unlink()
    assert tonight(installation).returncode == 0
    assert days(installation) == [("2024-11-01", 10.0), ("2024-11-02", 10.0)]


def cut_manifest(home: Path) -> None:
    manifest = home / ".dbt" / "target" / "manifest.json"
    os.truncate(manifest, manifest.stat().st_size // 2)


def cut_partial_parse(home: Path) -> None:
    parsed = home / ".dbt" / "target" / "partial_parse.msgpack"
    os.truncate(parsed, parsed.stat().st_size // 2)


def cut_history(home: Path) -> None:
    for file in (home / ".dagster").rglob("*.db"):
        os.truncate(file, file.stat().st_size // 2)


def spoil_history(home: Path) -> None:
    for file in (home / ".dagster").rglob("*.db"):
        file.write_bytes(b"no database" * 1000)


def cut_description(home: Path) -> None:
    os.truncate(home / "published" / "manifest.json", 20)


def cut_publication(home: Path) -> None:
    published = home / "published" / "kpi.duckdb"
    os.truncate(published, published.stat().st_size // 2)


def lose_publication(home: Path) -> None:
    shutil.rmtree(home / "published")


@pytest.mark.parametrize(
    "spoil",
    [
        cut_manifest,
        cut_partial_parse,
        cut_history,
        spoil_history,
        cut_description,
        cut_publication,
        lose_publication,
    ],
)
def test_what_a_refresh_can_make_anew_does_not_stop_it(
    installation: Installation, spoil: Callable[[Path], None]
) -> None:
    spoil(installation.home.settings.home)
    assert installation.call("status").returncode == 0
    done = tonight(installation)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    assert days(installation) == [("2024-11-01", 10.0), ("2024-11-02", 10.0)]


def test_a_full_disk_is_told_and_the_next_refresh_finishes(installation: Installation) -> None:
    home = installation.home.settings.home
    kept = home.parent / "kept"
    home.rename(kept)
    home.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=30m", "tmpfs", str(home)], capture_output=True, text=True, check=False
    )
    if mounted.returncode:
        pytest.skip(f"a small disk cannot be had here: {mounted.stderr.strip()}")
    try:
        shutil.copytree(kept, home, symlinks=True, dirs_exist_ok=True)
        before = installation.home.publication()
        filler = home / "filler"
        with contextlib.suppress(OSError), filler.open("wb") as stream:
            while stream.write(bytes(4096)):
                stream.flush()
        done = tonight(installation)
        assert done.returncode == 1
        assert f"the disk of {home} is full" in done.stdout + done.stderr
        assert "Make room and run it again" in done.stdout + done.stderr
        assert "Traceback" not in done.stdout + done.stderr
        assert installation.home.publication() == before
        filler.unlink()
        assert tonight(installation).returncode == 0
        assert days(installation) == [("2024-11-01", 10.0), ("2024-11-02", 10.0)]
    finally:
        subprocess.run(["umount", str(home)], check=True)
