"""The audit log: one entry a line, whatever a full disk or a kill left of the line before."""

from pathlib import Path

from orchestration.audit import AUDIT, entries, record


def test_an_entry_after_a_line_that_was_cut_off_is_kept(tmp_path: Path) -> None:
    record(tmp_path, "publish", release=1)
    with (tmp_path / AUDIT).open("a") as stream:
        stream.write('{"at": "2024-11')
    record(tmp_path, "erase", customer="C1")
    record(tmp_path, "rollback", release=1)
    assert [entry["action"] for entry in entries(tmp_path)] == ["publish", "erase", "rollback"]
    assert "\n\n" not in (tmp_path / AUDIT).read_text()
