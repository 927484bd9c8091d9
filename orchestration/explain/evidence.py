"""What vouches for a KPI value and what it was made from: checks of the tables below it, extracts and files."""

from collections.abc import Mapping
from dataclasses import dataclass

import duckdb

from orchestration.documents.lineage import Lineage, Node
from orchestration.explain.trace import Trace
from orchestration.transform.results import NodeResult

FILES_SHOWN = 5


@dataclass(frozen=True)
class Checks:
    """Data tests of the tables that a value stands on: how many tables, how many passed, the names of the others.

    ``own`` are those of the component and of the table of values themselves.
    """

    tables: int
    passed: int
    other: tuple[str, ...]
    own: tuple[str, ...]


@dataclass(frozen=True)
class Extract:
    """One extract below a value: files loaded, their rows, and the newest files; ``exact`` if traced to the records."""

    name: str
    files: int
    rows: int
    newest: tuple[str, ...]
    exact: bool


def checks_of(lineage: Lineage, component: str, results: Mapping[str, NodeResult]) -> Checks:
    """Return what the last run's tests said of the models below a component, its values included."""
    models = _standing_on(lineage, component)
    own = {f"kpi_component_{component}", *_values_of(lineage, component)}
    passed, other, of_own = 0, [], set()
    for node in lineage.manifest["nodes"].values():
        if node["resource_type"] != "test":
            continue
        tested = {name.split(".")[-1] for name in node["depends_on"]["nodes"]}
        if not tested & models:
            continue
        result = results.get(node["unique_id"])
        if result is not None and result.is_good:
            passed += 1
        else:
            other.append(f"{_called(node)}: {'did not run' if result is None else result.status}")
        if tested & own:
            of_own.add(_called(node))
    return Checks(len(models), passed, tuple(sorted(other)), tuple(sorted(of_own)))


def extracts_of(con: duckdb.DuckDBPyConnection, lineage: Lineage, component: str, traces: list[Trace]) -> list[Extract]:
    """Return the extracts below a component of which files were loaded, those of the traced records first and exact."""
    exact = _files_of_records(con, lineage, traces)
    names = {
        source
        for name in lineage.below(f"kpi_component_{component}")
        if name in lineage.models
        for source in _sources(lineage.models[name])
    }
    found = []
    for system, entity in sorted(names):
        files = con.execute(
            "select file_id, path, row_count from meta.loaded_file where system = ? and entity = ?"
            " and status = 'loaded' order by file_id desc",
            [system, entity],
        ).fetchall()
        behind = [row for row in files if row[0] in exact.get(f"{system}/{entity}", set())]
        kept = behind or files
        if kept:
            newest = tuple(str(row[1]) for row in kept[:FILES_SHOWN])
            rows = sum(row[2] or 0 for row in kept)
            found.append(Extract(f"{system}/{entity}", len(kept), rows, newest, bool(behind)))
    return sorted(found, key=lambda extract: (not extract.exact, extract.name))


def _files_of_records(con: duckdb.DuckDBPyConnection, lineage: Lineage, traces: list[Trace]) -> dict[str, set[int]]:
    """Return ids of the files that hold the traced records, by extract: staging keeps the file of every row."""
    found: dict[str, set[int]] = {}
    for records in {(r.query, r.parameters): r for trace in traces for r in trace.records}.values():
        for name in lineage.below(records.table.split(".")[-1]):
            node = lineage.models.get(name)
            sources = _sources(node) if node else []
            if node is None or len(sources) != 1 or not _has(con, node, ("_file_id", records.id_column)):
                continue
            relation = f"{node['schema']}.{node.get('alias') or name}"
            rows = con.execute(
                f"select distinct _file_id from {relation} where {records.id_column} in ({records.query})",
                list(records.parameters),
            ).fetchall()
            found.setdefault("/".join(sources[0]), set()).update(row[0] for row in rows)
    return found


def _called(test: Node) -> str:
    """Return a test's name: its own, or of a generic one what it tests."""
    if not test.get("test_metadata"):
        return str(test["name"])
    tested = str(test.get("attached_node") or "").split(".")[-1]
    column = f".{test['column_name']}" if test.get("column_name") else ""
    return f"{test['test_metadata']['name']} of {tested}{column}"


def _sources(node: Node) -> list[tuple[str, str]]:
    """Return (system, entity) of the extracts that a model reads; our own books are none."""
    names = (parent.split(".") for parent in node["depends_on"]["nodes"] if parent.startswith("source."))
    return [(name[-2], name[-1]) for name in names if name[-2] != "meta"]


def _has(con: duckdb.DuckDBPyConnection, node: Node, columns: tuple[str, ...]) -> bool:
    held = con.execute(
        "select count(*) from information_schema.columns"
        " where table_schema = ? and table_name = ? and column_name in ?",
        [node["schema"], node.get("alias") or node["name"], list(columns)],
    ).fetchone()
    return held is not None and held[0] == len(columns)


def _values_of(lineage: Lineage, component: str) -> set[str]:
    """Return the tables of values that a component feeds directly."""
    return {name for name in lineage.children.get(f"kpi_component_{component}", ()) if name.startswith("kpi_value")}


def _standing_on(lineage: Lineage, component: str) -> set[str]:
    values = {f"kpi_component_{component}", *_values_of(lineage, component)}
    return {below for name in values for below in lineage.below(name)} & set(lineage.models)
