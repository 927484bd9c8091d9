"""Where in the project's files an entry of ``config.meta`` stands: file and line, for messages."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml


@dataclass(frozen=True)
class Entry:
    """What dbt calls a node: its kind and name, the node of the manifest, and its ``config.meta``.

    With ``column`` it is one column of the node, and the metadata are the column's.
    """

    kind: str
    name: str
    node: Mapping[str, Any]
    meta: Mapping[str, Any]
    column: str | None = None

    @property
    def text(self) -> str:
        """What it is called in messages."""
        return f"{self.kind} {self.name}" + (f": column {self.column}" if self.column else "")


def place_of(project: Path, entry: Entry, location: tuple[int | str, ...]) -> str:
    """Return ``file:line`` of what a location (keys below ``meta``, last perhaps the value itself) names.

    The YAML beside a model is looked at first, then the model itself. Where only a part of the location is found, the
    line is that of the part.
    """
    for file in _files(entry):
        path = project / file
        if not path.is_file():
            continue
        text = path.read_text(encoding="utf-8")
        line = (
            _line_in_yaml(text, entry, location) if path.suffix in (".yml", ".yaml") else _line_in_sql(text, location)
        )
        if line:
            return f"{file}:{line}"
    return str(entry.node.get("original_file_path"))


def _files(entry: Entry) -> Iterator[str]:
    patch = str(entry.node.get("patch_path") or "")
    if "://" in patch:
        yield patch.split("://", 1)[1]
    yield str(entry.node.get("original_file_path"))


def _line_in_yaml(text: str, entry: Entry, location: tuple[int | str, ...]) -> int:
    """Return the line of the deepest part of the location that the entry's mapping has; 0 when it says no meta."""
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    for mapping in _named(_mappings(root), entry.name):
        columns = _mappings(_descend(mapping, ("columns",)))
        for described in [mapping] if entry.column is None else _named(columns, entry.column):
            for path in (("config", "meta"), ("meta",)):
                found = _descend(described, path)
                if found is not None:
                    return _deepest(found, location) + 1
    return 0


def _named(mappings: Iterable[yaml.MappingNode], name: str) -> Iterator[yaml.MappingNode]:
    for mapping in mappings:
        named = _keys(mapping).get("name")
        if named is not None and named[1].value == name:
            yield mapping


def _mappings(node: yaml.Node | None) -> Iterator[yaml.MappingNode]:
    if isinstance(node, yaml.MappingNode):
        yield node
        for _, value in node.value:
            yield from _mappings(value)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            yield from _mappings(value)


def _keys(mapping: yaml.MappingNode) -> dict[str, tuple[yaml.Node, yaml.Node]]:
    return {str(key.value): (key, value) for key, value in mapping.value}


def _descend(mapping: yaml.MappingNode, path: tuple[str, ...]) -> yaml.Node | None:
    node: yaml.Node | None = mapping
    for step in path:
        found = _keys(node).get(step) if isinstance(node, yaml.MappingNode) else None
        node = found[1] if found else None
    return node


def _deepest(node: yaml.Node, location: tuple[int | str, ...]) -> int:
    """Return the line, from 0, of the last key or item of the location that can be found."""
    line = node.start_mark.line
    for step in location:
        if isinstance(node, yaml.MappingNode) and str(step) in _keys(node):
            key, node = _keys(node)[str(step)]
            line = key.start_mark.line
        elif isinstance(node, yaml.SequenceNode) and str(step).isdigit() and int(step) < len(node.value):
            node = node.value[int(step)]
            line = node.start_mark.line
    return line


def _line_in_sql(text: str, location: tuple[int | str, ...]) -> int:
    """Return the line of the first ``config`` that holds the last word of the location, or of the ``meta`` in it."""
    lines = text.splitlines()
    for word in (*(f"'{step}'" for step in reversed(location)), "meta"):
        for number, line in enumerate(lines, start=1):
            if word in line:
                return number
    return 0
