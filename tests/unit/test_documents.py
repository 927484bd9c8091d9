"""What the documents tell a reader to type or open exists."""

import re
from itertools import pairwise
from pathlib import Path

import pytest
import typer

from orchestration.cli import app
from orchestration.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")])


def text_of(document: Path) -> str:
    """Return the text of a document."""
    return document.read_text(encoding="utf-8")


@pytest.fixture(params=DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def document(request: pytest.FixtureRequest) -> Path:
    """Return each document in turn."""
    found: Path = request.param
    return found


def test_every_make_target_exists(document: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", text_of(ROOT / "Makefile"), flags=re.MULTILINE))
    named = set(re.findall(r"(?:^|[`$] ?)make ([a-z-]+)", text_of(document), flags=re.MULTILINE))
    assert {"setup", "refresh", "test"} <= targets
    assert named - targets == set()


def test_every_command_and_option_exists(document: Path) -> None:
    commands = typer.main.get_group(app).commands
    options = {name: {flag for part in command.params for flag in part.opts} for name, command in commands.items()}
    for command, rest in re.findall(r"contact-center ([a-z-]+)((?: --?[a-z][^\n`]*)?)", text_of(document)):
        assert command in commands, f"{document.name}: contact-center {command}"
        assert set(re.findall(r"--[a-z-]+", rest)) <= options[command], f"{document.name}: {command}{rest}"


def test_every_link_leads_somewhere(document: Path) -> None:
    targets = re.findall(r"\]\(([^)#\s]+)[^)]*\)", text_of(document))
    inside = [target for target in targets if not target.startswith(("http://", "https://"))]
    assert [target for target in inside if not (document.parent / target).exists()] == []


def test_every_setting_is_in_the_example() -> None:
    named = set(re.findall(r"^CONTACT_CENTER_([A-Z_]+)=", text_of(ROOT / ".env.example"), flags=re.MULTILINE))
    assert named == {name.upper() for name in Settings.model_fields}


def test_the_glossary_is_in_order_and_names_nothing_twice() -> None:
    terms = []
    for part in text_of(ROOT / "docs" / "glossary.md").split("\n## ")[1:]:
        own = [term.lower() for term in re.findall(r"^\| (.+?) \|", part, flags=re.MULTILINE)[2:]]
        assert [(a, b) for a, b in pairwise(own) if a > b] == []
        terms += own
    assert len(terms) == len(set(terms)) > 80
