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

from orchestration.publish.layout import in_place, kept_releases, published_release
from orchestration.publish.replace import put_in_place, recover, show
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
    """Return what readers see: the hash of every file of the release in place, through the links."""
    folders = [published / name for name in ("parquet", "site")]
    files = [file for folder in folders for file in folder.rglob("*") if file.is_file()]
    files += [file for file in published.iterdir() if file.is_file()]
    return {file.relative_to(published).as_posix(): sha256(file) for file in sorted(files)}


def hidden(published: Path) -> list[str]:
    """Return what nobody should see, and what an interrupted replacement may leave for a moment."""
    return [file.name for folder in (published, published / "releases") for file in folder.glob(".*")]


@pytest.fixture
def published(tmp_path: Path) -> Path:
    """Return a publication as an older version left it: files in ``published`` itself."""
    return release(tmp_path / "published", 1)


def test_publish_replaces_every_file_and_leaves_nothing_else(published: Path) -> None:
    new = candidate(published, 2)
    wanted = hashes(new)
    put_in_place(new, published, 2)
    assert hashes(published) == wanted
    assert (published / "releases" / "2" / "kpi.duckdb").samefile(published / "kpi.duckdb")
    assert hidden(published) == []


def test_publish_works_where_nothing_was_published(tmp_path: Path) -> None:
    published = tmp_path / "published"
    put_in_place(candidate(published, 1), published, 1)
    assert published_release(published) == 1


def test_publish_removes_tables_that_the_release_no_longer_has(tmp_path: Path) -> None:
    published = release(tmp_path / "published", 1, ("kpi_value", "retired"))
    (published / "osi_document.json").write_text("{}")
    put_in_place(candidate(published, 2), published, 2)
    assert sorted(hashes(published)) == ["kpi.duckdb", "manifest.json", "parquet/kpi_value.parquet"]
    assert not (published / "osi_document.json").is_symlink()


def test_a_publication_of_an_older_version_becomes_a_release_that_can_be_shown_again(published: Path) -> None:
    before = hashes(published)
    put_in_place(candidate(published, 2), published, 2)
    assert kept_releases(published) == [2, 1]
    assert hashes(published) != before
    show(published, 1)
    assert hashes(published) == before


def test_a_home_that_was_copied_without_its_links_is_taken_over(published: Path, tmp_path: Path) -> None:
    put_in_place(candidate(published, 2), published, 2)
    copy = tmp_path / "copy"
    shutil.copytree(published, copy)
    wanted = hashes(copy)
    recover(copy)
    assert hashes(copy) == wanted
    assert in_place(copy) == copy / "releases" / "2"
    put_in_place(candidate(copy, 3), copy, 3)
    assert published_release(copy) == 3
    assert hidden(copy) == []


def test_a_release_can_be_written_without_being_shown(published: Path) -> None:
    before = hashes(published)
    put_in_place(candidate(published, 2), published, 2, is_shown=False)
    assert hashes(published) == before
    assert kept_releases(published) == [2, 1]


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


@pytest.mark.parametrize("failing", ["rename", "symlink_to"])
def test_publish_leaves_yesterday_when_a_release_cannot_be_put_in_place(
    published: Path, monkeypatch: pytest.MonkeyPatch, failing: str
) -> None:
    before = hashes(published)
    new = candidate(published, 2)
    recover(published)

    def full(*_: object) -> None:
        raise OSError("no space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(Path, failing, full)
        with pytest.raises(OSError, match="no space left"):
            put_in_place(new, published, 2)
    assert hashes(published) == before
    recover(published)
    assert hashes(published) == before
    assert kept_releases(published) == [1]


CALLS = ("rename", "replace", "unlink", "rmdir", "mkdir", "link", "symlink", "fsync")


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


@pytest.mark.parametrize("is_older", [True, False])
def test_recover_leaves_one_whole_release_wherever_a_kill_hit_and_wherever_it_is_killed_itself(
    tmp_path: Path, *, is_older: bool
) -> None:
    template = release(tmp_path / "template", 1, ("kpi_value", "retired"))
    if not is_older:
        recover(template)
    candidate(template, 2, ("kpi_value", "added"))
    before, after = hashes(template), hashes(template / ".candidate-2")

    def after_kill(source: Path, name: str, work: Callable[[Path], None], call: int) -> tuple[Path, bool]:
        """Return a copy of ``source`` on which ``work`` was killed, and whether it was done before."""
        folder = tmp_path / name
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(source, folder, symlinks=True)
        with killed_at(call) as done:
            work(folder)
        return folder, len(done) < call

    tried, wrong, is_done = 0, [], False
    while not is_done:
        half, is_done = after_kill(
            template, "half", lambda folder: put_in_place(folder / ".candidate-2", folder, 2), tried
        )
        if not is_older and hashes(half) not in (before, after):
            wrong.append((tried, -1, "seen before anything was mended"))
        recovered, again = False, 0
        while not recovered:
            published, recovered = after_kill(half, "recovered", recover, again)
            recover(published)
            remains = [name for name in hidden(published) if not name.startswith(".candidate")]
            if hashes(published) not in (before, after) or remains:
                wrong.append((tried, again, f"{sorted(hashes(published))} {remains}"))
            again += 1
        tried += 1
    assert wrong == []
    assert tried > 15
