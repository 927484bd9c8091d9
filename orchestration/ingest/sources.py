"""The declarations of a project, read from its YAML without dbt: in a moment, for whoever asks before a refresh.

The same as ``load_declarations`` gives of the parsed project, which is what a refresh loads with.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from orchestration.ingest.declarations import ExtractDeclaration, load_declarations
from orchestration.ingest.errors import DeclarationError


def project_declarations(project_dir: Path) -> tuple[ExtractDeclaration, ...]:
    """Return the declared extracts of a project. Raises ``DeclarationError`` for one that cannot be understood."""
    return load_declarations({"sources": dict(_sources(project_dir))})


def _sources(project_dir: Path) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for file in sorted((project_dir / "models").rglob("*.yml")):
        if "sources:" not in (text := file.read_text(encoding="utf-8")):
            continue
        name = file.relative_to(project_dir).as_posix()
        try:
            document = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - both are safe
        except yaml.YAMLError as error:
            raise DeclarationError(f"{name}: {error}") from error
        for source in (document or {}).get("sources") or ():
            for table in source.get("tables") or ():
                node = {
                    **table,
                    "source_name": source["name"],
                    "schema": source.get("schema", source["name"]),
                    "columns": {column["name"]: column for column in table.get("columns") or ()},
                    "original_file_path": name,
                }
                yield f"source.{source['name']}.{table['name']}", node
