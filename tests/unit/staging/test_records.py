"""What a system declares not to record is what its staging models leave empty, and nothing else."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[3]
KINDS = ("absent", "partly", "always")


def contract() -> dict[str, dict[str, Any]]:
    """Return the columns of every contract entity, with their accepted values, by the standard extracts."""
    found: dict[str, dict[str, Any]] = {}
    for file in (ROOT / "models/conformed").glob("*.yml"):
        for model in yaml.safe_load(file.read_text()).get("models", []):
            found[model["name"]] = {column["name"]: [] for column in model["columns"]}
    for file in (ROOT / "models/staging/standard").glob("*__sources.yml"):
        for table in yaml.safe_load(file.read_text())["sources"][0]["tables"]:
            for column in table["columns"]:
                accepted = column.get("config", {}).get("meta", {}).get("accepted_values", [])
                if column["name"] in found[table["name"]]:
                    found[table["name"]][column["name"]] = accepted
    return found


def systems() -> Iterator[tuple[str, str, dict[str, Any], str]]:
    """Yield system, entity, what it declares, and the SQL of its model, for every entity of a system but `standard`."""
    listed = yaml.safe_load((ROOT / "dbt_project.yml").read_text())["vars"]["systems"]
    for system, entities in listed.items():
        folder = ROOT / "models/staging" / system
        declared = {
            model["name"]: model.get("config", {}).get("meta", {}).get("records", {})
            for file in folder.glob("*.yml")
            for model in yaml.safe_load(file.read_text()).get("models", [])
        }
        for entity in entities if system != "standard" else ():
            name = f"stg_{system}__{entity}"
            yield system, entity, declared.get(name, {}), (folder / f"{name}.sql").read_text()


CASES = [pytest.param(*case[1:], id=f"{case[0]}-{case[1]}") for case in systems()]


@pytest.mark.parametrize(("entity", "declared", "sql"), CASES)
def test_the_columns_declared_absent_are_those_that_are_always_null(
    entity: str, declared: dict[str, Any], sql: str
) -> None:
    always_null = set(re.findall(r"cast\(null as [^\n]+?\) as (\w+)", sql))
    missing = {column for column in contract()[entity] if not re.search(rf"\b{column}\b", sql)}
    assert {column for column, kind in declared.items() if kind == "absent"} == always_null | missing


@pytest.mark.parametrize(("entity", "declared", "sql"), CASES)
def test_a_declaration_names_columns_and_values_of_the_contract(
    entity: str, declared: dict[str, Any], sql: str
) -> None:
    assert sql
    for column, kind in declared.items():
        assert column in contract()[entity]
        assert kind in KINDS or set(kind) < set(contract()[entity][column])
