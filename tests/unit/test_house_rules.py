"""The rules of the house that no linter knows: they hold for every committed file, and each rule can fail."""

import re
import subprocess
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MOST_LINES = 400
NOT_HAND_WRITTEN = (
    "LICENSE",
    "docs/data-dictionary.md",
    "models/exposures.yml",
    "requirements.lock",
    "tests/fixtures/",
)
TOP_LEVEL = {
    ".ci",
    ".editorconfig",
    ".env.example",
    ".gitignore",
    ".pre-commit-config.yaml",
    ".sqlfluff",
    ".sqlfluffignore",
    "CHANGELOG.md",
    "LICENSE",
    "Makefile",
    "README.md",
    "benchmarks",
    "bi",
    "charts",
    "dbt_project.yml",
    "docs",
    "expectations",
    "macros",
    "mkdocs.yml",
    "models",
    "orchestration",
    "profiles.yml",
    "pyproject.toml",
    "requirements.lock",
    "seeds",
    "simulator",
    "snapshots",
    "tests",
}
"""The layout is closed: another entry needs a reason in ``docs/decisions.md``, and a line here."""

FORBIDDEN_SQL = {
    "using (": r"\busing\s*\(",
    "group by all": r"\bgroup\s+by\s+all\b",
    "the clock of the machine": r"\b(current_timestamp|current_date|localtimestamp)\b|\b(now|today)\s*\(",
    "a tab": r"\t",
}
FOREIGN_TEXT = {
    "a package registry": r"\b(pypi\.(org|io)|pythonhosted\.|registry\.(npmjs|yarnpkg)\.|hub\.getdbt\.|anaconda\.org)",
    "a path of one machine": r"(?<![\w.<>}-])/(home|Users|root|work|private|mnt)/\w",
}


@cache
def committed() -> tuple[str, ...]:
    """Return the paths of all files that are, or would be, committed; relative to the root, with slashes."""
    if not (ROOT / ".git").exists():
        pytest.skip("the rules are about committed files, and this is not a git clone")
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
        text=True,
    ).stdout
    return tuple(sorted(name for name in listed.split("\0") if name and (ROOT / name).is_file()))


def written(*suffixes: str) -> list[tuple[str, str]]:
    """Return (path, text) of the committed files that people write, by the ends of their names; none means all."""
    return [
        (name, (ROOT / name).read_text(encoding="utf-8"))
        for name in committed()
        if not name.startswith(NOT_HAND_WRITTEN) and name.endswith(suffixes or "")
    ]


def models() -> list[tuple[str, str]]:
    """Return (path, text) of the SQL models."""
    return [(name, text) for name, text in written(".sql") if name.startswith("models/")]


def bare(sql: str) -> str:
    """Return SQL without comments, text literals and Jinja, so that words in them break no rule."""
    sql = re.sub(r"\{#.*?#\}|\{%.*?%\}", " ", sql, flags=re.DOTALL)
    sql = re.sub(r"\{\{.*?\}\}", "x", sql, flags=re.DOTALL)
    sql = re.sub(r"--[^\n]*", "", sql)
    return re.sub(r"'[^']*'", "''", sql).lower()


def zoneless_dates(sql: str) -> list[str]:
    """Return casts of as-of to a date that name no zone; `running_date` and `last_complete_date` do."""
    sql = re.sub(r"\{#.*?#\}|--[^\n]*", " ", sql, flags=re.DOTALL)
    return [found.group() for found in re.finditer(r"""as_of\(\)\s*(\}\}|~\s*["'])\s*(::|as)\s*date\b""", sql)]


def sorted_selects(sql: str) -> int:
    """Return how many ``order by`` sort the rows of a select, not those of a window or of an aggregate."""
    sql = bare(sql)
    found = 0
    for match in re.finditer(r"\border\s+by\b", sql):
        depth, start = 0, -1
        for position in range(match.start() - 1, -1, -1):
            depth += {")": 1, "(": -1}.get(sql[position], 0)
            if depth < 0:
                start = position
                break
        found += start < 0 or re.match(r"\(\s*(select|with)\b", sql[start:]) is not None
    return found


def silent_distincts(sql: str) -> list[int]:
    """Return the lines of ``select distinct`` that do not say, there or just above, why rows repeat."""
    lines = sql.split("\n")
    return [
        number
        for number, line in enumerate(lines, start=1)
        if re.search(r"\bselect distinct\b", line.split("--")[0]) and "--" not in line + lines[max(number - 2, 0)]
    ]


def odd_indents(sql: str) -> list[int]:
    """Return the lines that are not indented by a multiple of four spaces."""
    lines = re.sub(r"\{#.*?#\}", lambda comment: "\n" * comment[0].count("\n"), sql, flags=re.DOTALL).split("\n")
    return [
        number for number, line in enumerate(lines, start=1) if line.strip() and (len(line) - len(line.lstrip(" "))) % 4
    ]


