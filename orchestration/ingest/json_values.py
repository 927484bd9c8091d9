"""JSON values as the loader keeps them: numbers with all their digits, and objects that have a key twice.

A number that a machine word holds exactly as written is an ``int`` or ``float``, any other its text: an integer of
thousands of digits, 0.10, 1e400.
"""

import json
from collections import Counter
from collections.abc import Mapping
from typing import Any


class Number:
    """A number that a machine word cannot hold as written: its digits."""

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text


class Repeating(dict[str, Any]):
    """An object that has a key twice."""

    def __init__(self, members: Mapping[str, Any], key: str) -> None:
        super().__init__(members)
        self.key = key


def dumped(value: object) -> str:
    """Return a value as JSON text; numbers as they were written."""
    if isinstance(value, Number):
        return value.text
    if isinstance(value, dict):
        members = ",".join([f"{_plain(key)}:{dumped(member)}" for key, member in value.items()])
        return f"{{{members}}}"
    if isinstance(value, list):
        return f"[{','.join([dumped(member) for member in value])}]"
    return _plain(value)


_plain = json.JSONEncoder(ensure_ascii=False).encode


def _integer(text: str) -> int | Number:
    return int(text) if len(text) <= _WORD_DIGITS else Number(text)


def _fraction(text: str) -> float | Number:
    value = float(text)
    return value if repr(value) == text else Number(text)


def _object(members: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object; one that has a key twice, or holds such a one, is a ``Repeating``."""
    made = dict(members)
    if len(made) != len(members):
        counted = Counter(key for key, _ in members)
        return Repeating(made, next(key for key, times in counted.items() if times > 1))
    for value in made.values():
        if isinstance(value, (dict, list)) and (key := _repeated(value)) is not None:
            return Repeating(made, key)
    return made


def _repeated(value: object) -> str | None:
    """Return the key that an object has twice, this one or one of a list."""
    if isinstance(value, Repeating):
        return value.key
    if isinstance(value, list):
        return next((key for member in value if (key := _repeated(member)) is not None), None)
    return None


_WORD_DIGITS = 18
DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_float=_fraction, parse_int=_integer, parse_constant=str)
