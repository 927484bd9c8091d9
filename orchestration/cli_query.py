"""``contact-center query``: a question to the publication in SQL, answered as a table, CSV or JSON. Reads only."""

import csv
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import duckdb
import typer
from rich.table import Table

from orchestration.cli_text import plural, shown, wide_console
from orchestration.faults import is_in_use, why
from orchestration.publish.layout import DATABASE
from orchestration.publish.tables import SCHEMA
from orchestration.session import settle
from orchestration.settings import Settings

Form = Literal["table", "csv", "json"]

SHOWN = 50
"""Rows of a table on the screen, where no limit is given; CSV and JSON are complete then."""


@dataclass(frozen=True)
class Answer:
    """The rows of a query, at most as many as asked for; ``more`` says that there are others."""

    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]
    more: bool
    numeric: tuple[bool, ...]


_FORMULAS = ("=", "+", "-", "@", "\t", "\r")


def ask(database: Path, sql: str, limit: int | None) -> Answer:
    """Return the first ``limit`` rows (None: all) of a query to a publication, or to a warehouse.

    The file is opened read-only and nothing outside it can be reached. Raises ``duckdb.Error`` for what DuckDB does
    not accept, and ``ValueError`` where there is no statement.
    """
    with duckdb.connect(str(database), read_only=True, config={"enable_external_access": "false"}) as con:
        con.execute(f"set search_path = '{SCHEMA}'")
        settle(con)
        relation = con.execute(sql)
        if relation is None or relation.description is None:
            raise ValueError("there is no statement in it")
        rows = relation.fetchall() if limit is None else relation.fetchmany(limit + 1)
        columns = tuple(str(column[0]) for column in relation.description)
        numeric = tuple(str(column[1]) in ("NUMBER", "BIGINT", "INTEGER", "DOUBLE") for column in relation.description)
    more = limit is not None and len(rows) > limit
    return Answer(columns, rows[:limit] if more else rows, more, numeric)


def run_query(settings: Settings, sql: str, form: Form, limit: int | None, *, warehouse: bool = False) -> int:
    """Print the answer and return the exit code: 0 answered, 1 nothing to ask, 2 a query that cannot be answered.

    With ``warehouse`` the private database is asked instead of the publication.
    """
    database = settings.warehouse if warehouse else settings.published / DATABASE
    if not database.is_file():
        typer.echo(f"there is no {database} yet: run `contact-center refresh`", err=True)
        return 1
    wanted = SHOWN if limit is None and form == "table" else limit
    try:
        answer = ask(database, sql, wanted)
    except duckdb.IOException as error:
        if not is_in_use(error):
            raise
        typer.echo(f"{database.name} is in use, by a refresh perhaps: {str(error).strip()}", err=True)
        return 1
    except (duckdb.Error, ValueError) as error:
        if why(error, settings.home):
            raise
        typer.echo(f"this query cannot be answered: {str(error).strip()}", err=True)
        return 2
    if form == "csv":
        _write_csv(answer)
    elif form == "json":
        records = [dict(zip(answer.columns, row, strict=True)) for row in answer.rows]
        typer.echo(json.dumps(records, default=str, ensure_ascii=False, indent=2))
    else:
        _print_table(answer)
    if answer.more:
        note = f"the first {plural(len(answer.rows), 'row')}; there are more: raise --limit, or take --csv for all"
        typer.echo(note, err=form != "table")
    return 0


def _write_csv(answer: Answer) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(map(_defused, answer.columns))
    writer.writerows(map(_defused, row) for row in answer.rows)


def _defused(cell: object) -> object:
    """Return a cell of which a spreadsheet makes no formula: a text that begins like one gets an apostrophe."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULAS) else cell


def _print_table(answer: Answer) -> None:
    table = Table(box=None, pad_edge=False)
    for name, numeric in zip(answer.columns, answer.numeric, strict=True):
        table.add_column(name, overflow="fold", justify="right" if numeric else "left")
    for row in answer.rows:
        table.add_row(*map(shown, row))
    console = wide_console()
    console.print(table, highlight=False, markup=False)
    if not answer.rows:
        typer.echo("no rows")
