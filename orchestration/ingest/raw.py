"""The raw tables: one per declared extract, created and widened from the declarations, never narrowed."""

from collections.abc import Sequence

import duckdb

from orchestration.ingest.declarations import ExtractDeclaration
from orchestration.ingest.errors import DeclarationError, SchemaChangeError
from orchestration.session import settle

LINEAGE = {"_extra_columns": "json", "_file_id": "bigint", "_line_number": "bigint"}


def ensure_raw_tables(con: duckdb.DuckDBPyConnection, declarations: Sequence[ExtractDeclaration]) -> None:
    """Make every declared raw table exist with every declared column.

    A newly declared column is added and is NULL for the rows already there. A column that is no longer declared stays.
    Raises ``SchemaChangeError`` when a declared type differs from the existing one, ``DeclarationError`` when a row
    rule or a pattern is not valid SQL.
    """
    settle(con)
    existing: dict[str, dict[str, str]] = {}
    for schema, table, column, data_type in con.execute(
        "select schema_name, table_name, column_name, data_type from duckdb_columns() where database_name = "
        "current_database()"
    ).fetchall():
        existing.setdefault(f'"{schema}"."{table}"', {})[column.lower()] = data_type
    for declaration in declarations:
        present = existing.get(declaration.raw_table)
        changed = _create(con, declaration) if present is None else _widen(con, declaration, present)
        if changed or declaration.rules:
            _try_rules(con, declaration)


def _create(con: duckdb.DuckDBPyConnection, declaration: ExtractDeclaration) -> bool:
    columns = {column.quoted: column.data_type for column in declaration.columns} | LINEAGE
    defined = ", ".join(f"{name} {data_type}" for name, data_type in columns.items())
    con.execute(f'create schema if not exists "{declaration.schema}"')
    con.execute(f"create table {declaration.raw_table} ({defined})")
    return True


def _widen(con: duckdb.DuckDBPyConnection, declaration: ExtractDeclaration, present: dict[str, str]) -> bool:
    added = []
    for column in declaration.columns:
        there = present.get(column.name.lower())
        if there is None:
            added.append(f"alter table {declaration.raw_table} add column {column.quoted} {column.data_type}")
        elif there.lower() != column.data_type.lower().replace(" ", ""):
            raise SchemaChangeError(
                f"{declaration.declared_in}: {declaration.name}, column {column.name} is declared "
                f"{column.data_type}, but {declaration.raw_table} holds it as {there.lower()}. Raw rows are never "
                f"rewritten: declare the old type and cast in staging, or drop {declaration.raw_table} and its rows in "
                "meta.loaded_file and meta.delivery, and load its files again."
            )
    for statement in added:
        con.execute(statement)
    return bool(added)


def _try_rules(con: duckdb.DuckDBPyConnection, declaration: ExtractDeclaration) -> None:
    conditions = {f"rule {rule.name!r}": f"not ({rule.expression})" for rule in declaration.rules}
    for column in declaration.columns:
        if column.pattern is not None:
            pattern = column.pattern.replace("'", "''")
            conditions[f"column {column.name}: pattern"] = f"regexp_full_match('', '{pattern}')"
    for what, condition in conditions.items():
        try:
            con.execute(f"select 1 from {declaration.raw_table} where {condition} limit 0").fetchall()
        except (duckdb.BinderException, duckdb.ParserException, duckdb.InvalidInputException) as error:
            reason = str(error).splitlines()[0]
            raise DeclarationError(
                f"{declaration.declared_in}: source {declaration.name}, {what} is not valid SQL: {reason}"
            ) from error
