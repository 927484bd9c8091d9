"""Replacing a publication: readers are never disturbed, and whatever interrupts it leaves one whole release."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

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
