"""What the documents tell a reader to type works, and prints what they show."""

import contextlib
import io
import os
from pathlib import Path
from typing import Any

import pytest

from orchestration.cli_query import ask
from orchestration.publish.layout import DATABASE
from orchestration.settings import PROJECT_DIR
from tests.support.clone import Clone
from tests.support.documents import Block, Typed, blocks_of, is_as_shown, typed_in

PAGES = ("quick-start", "tour", "add-a-kpi", "change-a-definition", "metricflow", "connect-bi", "bi/python", "index")
KPI_PAGES = sorted((PROJECT_DIR / "docs" / "kpis").glob("*.md"))


@pytest.mark.parametrize("name", PAGES)
def test_a_page_can_be_followed_from_top_to_bottom(clone: Clone, name: str) -> None:
    blocks = blocks_of(clone.folder / "docs" / f"{name}.md", clone.folder)
    namespace: dict[str, Any] = {}
    for block, follower in zip(blocks, [*blocks[1:], None], strict=False):
        if not block.is_run:
            continue
        if block.language == "console":
            for typed in typed_in(block):
                run_typed(clone, block, typed)
        elif block.language == "sql":
            ask(clone.home / "published" / DATABASE, block.text, 1)
        else:
            shown = tuple(follower.text.splitlines()) if follower and follower.language == "text" else ()
            output = run_python(clone.folder, block, namespace)
            assert is_as_shown(shown, output), f"{block} printed\n{output}"


def run_typed(clone: Clone, block: Block, typed: Typed) -> None:
    """Run a command, or take what it printed when the clone was made, and compare."""
    output = clone.outputs.get(typed.command)
    if output is None:
        done = clone.run(typed.command)
        output = done.stdout
        assert done.returncode == 0, f"{block}: {typed.command} left with {done.returncode}\n{output}"
    assert is_as_shown(typed.shown, output), f"{block}: {typed.command} printed\n{output}"


def run_python(folder: Path, block: Block, namespace: dict[str, Any]) -> str:
    """Run a block in the clone with what the blocks before it on the page left, and return what it printed."""
    printed = io.StringIO()
    before = Path.cwd()
    os.chdir(folder)
    try:
        with contextlib.redirect_stdout(printed):
            exec(compile(block.text, str(block), "exec"), namespace)  # noqa: S102
    finally:
        os.chdir(before)
    return printed.getvalue()


def test_the_query_on_every_kpi_page_is_one_that_the_publication_answers(clone: Clone) -> None:
    asked = 0
    for page in KPI_PAGES:
        for block in blocks_of(page, PROJECT_DIR):
            if block.language == "sql":
                ask(clone.home / "published" / DATABASE, block.text, 1)
                asked += 1
    assert asked >= 70


def test_a_block_that_is_not_run_says_why(clone: Clone) -> None:
    for name in PAGES:
        for block in blocks_of(clone.folder / "docs" / f"{name}.md", clone.folder):
            if block.note.startswith("not run"):
                assert len(block.note.removeprefix("not run:").strip()) > 20, str(block)


@pytest.mark.parametrize(
    ("shown", "output", "same"),
    [
        ("a\nb", "a\nb\n", True),
        ("a\nb", "a\nc\n", False),
        ("a\nb", "a\nb\nc\n", False),
        ("a\n...", "a\nb\nc\n", True),
        ("...\nc", "a\nb\nc\n", True),
        ("...\nd", "a\nb\nc\n", False),
        ("share  9.1 %", "share 9.1 %   \n", True),
        ("took ... s", "took 12 s\n", True),
        ("took ... s", "took 12 min\n", False),
    ],
)
def test_an_ellipsis_stands_for_anything_and_every_other_figure_for_itself(shown: str, output: str, same: bool) -> None:
    assert is_as_shown(tuple(shown.splitlines()), output) is same
