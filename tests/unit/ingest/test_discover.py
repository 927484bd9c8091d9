from datetime import datetime
from pathlib import Path

import pytest

from orchestration.ingest.declarations import ExtractDeclaration
from orchestration.ingest.discover import discover, extracted_at
from orchestration.ingest.errors import DeclarationError


def _declaration(entity: str, path: str) -> ExtractDeclaration:
    return ExtractDeclaration("acme", entity, f"acme__{entity}", path, ("csv",), ())


def _touch(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("x")


def test_files_are_found_by_path_in_order_and_unfinished_ones_are_passed_over(tmp_path: Path) -> None:
    _touch(tmp_path, "acme/calls/b.csv", "acme/calls/2024/10/a.csv", "acme/calls/a b.csv.gz")
    _touch(tmp_path, "acme/calls/.hidden", "acme/calls/c.csv.tmp", "acme/calls/d.PART", "acme/.git/x.csv")
    found = discover(tmp_path, [_declaration("calls", "acme/calls/**/*")])
    assert [file.name for file in found.files] == [
        "acme/calls/2024/10/a.csv",
        "acme/calls/a b.csv.gz",
        "acme/calls/b.csv",
    ]
    assert found.files[0].size_bytes == 1
    assert found.unknown == ()


def test_a_star_stays_within_one_folder_and_the_rest_is_unknown(tmp_path: Path) -> None:
    _touch(tmp_path, "acme/calls/a.csv", "acme/calls/deep/b.csv", "readme.txt", "acme/callsigns/a.csv")
    found = discover(tmp_path, [_declaration("calls", "acme/calls/*.csv")])
    assert [file.name for file in found.files] == ["acme/calls/a.csv"]
    assert found.unknown == ("acme/calls/deep/b.csv", "acme/callsigns/a.csv", "readme.txt")


def test_a_missing_landing_folder_is_empty(tmp_path: Path) -> None:
    assert discover(tmp_path / "nowhere", []).files == ()


def test_a_path_that_two_declarations_match_is_an_error(tmp_path: Path) -> None:
    _touch(tmp_path, "acme/calls/a.csv")
    declarations = [_declaration("calls", "acme/calls/*"), _declaration("all", "acme/**/*")]
    with pytest.raises(DeclarationError, match=r"acme/calls/a\.csv matches the path of acme\.calls and acme\.all"):
        discover(tmp_path, declarations)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("calls_2024-10-25.csv", datetime(2024, 10, 25)),
        ("20241025.csv.gz", datetime(2024, 10, 25)),
        ("calls-20241025T020000Z.csv", datetime(2024, 10, 25, 2)),
        ("calls_2024-10-25T02-30-05.json", datetime(2024, 10, 25, 2, 30, 5)),
        ("calls_20241025_0230.csv", datetime(2024, 10, 25, 2, 30)),
        ("2024-10-24_to_2024-10-25.csv", datetime(2024, 10, 25)),
        ("2024-10-25/calls.csv", None),
        ("calls_20241399.csv", None),
        ("calls_1729821000.csv", None),
        ("contacts.csv", None),
    ],
)
def test_the_extract_time_comes_from_the_files_own_name(name: str, expected: datetime | None) -> None:
    assert extracted_at(name) == expected
