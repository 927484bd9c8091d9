"""One page per contract entity: its columns, their rules, who fills them and which KPIs need them."""

from typing import Any

from orchestration.documents.kpi_pages import GENERATED
from orchestration.documents.lineage import Lineage, Node, kpi_metrics
from orchestration.transform.project import Manifest

SYSTEM = "standard"


def contract_pages(manifest: Manifest) -> dict[str, str]:
    """Return pages (name of the file -> Markdown): one per entity of the contract, and the index ``README.md``."""
    lineage = Lineage(manifest)
    extracts = sorted(
        (source for source in manifest["sources"].values() if source["source_name"] == SYSTEM),
        key=lambda source: str(source["name"]),
    )
    kpis: dict[str, set[str]] = {}
    for _, kpi in kpi_metrics(manifest):
        kpis.setdefault(str(kpi["component"]), set()).add(str(kpi["kpi_id"]))
    pages = {f"{source['name']}.md": _page(source, lineage, kpis) for source in extracts}
    return pages | {"README.md": _index(extracts)}


def _page(source: Node, lineage: Lineage, kpis: dict[str, set[str]]) -> str:
    entity = str(source["name"])
    extract = source["config"]["meta"]["extract"]
    lines = [
        GENERATED,
        "",
        f"# {entity}",
        "",
        str(source["description"]),
        "",
        f"Delivered as `landing/{extract['path'].removesuffix('/**/*')}/*.csv` or `.parquet`; key"
        f" {', '.join(f'`{column}`' for column in extract['key'])}.",
        "",
        "| column | type | needed | rule | meaning | filled by | KPIs that stand on it |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for name, column in source["columns"].items():
        needing = {kpi for component in lineage.components_that_read(entity, name) for kpi in kpis.get(component, ())}
        meta = column["config"].get("meta") or {}
        cells = (
            f"`{name}`",
            column["data_type"],
            "yes" if meta.get("required") else "",
            _rule(meta),
            column["description"],
            ", ".join(lineage.filled_by(entity, name)),
            _few(needing),
        )
        lines.append("| " + " | ".join(str(cell).replace("|", "\\|") for cell in cells) + " |")
    if extract.get("rules"):
        lines += ["", "A row is refused when it breaks one of these:", ""]
        lines += [f"- `{rule['name']}`: `{rule['expression']}`" for rule in extract["rules"]]
    return "\n".join([*lines, ""])


def _rule(meta: dict[str, Any]) -> str:
    rules = []
    if "accepted_values" in meta:
        rules.append("one of " + ", ".join(f"`{value}`" for value in meta["accepted_values"]))
    if "minimum" in meta:
        rules.append(f">= {meta['minimum']}")
    if "maximum" in meta:
        rules.append(f"<= {meta['maximum']}")
    if "pattern" in meta:
        rules.append(f"like `{meta['pattern']}`")
    return ", ".join(rules)


def _few(kpis: set[str], shown: int = 4) -> str:
    links = [f"[{kpi}](../kpis/{kpi}.md)" for kpi in sorted(kpis)[:shown]]
    rest = len(kpis) - shown
    return ", ".join(links) + (f" and {rest} more" if rest > 0 else "")


def _index(extracts: list[Node]) -> str:
    lines = [
        GENERATED,
        "",
        "# Input contracts",
        "",
        f"{len(extracts)} extracts. All are optional: where one is missing, the KPIs that need it have no value and the"
        " status `no_data`, and everything else works.",
        "",
        "| extract | one row is |",
        "| --- | --- |",
    ]
    lines += [f"| [{source['name']}]({source['name']}.md) | {source['description']} |" for source in extracts]
    return "\n".join([*lines, ""])
