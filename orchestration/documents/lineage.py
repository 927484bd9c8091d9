"""What stands on what, read from the dbt manifest: extracts below a KPI, KPIs above an extract's column."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from orchestration.transform.project import Manifest

Node = dict[str, Any]

Delivered = Mapping[str, set[str]]
"""Raw extracts of which there are rows, by system."""

CALENDAR = frozenset({"dim_date"})
"""Knows every day that anything happened on, so everything would stand on everything."""

DESCRIBING = frozenset({"fx_rates"})
"""Converts what other extracts deliver, and is needed only for foreign currencies."""


@dataclass(frozen=True)
class Lineage:
    """The models of a manifest with their refs; names are the models' own, without package."""

    manifest: Manifest

    @cached_property
    def models(self) -> dict[str, Node]:
        """Models by name."""
        return {str(node["name"]): node for node in self.manifest["nodes"].values() if node["resource_type"] == "model"}

    @cached_property
    def parents(self) -> dict[str, set[str]]:
        """Names of what each model reads, but for the calendar and the books of what is touched."""
        found = {}
        for name, node in self.models.items():
            refs = (unique_id.split(".")[-1] for unique_id in node["depends_on"]["nodes"])
            found[name] = {
                ref for ref in refs if ref not in CALENDAR and self.models.get(ref, {}).get("schema") != "meta"
            }
        return found

    @cached_property
    def children(self) -> dict[str, set[str]]:
        """Names of the models that read each model."""
        found: dict[str, set[str]] = {}
        for name, parents in self.parents.items():
            for parent in parents:
                found.setdefault(parent, set()).add(name)
        return found

    def above(self, names: set[str]) -> set[str]:
        """Return the models that stand on any of these, directly or not, these included."""
        return _closure(names, self.children)

    def below(self, name: str) -> set[str]:
        """Return everything that a model stands on, itself included."""
        return _closure({name}, self.parents)

    def facts_of(self, component: str) -> list[str]:
        """Return the facts that a KPI component reads, sorted."""
        return sorted(name for name in self.below(f"kpi_component_{component}") if name.startswith("fct_"))

    def entities_of(self, component: str) -> list[str]:
        """Return the contract entities that a KPI component stands on, sorted."""
        return sorted(name for name in self.below(f"kpi_component_{component}") if self.is_conformed(name))

    def is_conformed(self, name: str) -> bool:
        """Whether the model is one of the contract's entities."""
        return name in self.models and self.models[name]["schema"].endswith("conformed")

    def components_that_read(self, entity: str, column: str) -> set[str]:
        """Return the KPI components that stand on a model in whose text the entity's column occurs."""
        word = re.compile(rf"\b{re.escape(column)}\b")
        readers = {name for name in self.children.get(entity, set()) if word.search(self.models[name]["raw_code"])}
        prefix = "kpi_component_"
        return {name.removeprefix(prefix) for name in self.above(readers) if name.startswith(prefix)}

    def extracts_behind(self, component: str, parts: Iterable[str]) -> list[str]:
        """Return the contract entities whose records some parts of a KPI component count, sorted.

        They are what the facts are made of that ``explained_by`` names for a part, else those that the component reads:
        the entity that a fact is named for (``fct_order`` of ``orders``), or the nearest ones. A component whose
        nearest entities are not the ones it counts says so with ``counts`` in its config.meta.
        """
        model = f"kpi_component_{component}"
        meta = self.models[model]["config"].get("meta") or {}
        wanted = set(parts)
        named = {str(one["table"]) for one in meta.get("explained_by") or [] if wanted & set(one.get("parts") or {})}
        found = set(meta.get("counts") or []) or {
            entity for table in named or {model} for entity in self._made_of(table)
        }
        return sorted(found)

    def _made_of(self, table: str) -> set[str]:
        level, seen = {table}, {table}
        while level:
            if found := {name for name in level if self.is_extract(name)}:
                return found
            below = {parent for name in level for parent in self.parents.get(name, set())} - seen - DESCRIBING
            below = {name for name in below if not name.startswith("dim_")}
            facts = [name.removeprefix("fct_").removesuffix("_day").removesuffix("_interval") for name in level]
            level = {name for name in below for fact in facts if name in (fact, f"{fact}s", f"{fact[:-1]}ies")} or below
            seen |= below
        return set()

    def is_extract(self, entity: str) -> bool:
        """Whether a contract entity is delivered as such, and not made of others."""
        return entity in self.systems_of(entity).get("standard", set())

    def systems_of(self, entity: str) -> dict[str, set[str]]:
        """Return the raw extracts that fill a contract entity, by system; none for what is no contract entity."""
        if not self.is_conformed(entity):
            return {}
        staged = {name: re.fullmatch(r"stg_(\w+?)__\w+", name) for name in self.parents.get(entity, set())}
        return {match[1]: self._raw_below(name, match[1]) for name, match in staged.items() if match}

    def _raw_below(self, name: str, system: str) -> set[str]:
        found, waiting = set[str](), [name]
        while waiting:
            for unique_id in self.models[waiting.pop()]["depends_on"]["nodes"]:
                kind, *_, source, last = unique_id.split(".")
                if kind == "source" and source == system:
                    found.add(last)
                elif kind == "model" and last.startswith(f"stg_{system}__"):
                    waiting.append(last)
        return found

    def filled_by(self, entity: str, column: str) -> list[str]:
        """Return the systems that record the column, `standard` first, and whether only partly."""
        systems = []
        for name in self.parents.get(entity, set()):
            parts = re.fullmatch(rf"stg_(\w+)__{entity}", name)
            recorded = ((self.models[name]["config"].get("meta") or {}).get("records") or {}).get(column, "always")
            if parts and recorded != "absent":
                systems.append(f"{parts[1]} (partly)" if recorded == "partly" else parts[1])
        return sorted(systems, key=lambda system: (system != "standard", system))


