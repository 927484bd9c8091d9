"""Write the data dictionary into a candidate: every table and column that is published, as one more table.

Types and descriptions are those of the candidate itself; tests and units come from the dbt manifest.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from orchestration.publish.added import add_table
from orchestration.publish.candidate import Candidate
from orchestration.publish.tables import Table
from orchestration.transform.project import Manifest, published_models

TABLE = "data_dictionary"

COLUMNS = {
    "table_name": ("VARCHAR", "Table or view of the publication."),
    "column_position": (
        "INTEGER",
        "Place of the column in its table, from 1 on; 0 is the line about the table itself.",
    ),
    "column_name": ("VARCHAR", "Column; NULL in the line about the table itself."),
    "data_type": ("VARCHAR", "Type of the column; table or view in the line about the table itself."),
    "description": ("VARCHAR", "What it holds; of a table also what one row is."),
    "unit": ("VARCHAR", "Unit of a number, where its name or its KPI says it."),
    "tests": ("VARCHAR", "Checks that it passed in the night of the release, with commas between."),
}

UNITS = {
    "_seconds": "seconds",
    "_minutes": "minutes",
    "_hours": "hours",
    "_days": "days",
    "_amount": "reporting currency",
    "_share": "fraction of 1",
    "_pct": "percent",
    "_count": "count",
    "_points": "points",
}
"""Endings of column names that say their unit."""

Tests = Mapping[tuple[str, str | None], tuple[str, ...]]
"""Names of tests by (table, column); None for those of the table."""


@dataclass(frozen=True)
class Line:
    """One line of the dictionary; its fields are ``COLUMNS``."""

    table_name: str
    column_position: int
    column_name: str | None
    data_type: str
    description: str
    unit: str | None
    tests: str


def lines_of(tables: tuple[Table, ...], manifest: Manifest) -> list[Line]:
    """Return the dictionary of published tables, by table and position; without the dictionary's own lines."""
    tests = tests_of(manifest)
    units = _kpi_units(manifest)
    found = []
    for table in sorted(tables, key=lambda table: table.name):
        of_table = ", ".join(tests.get((table.name, None), ()))
        found.append(Line(table.name, 0, None, table.kind, table.description, None, of_table))
        for position, (column, (kind, text)) in enumerate(table.columns.items(), start=1):
            passed = ", ".join(tests.get((table.name, column), ()))
            found.append(Line(table.name, position, column, kind, text, unit_of(column, units), passed))
    return found


def tests_of(manifest: Manifest) -> Tests:
    """Return the names of the data tests of published models, by table and column, sorted."""
    published = published_models(manifest)
    found: dict[tuple[str, str | None], set[str]] = {}
    for node in manifest["nodes"].values():
        if node["resource_type"] != "test":
            continue
        attached = str(node.get("attached_node") or "").split(".")[-1]
        generic = (node.get("test_metadata") or {}).get("name")
        if generic and attached in published:
            found.setdefault((attached, node.get("column_name")), set()).add(str(generic))
        elif not generic:
            for tested in {name.split(".")[-1] for name in node["depends_on"]["nodes"]} & set(published):
                found.setdefault((tested, None), set()).add(str(node["name"]))
    return {key: tuple(sorted(names)) for key, names in found.items()}


def unit_of(column: str, kpi_units: Mapping[str, str]) -> str | None:
    """Return the unit of a column: that of the KPI it is named for, else what its ending says; None if neither."""
    if column in kpi_units:
        return kpi_units[column]
    return next((unit for ending, unit in UNITS.items() if column.endswith(ending)), None)


def _kpi_units(manifest: Manifest) -> dict[str, str]:
    kpis = (
        (metric["config"].get("meta") or {}).get("kpi") or {} for metric in (manifest.get("metrics") or {}).values()
    )
    return {str(kpi["kpi_id"]): str(kpi["unit"]) for kpi in kpis if kpi.get("variant") == "default"}


def with_dictionary(candidate: Candidate, manifest: Manifest) -> Candidate:
    """Add the table ``data_dictionary`` to a candidate, as table and as Parquet file; return what it is now.

    Raises ``duckdb.Error`` when the candidate cannot be written.
    """
    description = "Every table and column of the publication. One row per column, and one per table."
    own = Table(TABLE, description, 0, COLUMNS)
    lines = lines_of((*candidate.tables, own), manifest)
    return add_table(candidate, TABLE, description, COLUMNS, [asdict(line) for line in lines])
