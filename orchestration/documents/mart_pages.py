"""One page per published table, and the data dictionary: what a reader of the publication may rely on."""

from orchestration.documents.kpi_pages import GENERATED
from orchestration.documents.lineage import Lineage, Node
from orchestration.publish.dictionary import tests_of, unit_of
from orchestration.transform.project import Manifest, published_models

KINDS = {
    "kpi": "KPI values",
    "mart": "Wide marts",
    "dim": "Dimensions",
    "bridge": "Dimensions",
    "fct": "Facts",
}
"""Title of a group of tables by the first word of their names."""

OTHER = "Other tables"


def mart_pages(manifest: Manifest) -> dict[str, str]:
    """Return pages (name of the file -> Markdown): one per published model, and the index ``README.md``."""
    models = published_models(manifest)
    lineage = Lineage(manifest)
    return {f"{name}.md": _page(dict(node), manifest, lineage) for name, node in models.items()} | {
        "README.md": _index({name: dict(node) for name, node in models.items()})
    }


def dictionary_page(manifest: Manifest) -> str:
    """Return the page ``data-dictionary.md``: every column of every published model, as ``data_dictionary`` has it."""
    models = published_models(manifest)
    columns = sum(len(node["columns"]) for node in models.values())
    lines = [
        GENERATED,
        "",
        "# Data dictionary",
        "",
        f"{len(models)} tables with {columns:,} columns. The publication carries the same as table `data_dictionary`,"
        " with types; beside these it has `release`, which says what was published when.",
    ]
    for name, node in models.items():
        lines += ["", f"## [{name}](marts/{name}.md)", "", _one_line(node["description"]), ""]
        lines += ["| column | meaning |", "| --- | --- |"]
        lines += [f"| `{column}` | {_cell(text['description'])} |" for column, text in node["columns"].items()]
    return "\n".join([*lines, ""])


def _page(node: Node, manifest: Manifest, lineage: Lineage) -> str:
    name = str(node["name"])
    tests = tests_of(manifest)
    kind = "view" if (node["config"].get("meta") or {}).get("published") == "view" else "table"
    lines = [GENERATED, "", f"# {name}", "", _one_line(node["description"]), ""]
    lines.append(
        f"Published as {kind} `marts.{name}`"
        + ("" if kind == "view" else f", and as Parquet in `parquet/{name}`")
        + "."
    )
    below = sorted(
        parent for parent in lineage.parents.get(name, ()) if parent in lineage.models and not parent.startswith("stg_")
    )
    if below:
        lines += ["", f"Made from {', '.join(f'`{parent}`' for parent in below)}."]
    lines += ["", "| column | type | unit | meaning | tests |", "| --- | --- | --- | --- | --- |"]
    for column, text in node["columns"].items():
        passed = ", ".join(tests.get((name, column), ()))
        kind_of = str(text.get("data_type") or "")
        unit = unit_of(column, {}) or ""
        lines.append(f"| `{column}` | {kind_of} | {unit} | {_cell(text['description'])} | {passed} |")
    checks = tests.get((name, None), ())
    if checks:
        lines += ["", "## What is checked every night", "", *(f"- {_claim(check)}" for check in checks)]
    lines += ["", "## Ask for it", "", "```sql", f"select * from marts.{name} limit 10", "```", ""]
    return "\n".join(lines)


def _claim(test: str) -> str:
    """Return a test's name as the sentence that it is."""
    subject, _, claim = test.partition("__")
    return f"`{subject}` {claim.replace('_', ' ')}" if claim else f"`{test}`"


def _index(models: dict[str, Node]) -> str:
    groups: dict[str, list[Node]] = {}
    for name, node in models.items():
        groups.setdefault(KINDS.get(name.split("_")[0], OTHER), []).append(node)
    lines = [
        GENERATED,
        "",
        "# Published tables",
        "",
        f"{len(models)} tables and views in the schema `marts` of `kpi.duckdb`. Start with [kpi_value](kpi_value.md);"
        " [Connect BI](../connect-bi.md) says what to mind.",
    ]
    for title in (*dict.fromkeys(KINDS.values()), OTHER):
        if title in groups:
            lines += ["", f"## {title}", "", "| table | what it holds |", "| --- | --- |"]
            lines += [
                f"| [{node['name']}]({node['name']}.md) | {_cell(node['description'])} |" for node in groups[title]
            ]
    return "\n".join([*lines, ""])


def _one_line(text: str) -> str:
    return " ".join(str(text or "").split())


def _cell(text: str) -> str:
    return _one_line(text).replace("|", "\\|")