def _closure(names: set[str], steps: dict[str, set[str]]) -> set[str]:
    seen: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            waiting += steps.get(name, set())
    return seen


def kpi_metrics(manifest: Manifest) -> Iterator[tuple[Node, Node]]:
    """Yield (metric, its KPI definition) in the order of their names; a variant inherits from its default."""
    metrics = [metric for metric in manifest["metrics"].values() if (metric["config"].get("meta") or {}).get("kpi")]
    defaults = {
        metric["config"]["meta"]["kpi"]["kpi_id"]: metric["config"]["meta"]["kpi"]
        for metric in metrics
        if metric["config"]["meta"]["kpi"]["variant"] == "default"
    }
    for metric in sorted(metrics, key=lambda metric: str(metric["name"])):
        own = metric["config"]["meta"]["kpi"]
        yield metric, {**defaults.get(own["kpi_id"], {}), **own}


def default_kpis(manifest: Manifest) -> Iterator[tuple[Node, Node]]:
    """Yield (metric, KPI definition) of the default variant of each KPI."""
    return ((metric, kpi) for metric, kpi in kpi_metrics(manifest) if kpi["variant"] == "default")


def missing_extracts(manifest: Manifest, delivered: Delivered) -> dict[str, tuple[str, ...]]:
    """Return by KPI the contract entities that its default counts and that no delivered extract fills, sorted."""
    lineage = Lineage(manifest)
    return {
        kpi["kpi_id"]: tuple(
            entity
            for entity in lineage.extracts_behind(kpi["component"], parts_of(metric))
            if not any(raw & delivered.get(system, set()) for system, raw in lineage.systems_of(entity).items())
        )
        for metric, kpi in default_kpis(manifest)
    }


def parts_of(metric: Node) -> list[str]:
    """Return the simple metrics that a metric is made of."""
    params = metric["type_params"]
    listed = [params.get("numerator"), params.get("denominator"), *(params.get("metrics") or [])]
    return [str(part["name"]) for part in listed if part]
