"""Which models a further night of a test may leave out, because building them again could not change anything.

More than a third of all models, each of which costs dbt the same as one that does something.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from orchestration.transform.project import Manifest

ASKS = frozenset({"macro.dbt.run_query", "macro.dbt.statement"})
"""Macros by which the text of a model can depend on what is in the warehouse, such as the as-of instant."""


def settled(manifest: Manifest, landing: Path) -> set[str]:
    """Return the unique ids of models and seeds that are what they were after a complete night.

    These are views whose text asks the warehouse nothing, tables that read nothing delivered, and the staging of
    systems that never delivered anything.
    """
    nodes = {key: node for key, node in manifest["nodes"].items() if node["resource_type"] in ("model", "seed")}
    idle = {system for system in _systems(nodes.values()) if not (landing / system).is_dir()}
    return {
        key
        for key, node in nodes.items()
        if _system(node) in idle
        or (
            not _macros(key, manifest) & ASKS
            and (node["config"]["materialized"] == "view" or not _reads_deliveries(key, manifest))
        )
    }


def _system(node: Mapping[str, Any]) -> str | None:
    layer, *folders = node["fqn"][1:-1] or [""]
    return folders[0] if layer == "staging" and folders else None


def _systems(nodes: Iterable[Mapping[str, Any]]) -> set[str]:
    return {system for node in nodes if (system := _system(node))}


def _macros(key: str, manifest: Manifest) -> set[str]:
    """Return every macro that has a part in the text of a model, and of the ephemeral models put into it."""
    wanted, found = [], set()
    models = [key]
    while models:
        reads = manifest["nodes"][models.pop()]["depends_on"]
        wanted += reads.get("macros", [])
        models += [each for each in reads.get("nodes", []) if _is_ephemeral(each, manifest)]
    while wanted:
        macro = wanted.pop()
        if macro not in found:
            found.add(macro)
            wanted += manifest["macros"][macro]["depends_on"]["macros"]
    return found


def _is_ephemeral(key: str, manifest: Manifest) -> bool:
    return bool(manifest["nodes"].get(key, {}).get("config", {}).get("materialized") == "ephemeral")


def _reads_deliveries(key: str, manifest: Manifest) -> bool:
    """Whether a source stands anywhere above a model."""
    seen, wanted = set(), [key]
    while wanted:
        each = wanted.pop()
        if each.startswith("source."):
            return True
        if each not in seen:
            seen.add(each)
            wanted += manifest["nodes"].get(each, {}).get("depends_on", {}).get("nodes", [])
    return False
