"""What values a KPI parameter may have, from the rules that stand beside the defaults in ``dbt_project.yml``.

The same rules are checked by the macro ``check_parameters`` whenever dbt runs. What does not belong here: the
parameters' defaults and names of sets (``project``).
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Self
from zoneinfo import available_timezones

import yaml


class ParameterError(ValueError):
    """Parameters that cannot be used; the message names file, line, parameter, value and what is allowed."""


TYPES: Mapping[str, tuple[type, ...]] = {
    "integer": (int,),
    "number": (int, float),
    "text": (str,),
    "time_zone": (str,),
    "list": (list,),
    "mapping": (dict,),
}
WORDS = {
    "integer": "a whole number",
    "number": "a number",
    "text": "text",
    "time_zone": "a time zone such as Europe/Berlin",
}


@dataclass(frozen=True)
class Rule:
    """What one parameter may be. ``of`` is the rule of a list's or mapping's members, ``keys`` those it may have."""

    type: str
    at_least: float | None = None
    at_most: float | None = None
    one_of: tuple[Any, ...] = ()
    matches: str | None = None
    less_than: str | None = None
    keys: tuple[str, ...] = ()
    of: "Rule | None" = None

    @classmethod
    def read(cls, name: str, declared: Mapping[str, Any]) -> Self:
        """Return a declared rule. Raises ``ParameterError`` for a key or type that rules do not have."""
        known = {each.name for each in fields(cls)}
        if unknown := sorted(set(declared) - known):
            raise ParameterError(f"the rule of parameter {name!r} has unknown keys: {', '.join(unknown)}")
        if declared.get("type") not in TYPES:
            raise ParameterError(f"the rule of parameter {name!r} needs a type, one of {', '.join(TYPES)}")
        cells = dict(declared)
        if "of" in cells:
            cells["of"] = cls.read(f"{name} (members)", cells["of"])
        for several in ("one_of", "keys"):
            cells[several] = tuple(cells.get(several, ()))
        return cls(**cells)

    @property
    def allowed(self) -> str:
        """What is allowed, in words."""
        if self.one_of:
            return f"one of {', '.join(map(str, self.one_of))}"
        if self.of is not None and self.type == "list":
            return f"a list, each member {self.of.allowed}"
        if self.of is not None:
            return f"a mapping of names to values, each {self.of.allowed}"
        word = f"text like {self.matches}" if self.matches else WORDS.get(self.type, f"a {self.type}")
        if self.at_least is not None and self.at_most is not None:
            return f"{word} from {self.at_least} to {self.at_most}"
        return word

    def ends(self) -> tuple[Any, ...]:
        """Return the smallest and the greatest value of a number, or every choice; nothing for other types."""
        if self.one_of:
            return self.one_of
        return (self.at_least, self.at_most) if self.at_least is not None else ()

    def problems(self, name: str, value: object) -> Iterator[tuple[str, str]]:
        """Yield (parameter or member, what is wrong) for a value."""
        if not self._fits(value):
            yield name, f"parameter {name!r} must be {self.allowed}, but is {value!r}"
        elif isinstance(value, Mapping):
            if missing := [key for key in self.keys if key not in value]:
                yield name, f"parameter {name!r} lacks {', '.join(missing)}"
            for key, member in value.items():
                if self.keys and key not in self.keys:
                    yield f"{name}.{key}", f"parameter {name!r} has no {key}; known: {', '.join(self.keys)}"
                elif self.of is not None:
                    yield from self.of.problems(f"{name}.{key}", member)
        elif isinstance(value, list) and self.of is not None:
            for number, member in enumerate(value):
                for _, problem in self.of.problems(f"{name}[{number}]", member):
                    yield name, problem

    def _fits(self, value: object) -> bool:
        if isinstance(value, bool) or not isinstance(value, TYPES[self.type]):
            return False
        if self.one_of and value not in self.one_of:
            return False
        if isinstance(value, int | float):
            return (self.at_least is None or value >= self.at_least) and (self.at_most is None or value <= self.at_most)
        if isinstance(value, str):
            if self.type == "time_zone":
                return value in available_timezones()
            return self.matches is None or re.fullmatch(self.matches, value) is not None
        return True


def read_rules(variables: Mapping[str, Any]) -> dict[str, Rule]:
    """Return the rules of a project's variables, by parameter."""
    return {name: Rule.read(name, rule) for name, rule in (variables.get("parameter_rules") or {}).items()}


def unknown_name(name: str, known: Mapping[str, Any]) -> str:
    """Return what to say of a name that no parameter has."""
    close = get_close_matches(name, known, n=1)
    meant = f"; did you mean {close[0]!r}?" if close else ";"
    return f"unknown parameter {name!r}{meant} known parameters: {', '.join(sorted(known))}"


def violations(
    given: Mapping[str, Any], defaults: Mapping[str, Any], rules: Mapping[str, Rule]
) -> Iterator[tuple[str, str]]:
    """Yield (parameter or member, what is wrong) for every name that is unknown and every value that is not allowed."""
    values = {**defaults, **given}
    for name, value in given.items():
        if name not in defaults:
            yield name, unknown_name(name, defaults)
            continue
        wrong = list(rules[name].problems(name, value)) if name in rules else []
        yield from wrong
        for low, rule in rules.items():
            high = rule.less_than
            if high and name in (low, high) and not wrong and _is_not_less(values[low], values[high]):
                yield name, f"parameter {low!r} ({values[low]!r}) must be less than {high!r} ({values[high]!r})"


def _is_not_less(low: object, high: object) -> bool:
    return isinstance(low, int | float) and isinstance(high, int | float) and low >= high


def read_file(file: Path) -> tuple[Mapping[str, Any], dict[str, int]]:
    """Return the values of a YAML file (name: value), and the line of every name and of every member of a mapping.

    Raises ``ParameterError`` when the file cannot be read, is no mapping, or names a parameter twice.
    """
    try:
        text = file.read_text(encoding="utf-8")
        given, node = yaml.safe_load(text), yaml.compose(text, Loader=yaml.SafeLoader)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ParameterError(f"{file} cannot be read: {error}") from error
    if not isinstance(given, Mapping) or not isinstance(node, yaml.MappingNode):
        raise ParameterError(f"{file} must map parameter names to values")
    lines: dict[str, int] = {}
    for key, value in node.value:
        if key.value in lines:
            raise ParameterError(f"{file}:{key.start_mark.line + 1}: parameter {key.value!r} is given twice")
        lines[key.value] = key.start_mark.line + 1
        if isinstance(value, yaml.MappingNode):
            lines |= {f"{key.value}.{member.value}": member.start_mark.line + 1 for member, _ in value.value}
    return given, lines
