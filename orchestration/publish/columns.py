"""Published types are plain: the mapping from what DuckDB computed to what every client can read."""

import re

PLAIN = frozenset({"BIGINT", "INTEGER", "DOUBLE", "VARCHAR", "DATE", "TIMESTAMP", "BOOLEAN"})

CAST_TO = {
    "JSON": "VARCHAR",
    "UUID": "VARCHAR",
    "HUGEINT": "BIGINT",
    "UBIGINT": "BIGINT",
    "UINTEGER": "BIGINT",
    "SMALLINT": "INTEGER",
    "TINYINT": "INTEGER",
    "USMALLINT": "INTEGER",
    "UTINYINT": "INTEGER",
    "FLOAT": "DOUBLE",
}

_DECIMAL = re.compile(r"DECIMAL\((\d+),\s*(\d+)\)")


class UnpublishableColumnError(ValueError):
    """A column's type has no plain counterpart; the model must cast it."""


def published_type(table: str, column: str, data_type: str) -> str:
    """Return the plain type that a column of ``data_type`` is published as.

    Raises ``UnpublishableColumnError`` for anything else (lists, structs, time zones, enums, intervals ...).
    A number too large for its plain type stops the publication when it is cast.
    """
    name = data_type.upper()
    if name in PLAIN or _DECIMAL.fullmatch(name):
        return name
    if name in CAST_TO:
        return CAST_TO[name]
    raise UnpublishableColumnError(f"{table}.{column} is {data_type}, which cannot be published: cast it in the model")


def quoted(identifier: str) -> str:
    """Return the identifier quoted for DuckDB."""
    return '"' + identifier.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Return the text as a DuckDB string literal."""
    return "'" + text.replace("'", "''") + "'"
