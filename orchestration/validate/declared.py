"""Expectations derived from the declarations: types, required columns, accepted values and bounds.

The declaration in the sources YAML is the only place where such a rule is written; the loader enforces it row by
row, and here tonight's rows prove it. All extracts share one frame whose columns hold the few values that matter
(distinct values, lowest and highest), so the cost does not grow with the rows.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import duckdb
import pandas as pd

from orchestration.ingest.declarations import ColumnDeclaration, ExtractDeclaration, Scalar
from orchestration.validate.suites import Expectation, Subject, Suite

NAME = "incoming_declared"

Cells = dict[str, list[Any]]
"""Frame columns by name, of different lengths."""


def declared_suite(declarations: Sequence[ExtractDeclaration]) -> Suite:
    """Return what the declarations promise about tonight's rows; one subject per extract.

    The subjects carry no SQL: their frame is ``declared_frame``.
    """
    subjects = tuple(
        Subject(
            name=declaration.identifier,
            sql="",
            asset=declaration.identifier,
            expectations=_expectations(declaration),
            description="Types, required columns, accepted values and bounds as declared.",
        )
        for declaration in declarations
    )
    return Suite(NAME, "incoming", subjects)


def _expectations(declaration: ExtractDeclaration) -> tuple[Expectation, ...]:
    prefix = declaration.identifier
    types = [f"{column.name} {_type(column)}" for column in declaration.columns]
    found = [
        _critical("types", "expect_column_values_to_be_in_set", column=f"{prefix}:types", value_set=types),
        _critical("required", "expect_column_values_to_be_null", column=f"{prefix}:empty"),
    ]
    if declaration.required:
        kind = "expect_column_values_to_be_between"
        found.append(_critical("was_delivered", kind, column=f"{prefix}:files", min_value=1))
    for column in _shown(declaration):
        where = f"{prefix}.{column.name}"
        if column.accepted_values:
            accepted = list(column.accepted_values)
            kind = "expect_column_values_to_be_in_set"
            found.append(_critical(f"{column.name}_is_accepted", kind, column=where, value_set=accepted))
        if column.pattern is not None:
            kind = "expect_column_values_to_match_regex"
            found.append(_critical(f"{column.name}_has_pattern", kind, column=where, regex=f"^(?:{column.pattern})$"))
        if column.minimum is not None or column.maximum is not None:
            bounds = {
                "min_value": _number(column.minimum),
                "max_value": _number(column.maximum),
            }
            kind = "expect_column_values_to_be_between"
            bounds = {name: bound for name, bound in bounds.items() if bound is not None}
            found.append(_critical(f"{column.name}_is_in_bounds", kind, column=f"{where}:bounds", **bounds))
    return tuple(found)


def _shown(declaration: ExtractDeclaration) -> list[ColumnDeclaration]:
    """Return the columns whose values may appear in a message: personal data may not, and the loader checked it."""
    return [column for column in declaration.columns if column.personal_data is None]


def _critical(name: str, kind: str, **arguments: Any) -> Expectation:
    return Expectation(name, kind, "critical", arguments)


def _type(column: ColumnDeclaration) -> str:
    return column.data_type.upper().replace(" ", "")


def _number(bound: Scalar | None) -> float | None:
    """Return a bound as a number: dates and timestamps as seconds since 1970 UTC."""
    if bound is None or isinstance(bound, int | float):
        return bound
    return (datetime.fromisoformat(bound) - datetime(1970, 1, 1)).total_seconds()


def declared_frame(
    con: duckdb.DuckDBPyConnection, declarations: Sequence[ExtractDeclaration], files: str
) -> pd.DataFrame:
    """Return the frame that ``declared_suite`` is evaluated on.

    ``files`` is a query for the ``_file_id`` of tonight's files. Columns of different lengths are padded with None,
    which every expectation passes over.
    """
    cells: Cells = {}
    for declaration in declarations:
        cells |= _cells(con, declaration, files)
    return pd.DataFrame({name: pd.Series(values, dtype=object) for name, values in cells.items()})


def _cells(con: duckdb.DuckDBPyConnection, declaration: ExtractDeclaration, files: str) -> Cells:
    prefix = declaration.identifier
    declared = {column.name for column in declaration.columns}
    described = con.execute(f"describe {declaration.raw_table}").fetchall()
    cells: Cells = {
        f"{prefix}:types": [f"{name} {str(kind).replace(' ', '')}" for name, kind, *_ in described if name in declared]
    }
    measures: dict[str, str] = {"rows": "count(*)"}
    for column in declaration.columns:
        name = f'"{column.name}"'
        if column.required:
            measures[f"empty {column.name}"] = f"count(*) - count({name})"
    for column in _shown(declaration):
        name = f'"{column.name}"'
        if column.accepted_values or column.pattern is not None:
            measures[f"values {column.name}"] = f"list(distinct {name})"
        if column.minimum is not None or column.maximum is not None:
            number = f"epoch({name})" if column.data_type in ("date", "timestamp") else name
            measures[f"bounds {column.name}"] = f"[min({number})::double, max({number})::double]"
    if declaration.required:
        loaded = "select count(*) from meta.loaded_file where system = ? and entity = ? and status = 'loaded'"
        cells[f"{prefix}:files"] = list(con.execute(loaded, [declaration.system, declaration.entity]).fetchone() or [])
    query = f"select {', '.join(measures.values())} from {declaration.raw_table} where _file_id in ({files})"
    row = con.execute(query).fetchone() or ()
    found = dict(zip(measures, row, strict=True))
    cells[f"{prefix}:empty"] = [key.split(" ", 1)[1] for key, n in found.items() if key.startswith("empty ") and n]
    for key, value in found.items():
        kind, _, column_name = key.partition(" ")
        if kind == "values":
            cells[f"{prefix}.{column_name}"] = list(value or [])
        elif kind == "bounds":
            cells[f"{prefix}.{column_name}:bounds"] = list(value or [])
    return cells
