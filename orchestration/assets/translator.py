"""How dbt nodes appear in the asset graph: keys, groups, owners, checks."""

from collections.abc import Mapping, Sequence
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator
from dagster_dbt.asset_utils import get_asset_check_key_for_test

OWNER = "team:contact-center-analytics"
"""Owns what no dbt group or meta gives another owner."""


class WarehouseTranslator(DagsterDbtTranslator):  # type: ignore[misc]  # dagster-dbt is not followed by mypy
    """Keys are ``<schema>/<table>`` for sources and models alike, so that loaded extracts meet their sources."""

    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> dg.AssetKey:
        """Return schema and table as in the warehouse."""
        table = dbt_resource_props.get("identifier") or dbt_resource_props["name"]
        return dg.AssetKey([dbt_resource_props["schema"], table])

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str | None:
        """Group staging by system and the rest by schema."""
        fqn = dbt_resource_props.get("fqn") or []
        if "staging" in fqn[:-2]:
            return f"staging_{fqn[fqn.index('staging') + 1]}"
        return str(dbt_resource_props["schema"])

    def get_owners(self, dbt_resource_props: Mapping[str, Any]) -> Sequence[str]:
        """Return the owners dbt declares, or the team."""
        return super().get_owners(dbt_resource_props) or [OWNER]

    def get_asset_check_spec(
        self, asset_spec: dg.AssetSpec, manifest: Mapping[str, Any], unique_id: str, project: Any
    ) -> dg.AssetCheckSpec | None:
        """Attach a test of several models to the first model it reads; Dagster would not show it at all."""
        spec: dg.AssetCheckSpec | None = super().get_asset_check_spec(asset_spec, manifest, unique_id, project)
        if spec is not None or get_asset_check_key_for_test(manifest, self, unique_id, project) is not None:
            return spec
        node = manifest["nodes"][unique_id]
        parents = [parent for parent in node["depends_on"]["nodes"] if not parent.startswith("source.")]
        if not parents or self.get_asset_spec(manifest, parents[0], project).key != asset_spec.key:
            return None
        return dg.AssetCheckSpec(
            name=node["name"],
            asset=asset_spec.key,
            description=node.get("description"),
            metadata={"dagster_dbt/unique_id": unique_id},
            blocking=True,
        )
