"""Run the suites of a border: what each frame is read from, and where the outcomes go.

Incoming frames are read from the warehouse, tonight's files only; outgoing frames from the release candidate with
the publication in place beside it.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

import duckdb
import pandas as pd

from orchestration.ingest.books import delivered_through
from orchestration.ingest.declarations import ExtractDeclaration
from orchestration.publish.candidate import Candidate
from orchestration.publish.columns import literal
from orchestration.publish.gate import Allowance, ExpectationOutcome
from orchestration.publish.layout import DATABASE, in_place
from orchestration.publish.tables import SCHEMA
from orchestration.session import settle
from orchestration.transform.project import Manifest
from orchestration.validate.declared import NAME, declared_frame, declared_suite
from orchestration.validate.evaluate import Evaluator
from orchestration.validate.finding import NAME as USUAL
from orchestration.validate.finding import Finding, find, findings_frame, record_findings, usual_suite
from orchestration.validate.suites import Subject, Suite, load_suites

TONIGHT = "tonight_file"
"""Temporary table of the files that no complete refresh has seen yet."""


@dataclass
class Promise:
    """Every expectation that has to be evaluated in a refresh, with its allowance."""

    allowances: dict[str, Allowance | None] = field(default_factory=dict)

    def add(self, suites: Sequence[Suite]) -> None:
        """Promise everything these suites declare."""
        for suite in suites:
            self.allowances |= suite.allowances()


def incoming_suites(folder: Path, declarations: Sequence[ExtractDeclaration]) -> tuple[Suite, ...]:
    """Return the derived suite and the written ones of the incoming border."""
    usual = usual_suite(declarations)
    return (declared_suite(declarations), *([usual] if usual else []), *load_suites(folder, "incoming"))


def narrowed(suites: Sequence[Suite], only: Collection[str] | None) -> tuple[Suite, ...]:
    """Return the suites with no other subjects than ``only`` names as ``<suite>__<subject>``; None is all of them."""
    if only is None:
        return tuple(suites)
    kept = (
        replace(suite, subjects=tuple(s for s in suite.subjects if f"{suite.name}__{s.name}" in only))
        for suite in suites
    )
    return tuple(suite for suite in kept if suite.subjects)


def counted(
    outcomes: Iterable[ExpectationOutcome], suites: Sequence[Suite], step: Callable[[int, int, str], None]
) -> list[ExpectationOutcome]:
    """Collect the outcomes of suites; ``step`` is told how many of all are there, and which came last."""
    total = sum(len(suite.promises()) for suite in suites)
    found: list[ExpectationOutcome] = []
    for outcome in outcomes:
        found.append(outcome)
        step(len(found), total, outcome.key)
    return found


def outgoing_suites(folder: Path) -> tuple[Suite, ...]:
    """Return the suites of the outgoing border."""
    return load_suites(folder, "outgoing")


def check_incoming(
    con: duckdb.DuckDBPyConnection,
    suites: Sequence[Suite],
    declarations: Sequence[ExtractDeclaration],
    as_of: datetime,
    reporting_currency: str,
    findings: Sequence[Finding] = (),
) -> Iterator[ExpectationOutcome]:
    """Yield the outcome of every expectation about tonight's rows.

    A suite's SQL finds tonight's files in ``tonight_file``, the as-of instant in ``getvariable('as_of')`` and the
    reporting currency in ``getvariable('reporting_currency')``. ``findings`` are what is unusual of them.
    """
    con.execute(f"set variable as_of = timestamp {literal(as_of.isoformat(sep=' '))}")
    con.execute(f"set variable reporting_currency = {literal(reporting_currency)}")
    note_tonight(con)
    evaluator = Evaluator()
    for suite in suites:
        if suite.name == NAME:
            frame = declared_frame(con, declarations, f"select file_id from {TONIGHT}")
            yield from evaluator.evaluate_on_one_frame(suite, frame)
            continue
        if suite.name == USUAL:
            yield from evaluator.evaluate_on_one_frame(suite, findings_frame(declarations, findings))
            continue
        for subject in suite.subjects:
            yield from evaluator.evaluate(suite.name, subject, _frame(con, subject))


def look(
    con: duckdb.DuckDBPyConnection,
    refresh_id: int,
    suites: Sequence[Suite],
    declarations: Sequence[ExtractDeclaration],
    as_of: datetime,
    zone: str,
    manifest: Manifest,
    accepted: Collection[str],
) -> list[Finding]:
    """Find what is unusual of the extracts that the suites ask about, write it into the books, and return it."""
    asked = {subject.name for suite in suites if suite.name == USUAL for subject in suite.subjects}
    note_tonight(con)
    found = find(
        con,
        [replace(each, watched=each.watched if each.identifier in asked else None) for each in declarations],
        as_of=as_of,
        zone=zone,
        new_files=f"select file_id from {TONIGHT}",
        manifest=manifest,
        accepted=accepted,
    )
    record_findings(con, refresh_id, found)
    return found


def note_tonight(con: duckdb.DuckDBPyConnection) -> None:
    """Make ``tonight_file``: the rows of ``meta.loaded_file`` that are new, and whether each file ``is_current``.

    A file is current until other content comes to its path. Taking a file out of the landing folder does not count:
    its rows are in the warehouse, so only a corrected delivery of the same records repairs them.
    """
    con.execute(
        f"create or replace temporary table {TONIGHT} as select *,"
        " row_number() over (partition by path order by delivery_id desc) = 1 as is_current"
        " from meta.loaded_file where delivery_id > ?",
        [delivered_through(con)],
    )


def check_outgoing(
    candidate: Candidate, published: Path, suites: Sequence[Suite], as_of: datetime
) -> Iterator[ExpectationOutcome]:
    """Yield the outcome of every expectation about the release candidate.

    A suite's SQL finds the candidate's tables by name and the publication in place as ``previous.marts.<table>``,
    which is empty before the first publication.
    """
    evaluator = Evaluator()
    with duckdb.connect() as con:
        settle(con)
        con.execute(f"set variable as_of = timestamp {literal(as_of.isoformat(sep=' '))}")
        con.execute(f"attach {literal(str(candidate.database))} as candidate (read_only)")
        _attach_previous(con, in_place(published) / DATABASE)
        con.execute(f"use candidate.{SCHEMA}")
        for suite in suites:
            for subject in suite.subjects:
                yield from evaluator.evaluate(suite.name, subject, _frame(con, subject))


def _attach_previous(con: duckdb.DuckDBPyConnection, previous: Path) -> None:
    """Attach the publication in place; tables it lacks (or all, at first) are empty copies of the candidate's."""
    con.execute("attach ':memory:' as previous")
    con.execute(f"create schema previous.{SCHEMA}")
    there: set[str] = set()
    if previous.is_file():
        con.execute(f"attach {literal(str(previous))} as publication (read_only)")
        there = _tables(con, "publication")
    for table in sorted(_tables(con, "candidate") | there):
        origin = "publication" if table in there else "candidate"
        limit = "" if table in there else " limit 0"
        con.execute(f'create view previous.{SCHEMA}."{table}" as select * from {origin}.{SCHEMA}."{table}"{limit}')


def _tables(con: duckdb.DuckDBPyConnection, database: str) -> set[str]:
    found = con.execute("select table_name from duckdb_tables() where database_name = ?", [database]).fetchall()
    return {str(name) for (name,) in found}


def _frame(con: duckdb.DuckDBPyConnection, subject: Subject) -> pd.DataFrame:
    return con.execute(subject.sql).df()
