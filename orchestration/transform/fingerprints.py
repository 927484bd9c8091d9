"""What a table would be if it were built now: a fingerprint per model, seed and snapshot.

It covers the model's own file, the fingerprints of what the model reads, and one hash over all that can reach any
model: macros, YAML (metrics, contracts, settings), the project's settings, the profile's (the session's time zone), the
parameters, and the versions of dbt and DuckDB.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from functools import cache
from graphlib import TopologicalSorter
from importlib.metadata import version
from pathlib import Path
from typing import Any

from orchestration.transform.project import CODE, TELLS_ONLY, Manifest, project_files

BUILT = ("model", "seed", "snapshot")

ENGINES = ("dbt-core", "dbt-adapters", "dbt-duckdb", "duckdb")
"""Packages that make tables of the code; DuckDB brings the rules of the time zones with it."""

AFFECTED = "touched_"
"""Begins the names of the models that say which rows a refresh rebuilds. What others read from them is no content."""

CHANGES = "changed_"
"""Begins the names of the models that these are made from."""


def is_about_changes(node: Mapping[str, Any]) -> bool:
    """Whether a model says what is affected: its code decides what every other table holds after many refreshes."""
    return str(node["name"]).startswith((AFFECTED, CHANGES))


def built_nodes(manifest: Manifest) -> dict[str, Mapping[str, Any]]:
    """Return what a build writes, and ephemeral models, by unique id."""
    return {key: node for key, node in manifest["nodes"].items() if node["resource_type"] in BUILT}


def content_parents(manifest: Manifest) -> dict[str, set[str]]:
    """Return which models each model takes its content from; which rows are affected is not content."""
    nodes = built_nodes(manifest)
    return {
        key: {
            parent
            for parent in node["depends_on"].get("nodes", ())
            if parent in nodes and (is_about_changes(node) or not is_about_changes(nodes[parent]))
        }
        for key, node in nodes.items()
    }


def fingerprints(project: Path, manifest: Manifest, parameters: Mapping[str, Any]) -> dict[str, str]:
    """Return the fingerprint (64 hexadecimal digits) of every model, seed and snapshot, by unique id."""
    nodes = built_nodes(manifest)
    own = {key: str(node["original_file_path"]) for key, node in nodes.items() if not is_about_changes(node)}
    shared = _shared(project, set(own.values()), parameters)
    found: dict[str, str] = {}
    parents = content_parents(manifest)
    for key in TopologicalSorter(parents).static_order():
        file = project / own[key] if key in own else None
        content = file.read_bytes() if file is not None else b""
        read = "".join(found[parent] for parent in sorted(parents[key]))
        found[key] = hashlib.sha256(b"\0".join([shared.encode(), content, read.encode()])).hexdigest()
    return found


def with_what_follows(models: Iterable[str], manifest: Manifest) -> set[str]:
    """Return the models and every model that takes its content from them, through others too."""
    parents = content_parents(manifest)
    found = set(models)
    for key in TopologicalSorter(parents).static_order():
        if parents[key] & found:
            found.add(key)
    return found


def is_same_code(planned: Manifest, built: Manifest) -> bool:
    """Whether dbt ran the code that was planned with: files may change between the two."""
    return _code(planned) == _code(built)


def _code(manifest: Manifest) -> dict[str, object]:
    return {
        **{key: (node.get("checksum"), node.get("config")) for key, node in manifest["nodes"].items()},
        **{key: macro["macro_sql"] for key, macro in manifest["macros"].items()},
        **{key: (metric.get("type_params"), metric.get("config")) for key, metric in manifest["metrics"].items()},
    }


@cache
def engines() -> dict[str, str]:
    """Return the installed versions of what builds the tables, by package."""
    return {package: version(package) for package in ENGINES}


def _shared(project: Path, own: set[str], parameters: Mapping[str, Any]) -> str:
    digest = hashlib.sha256(json.dumps([parameters, engines()], sort_keys=True, default=str).encode())
    for file in project_files(project, (*CODE, "profiles.yml")):
        name = file.relative_to(project).as_posix()
        if name not in own and name not in TELLS_ONLY:
            digest.update(name.encode() + b"\0" + hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()
