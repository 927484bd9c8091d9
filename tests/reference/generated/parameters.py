"""Parameters drawn at random within their declared ranges, the ends more often."""

from collections.abc import Mapping
from dataclasses import asdict, fields
from random import Random
from typing import Any

from orchestration.settings import PROJECT_DIR
from orchestration.transform.parameters import Rule
from orchestration.transform.project import parameter_rules
from tests.reference.center import Parameters

NAMED = {"employee_survey_minimum": "employee_survey_min_answers"}
"""Parameters of the second computation that the project names otherwise."""


def project_name(field: str) -> str:
    """Return what the project calls a parameter of the second computation."""
    return NAMED.get(field, field)


def known_to_both(given: Mapping[str, Any]) -> Parameters:
    """Return given parameters, by their names in the project, as the second computation takes them."""
    names = {field.name: project_name(field.name) for field in fields(Parameters)}
    return Parameters(**{field: given[name] for field, name in names.items() if name in given})


def invented(seed: int) -> dict[str, Any]:
    """Return parameters that follow from a seed: of each its default, an end of its range, or any value between."""
    chance = Random(f"parameters {seed}")  # noqa: S311 - test data, no secret
    rules = parameter_rules(PROJECT_DIR)
    defaults = {project_name(name): default for name, default in asdict(Parameters()).items()}
    drawn = {
        name: value(chance, rules[name], default)
        for name, default in defaults.items()
        if rules[name].ends() and chance.random() < 0.75
    }
    for low, rule in rules.items():
        high = rule.less_than
        if high and {**defaults, **drawn}[low] >= {**defaults, **drawn}[high]:
            drawn[low], drawn[high] = rules[high].ends()[0] - 1, rules[high].ends()[-1]
    return drawn


def value(chance: Random, rule: Rule, default: int) -> Any:
    """Return a value that a rule allows: mostly near the default, so that windows close; else an end, or anything."""
    ends = rule.ends()
    if rule.one_of or chance.random() < 0.3:
        return chance.choice(ends)
    if chance.random() < 0.1:
        return chance.randint(int(ends[0]), int(ends[-1]))
    return chance.choice([each for each in range(default // 4, 3 * default // 2 + 1) if ends[0] <= each <= ends[-1]])