def matches(text: str, rules: dict[str, str]) -> list[str]:
    """Return the names of the rules whose pattern occurs in a text."""
    return [name for name, pattern in rules.items() if re.search(pattern, text)]


def test_no_hand_written_file_is_long() -> None:
    long = {name: text.count("\n") for name, text in written() if text.count("\n") > MOST_LINES}
    assert long == {}


def test_every_model_begins_with_its_grain() -> None:
    assert [name for name, text in models() if not re.match(r"-- grain: \S", text)] == []


def test_no_model_hides_a_fan_out_behind_distinct() -> None:
    assert {name: lines for name, text in models() if (lines := silent_distincts(text))} == {}


def test_no_model_sorts_its_rows() -> None:
    assert [name for name, text in models() if sorted_selects(text)] == []


def test_no_sql_uses_what_the_house_forbids() -> None:
    assert {name: found for name, text in written(".sql") if (found := matches(bare(text), FORBIDDEN_SQL))} == {}


def test_no_model_or_macro_takes_the_utc_date_of_as_of_for_a_local_one() -> None:
    assert [name for name, text in written(".sql") if zoneless_dates(text)] == []


def test_sql_is_indented_by_four_spaces() -> None:
    assert {name: lines for name, text in models() if (lines := odd_indents(text))} == {}


def test_no_file_names_a_registry_or_a_path_of_one_machine() -> None:
    texts = [*written(), ("requirements.lock", (ROOT / "requirements.lock").read_text())]
    assert {name: found for name, text in texts if (found := matches(text, FOREIGN_TEXT))} == {}


def test_the_top_level_holds_only_what_the_design_lists() -> None:
    assert {name.split("/")[0] for name in committed()} - TOP_LEVEL == set()


def test_every_system_declares_its_extracts() -> None:
    folders = sorted(folder for folder in (ROOT / "models/staging").iterdir() if folder.is_dir())
    assert len(folders) >= 5
    assert [folder.name for folder in folders if not list(folder.glob(f"_{folder.name}__*sources.yml"))] == []


@pytest.mark.parametrize(
    ("sql", "is_broken"),
    [
        ("select a from b order by a", True),
        ("with c as (\n    select a from b order by a\n)\nselect a from c", True),
        ("select row_number() over (partition by a order by b) from c", False),
        ("select string_agg(a, ',' order by a) from c", False),
        ("select max(a) over w from c window w as (order by b)", False),
        ("select a -- order by chance\nfrom b", False),
    ],
)
def test_sorting_is_told_from_windows(sql: str, is_broken: bool) -> None:
    assert bool(sorted_selects(sql)) is is_broken


@pytest.mark.parametrize(
    ("sql", "is_broken"),
    [
        ("select distinct a\nfrom b", True),
        ("select distinct a -- one row per leg\nfrom b", False),
        ("-- one row per leg\nselect distinct a\nfrom b", False),
        ("select count(distinct a)\nfrom b", False),
    ],
)
def test_a_distinct_needs_its_reason(sql: str, is_broken: bool) -> None:
    assert bool(silent_distincts(sql)) is is_broken


@pytest.mark.parametrize(
    ("sql", "found"),
    [
        ("select a from b inner join c using (d)", ["using ("]),
        ("select a, count(*) from b group by all", ["group by all"]),
        ("select current_date", ["the clock of the machine"]),
        ("select now()", ["the clock of the machine"]),
        ("select {{ as_of() }} -- never now()", []),
        ("select 'group by all' as known_at", []),
    ],
)
def test_forbidden_sql_is_found_outside_comments_and_literals(sql: str, found: list[str]) -> None:
    assert matches(bare(sql), FORBIDDEN_SQL) == found


@pytest.mark.parametrize(
    ("sql", "is_broken"),
    [
        ("select cast({{ as_of() }} as date)", True),
        ("select {{ previous_as_of() }}::date - 1", True),
        ('{{ mart(only="a = cast(" ~ as_of() ~ " as date)") }}', True),
        ("select cast({{ as_of() }} - interval 2 day as date) -- wider than every zone", False),
        ("select {{ running_date('time_zone') }}, {{ local_date(as_of(), 'time_zone') }}", False),
    ],
)
def test_a_date_of_as_of_without_a_zone_is_found(sql: str, is_broken: bool) -> None:
    assert bool(zoneless_dates(sql)) is is_broken


def test_foreign_text_is_found() -> None:
    assert matches("--index-url https://" + "py" + "pi.org/simple", FOREIGN_TEXT) == ["a package registry"]
    assert matches("open('/" + "home/anna/landing')", FOREIGN_TEXT) == ["a path of one machine"]
    assert matches("`<home>/landing/standard`, docs/home/work/x", FOREIGN_TEXT) == []
    assert odd_indents("select\n   a\nfrom b") == [2]
