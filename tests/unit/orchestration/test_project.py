"""Fingerprint and parameters of the dbt project."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from orchestration.transform.parameters import ParameterError, Rule
from orchestration.transform.project import (
    CODE,
    checked_parameters,
    default_parameters,
    parameter_set,
    project_fingerprint,
    read_parameters,
)
from tests.unit.orchestration.support import TINY_PROJECT

DEFAULTS: dict[str, Any] = {"days": 7, "share": 0.5, "currency": "EUR"}
RULES = {name: Rule.read(name, {"type": kind}) for name, kind in (("days", "integer"), ("share", "number"))}


def test_fingerprint_follows_content_and_names_but_not_place(tmp_path: Path) -> None:
    here, there = tmp_path / "a", tmp_path / "b"
    shutil.copytree(TINY_PROJECT, here)
    shutil.copytree(TINY_PROJECT, there)
    assert project_fingerprint(here) == project_fingerprint(there)
    (there / "models" / "contact.sql").rename(there / "models" / "contacts.sql")
    renamed = project_fingerprint(there)
    assert renamed != project_fingerprint(here)
    (there / "models" / "contacts.sql").write_text("select 1 as one")
    assert project_fingerprint(there) != renamed


def test_fingerprint_ignores_what_cannot_change_a_number(tmp_path: Path) -> None:
    shutil.copytree(TINY_PROJECT, tmp_path / "p")
    before = project_fingerprint(tmp_path / "p")
    (tmp_path / "p" / "expectations" / "new.yml").write_text("border: incoming")
    (tmp_path / "p" / "models" / ".hidden").write_text("x")
    assert project_fingerprint(tmp_path / "p") == before


def test_parameters_are_all_variables_but_systems_and_as_of() -> None:
    assert set(default_parameters(TINY_PROJECT)) == {
        "short_abandon_seconds",
        "service_level_threshold_seconds",
        "reporting_currency",
    }


def test_a_default_given_again_is_no_override() -> None:
    assert checked_parameters({"days": 7, "share": 1}, DEFAULTS, RULES) == {"share": 1}


def test_the_name_of_a_set_follows_its_values() -> None:
    assert parameter_set({}) == "default"
    assert parameter_set({"a": 1, "b": 2}) == parameter_set({"b": 2, "a": 1})
    assert parameter_set({"a": 1}) != parameter_set({"a": 2})


@pytest.mark.parametrize("text", ["- a\n- b\n", "a: [", ""])
def test_a_parameters_file_must_be_a_mapping(tmp_path: Path, text: str) -> None:
    file = tmp_path / "p.yml"
    file.write_text(text)
    with pytest.raises(ParameterError, match=r"p\.yml"):
        read_parameters(file, DEFAULTS, RULES)


def test_a_missing_parameters_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match=r"absent\.yml cannot be read"):
        read_parameters(tmp_path / "absent.yml", DEFAULTS, RULES)


def test_what_only_tells_of_the_project_does_not_rebuild_it_and_a_model_does(tmp_path: Path) -> None:
    models = tmp_path / "models"
    models.mkdir()
    (models / "one.sql").write_text("select 1 as one")
    before = project_fingerprint(tmp_path, CODE)
    (models / "exposures.yml").write_text("exposures: []")
    (models / "overview.md").write_text("read me")
    assert project_fingerprint(tmp_path, CODE) == before
    (models / "one.sql").write_text("select 2 as one")
    assert project_fingerprint(tmp_path, CODE) != before
