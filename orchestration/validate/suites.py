"""Suites as data: the YAML files of ``expectations/`` read, checked and turned into plain objects.

No Great Expectations here: reading a suite must be cheap, because the asset graph needs the names of its checks.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

import yaml

from orchestration.publish.gate import Allowance, allowance_from

Border = Literal["incoming", "outgoing"]
SEVERITIES = ("critical", "warning", "info")

_EXPECTATION_KEYS = frozenset({"type", "name", "severity", "description", "meta"})


class SuiteError(ValueError):
    """A suite that cannot be used; the message names the file and what is wrong."""


@dataclass(frozen=True)
class Expectation:
    """One expectation: ``type`` is Great Expectations' name, ``arguments`` its arguments."""

    name: str
    type: str
    severity: str
    arguments: Mapping[str, Any]
    description: str = ""
    allowance: Allowance | None = None


@dataclass(frozen=True)
class Subject:
    """A frame and what is expected of it.

    ``sql`` yields the frame (only the columns needed), ``identify`` names the columns that tell a person which
    row failed, ``asset`` the raw table or published table that the checks belong to.
    """

    name: str
    sql: str
    asset: str
    expectations: tuple[Expectation, ...]
    identify: tuple[str, ...] = ()
    description: str = ""


@dataclass(frozen=True)
class Suite:
    """The checks of one border and subject area."""

    name: str
    border: Border
    subjects: tuple[Subject, ...]
    description: str = ""

    def promises(self) -> list[str]:
        """Return ``<suite>.<subject>.<expectation>`` of everything this suite promises to evaluate."""
        return [f"{self.name}.{subject.name}.{item.name}" for subject in self.subjects for item in subject.expectations]

    def allowances(self) -> dict[str, Allowance | None]:
        """Return the allowance of every expectation, by key."""
        return {
            f"{self.name}.{subject.name}.{item.name}": item.allowance
            for subject in self.subjects
            for item in subject.expectations
        }


def load_suites(folder: Path, border: Border) -> tuple[Suite, ...]:
    """Return the suites of one border, by file name.

    Raises ``SuiteError`` for an empty suite, a missing or double name, an unknown severity, or a warning
    without an allowance.
    """
    suites = tuple(read_suite(file) for file in sorted(folder.glob("*.yml")))
    return tuple(suite for suite in suites if suite.border == border)


def read_suite(file: Path) -> Suite:
    """Return one suite. Raises ``SuiteError``."""
    try:
        document = yaml.safe_load(file.read_text())
        suite = Suite(
            name=file.stem,
            border=document["border"],
            description=_one_line(document.get("description")),
            subjects=tuple(_subject(subject) for subject in document.get("subjects") or ()),
        )
    except (yaml.YAMLError, KeyError, TypeError, ValueError) as error:
        raise SuiteError(f"{file.name}: {type(error).__name__}: {error}") from error
    check_suite(suite)
    return suite


def check_suite(suite: Suite) -> None:
    """Raise ``SuiteError`` unless the suite promises something, and each promise has its own name."""
    if suite.border not in get_args(Border):
        raise SuiteError(f"{suite.name}: border must be incoming or outgoing, not {suite.border!r}")
    empty = [subject.name for subject in suite.subjects if not subject.expectations]
    if not suite.subjects or empty:
        raise SuiteError(f"{suite.name}: {'subject ' + empty[0] if empty else 'the suite'} expects nothing")
    double = _double(suite.promises())
    if double:
        raise SuiteError(f"{suite.name}: {double} is declared twice")


def _double(names: Iterable[str]) -> str | None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            return name
        seen.add(name)
    return None


def _one_line(text: object) -> str:
    return " ".join(str(text or "").split())


def _subject(document: Mapping[str, Any]) -> Subject:
    return Subject(
        name=document["name"],
        sql=document["sql"],
        asset=document["asset"],
        identify=tuple(document.get("identify") or ()),
        description=_one_line(document.get("description")),
        expectations=tuple(_expectation(item) for item in document.get("expectations") or ()),
    )


def _expectation(document: Mapping[str, Any]) -> Expectation:
    severity = document.get("severity", "critical")
    if severity not in SEVERITIES:
        raise ValueError(f"severity must be one of {', '.join(SEVERITIES)}, not {severity!r}")
    allowance = allowance_from(document.get("meta") or {})
    if severity == "warning" and allowance is None:
        raise ValueError(f"{document.get('name')}: a warning needs an allowance: a reason and a last day")
    return Expectation(
        name=document["name"],
        type=document["type"],
        severity=severity,
        arguments={key: value for key, value in document.items() if key not in _EXPECTATION_KEYS},
        description=_one_line(document.get("description")),
        allowance=allowance,
    )
