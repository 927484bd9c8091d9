"""Replacing a publication: readers are never disturbed, and whatever interrupts it leaves one whole release."""

import contextlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.publish import replace
from orchestration.publish.replace import PREVIOUS, published_release, put_in_place, recover
from orchestration.publish.whole import sha256

READER = """
import sys, duckdb
with duckdb.connect(sys.argv[1], read_only=True) as con:
    print(con.execute('select release from marts.kpi_value').fetchall(), flush=True)
    sys.stdin.readline()
    print(con.execute('select sum(n), any_value(release) from marts.kpi_value').fetchall(), flush=True)
"""


def release(folder: Path, number: int, tables: tuple[str, ...] = ("kpi_value",)) -> Path:
    """Write a release with that number in every file."""
    (folder / "parquet").mkdir(parents=True)
    with duckdb.connect(str(folder / "kpi.duckdb")) as con:
        con.execute("create schema marts")
        con.execute(f"create table marts.kpi_value as select {number} as release, n from range(3) as rows(n)")
        for table in tables:
            con.execute(f"copy (select {number} as release) to '{folder}/parquet/{table}.parquet'")
    (folder / "manifest.json").write_text(json.dumps({"release_id": number}))
    return folder


def candidate(published: Path, number: int, tables: tuple[str, ...] = ("kpi_value",)) -> Path:
    return release(published / f".candidate-{number}", number, tables)


def hashes(published: Path) -> dict[str, str]:
    files = sorted(file for file in published.rglob("*") if file.is_file())
    return {file.relative_to(published).as_posix(): sha256(file) for file in files}


@pytest.fixture
def published(tmp_path: Path) -> Path:
    return release(tmp_path / "published", 1)


def test_publish_replaces_every_file_and_leaves_nothing_else(published: Path) -> None:
    new = candidate(published, 2)
    wanted = hashes(new)
    put_in_place(new, published, 2)
    assert hashes(published) == wanted


def test_publish_works_where_nothing_was_published(tmp_path: Path) -> None:
    published = tmp_path / "published"
    put_in_place(candidate(published, 1), published, 1)
    assert published_release(published) == 1


def test_publish_removes_tables_that_the_release_no_longer_has(tmp_path: Path) -> None:
    published = release(tmp_path / "published", 1, ("kpi_value", "retired"))
    put_in_place(candidate(published, 2), published, 2)
    assert sorted(hashes(published)) == ["kpi.duckdb", "manifest.json", "parquet/kpi_value.parquet"]


def test_publish_does_not_disturb_a_reader_in_another_process(published: Path) -> None:
    command = [sys.executable, "-c", READER, str(published / "kpi.duckdb")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as reader:
        assert reader.stdin is not None
        assert reader.stdout is not None
        assert reader.stdout.readline().strip() == "[(1,), (1,), (1,)]"
        put_in_place(candidate(published, 2), published, 2)
        reader.stdin.write("\n")
        reader.stdin.flush()
        assert reader.stdout.readline().strip() == "[(3, 1)]"
        assert reader.wait(timeout=30) == 0
    after = subprocess.run(command, input="\n", capture_output=True, text=True, check=True)
    assert after.stdout.splitlines()[1] == "[(3, 2)]"


@pytest.mark.parametrize("stop_after", [0, 1, 2])
def test_publish_restores_yesterday_when_a_file_cannot_be_replaced(
    published: Path, monkeypatch: pytest.MonkeyPatch, stop_after: int
) -> None:
    before = hashes(published)
    new = candidate(published, 2)
    moved: list[Path] = []
    rename = Path.replace

    def failing(self: Path, target: Path) -> Path:
        if ".candidate" in str(self):
            moved.append(self)
            if len(moved) > stop_after:
                raise OSError("no space left on device")
        return rename(self, target)

    monkeypatch.setattr(Path, "replace", failing)
    with pytest.raises(OSError, match="no space left"):
        put_in_place(new, published, 2)
    monkeypatch.undo()
    shutil.rmtree(new)
    assert len(moved) == stop_after + 1
    assert hashes(published) == before


@pytest.mark.parametrize("moved", [0, 1, 2, 3])
def test_recover_leaves_one_whole_release_wherever_a_crash_hit(published: Path, moved: int) -> None:
    """The state a killed process leaves: old files linked, some of the new ones moved, nothing cleaned up."""
    before = hashes(published)
    new = candidate(published, 2)
    after = hashes(new)
    replace._keep_previous(published, 2)
    for file in replace.release_files(new)[:moved]:
        (new / file).replace(published / file)
    shutil.rmtree(new)
    recover(published)
    assert hashes(published) == (after if moved == 3 else before)
    assert not (published / PREVIOUS).exists()


def test_recover_can_itself_be_interrupted(published: Path) -> None:
    before = hashes(published)
    new = candidate(published, 2)
    replace._keep_previous(published, 2)
    (new / "kpi.duckdb").replace(published / "kpi.duckdb")
    shutil.rmtree(new)
    (published / PREVIOUS / "kpi.duckdb.back").write_bytes(b"half")
    recover(published)
    assert hashes(published) == before


CALLS = ("rename", "replace", "unlink", "rmdir", "mkdir", "link", "fsync")


class Killed(BaseException):
    """The process is gone: whatever it would still do, it does not."""


@contextlib.contextmanager
def killed_at(call: int) -> Iterator[list[str]]:
    """Let every system call that changes a folder fail from the ``call``-th on, as for a killed process."""
    done: list[str] = []

    def counted(original: Callable[..., Any]) -> Callable[..., Any]:
        def run(*arguments: Any, **options: Any) -> Any:
            if len(done) >= call:
                raise Killed
            done.append(original.__name__)
            return original(*arguments, **options)

        return run

    with pytest.MonkeyPatch.context() as patch:
        for name in CALLS:
            patch.setattr(os, name, counted(getattr(os, name)))
        with contextlib.suppress(Killed):
            yield done


def test_recover_leaves_one_whole_release_wherever_a_kill_hit_and_wherever_it_is_killed_itself(tmp_path: Path) -> None:
    template = release(tmp_path / "template", 1, ("kpi_value", "retired"))
    candidate(template, 2, ("kpi_value", "added"))
    found = hashes(template)
    before = {name: text for name, text in found.items() if not name.startswith(".")}
    after = {name.split("/", 1)[1]: text for name, text in found.items() if name.startswith(".")}

    def after_kill(source: Path, name: str, work: Callable[[Path], None], call: int) -> tuple[Path, bool]:
        """Return a copy of ``source`` on which ``work`` was killed, and whether it was done before."""
        folder = tmp_path / name
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(source, folder)
        with killed_at(call) as done:
            work(folder)
        return folder, len(done) < call

    tried, wrong, is_done = 0, [], False
    while not is_done:
        half, is_done = after_kill(
            template, "half", lambda folder: put_in_place(folder / ".candidate-2", folder, 2), tried
        )
        recovered, again = False, 0
        while not recovered:
            published, recovered = after_kill(half, "recovered", recover, again)
            recover(published)
            left = {name: text for name, text in hashes(published).items() if not name.startswith(".candidate")}
            if left not in (before, after):
                wrong.append((tried, again, sorted(left)))
            again += 1
        tried += 1
    assert wrong == []
    assert tried > 30
