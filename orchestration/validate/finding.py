"""Findings about a delivery: what is unusual of it, how severe that is, which KPIs it concerns, what to do.

They are expectations of Great Expectations as well (suite ``incoming_usual``), so that they stand among the evidence of
a refresh; here they get their words and their table, ``meta.finding``.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

import duckdb
import pandas as pd

from orchestration.documents.lineage import missing_extracts
from orchestration.ingest.books import last_complete
from orchestration.ingest.declarations import SEVERITIES, WATCH_RULES, ExtractDeclaration
from orchestration.transform.project import Manifest
from orchestration.validate.suites import Expectation, Subject, Suite
from orchestration.validate.unusual import Unusual, unusual
from orchestration.validate.watch import profile

NAME = "incoming_usual"
DEFAULT = "hold"
MANY_REJECTED = 0.05
ENOUGH = 10

NEXT_STEP = {
    "note": "nothing has to be done",
    "hold": "ask the source; a corrected file replaces it, and `contact-center unload` takes a wrong one out",
    "stop": "ask the source, and take a wrong file out by `contact-center unload`; if it is right, refresh with"
    " --accept {name}",
}


@dataclass(frozen=True)
class Finding:
    """One thing that is unusual of one day of an extract; ``severity`` is note, hold or stop.

    ``kpis`` are the ids of those that count the extract.
    """

    rule: str
    system: str
    entity: str
    day: date
    severity: str
    text: str
    kpis: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """How ``--accept`` calls it: ``standard.contacts:fewer:2026-11-30``."""
        return f"{self.system}.{self.entity}:{self.rule}:{self.day}"

    @property
    def sentence(self) -> str:
        """What was found, and what to do about it."""
        about = f"; it concerns {len(self.kpis)} KPIs" if self.kpis else ""
        step = NEXT_STEP[self.severity].format(name=self.name)
        return f"{self.severity}: {self.system}.{self.entity} of {self.day}: {self.text}{about} ({self.rule}): {step}"


def usual_suite(declarations: Sequence[ExtractDeclaration]) -> Suite | None:
    """Return what is expected of watched extracts, one expectation per rule; None when none is watched."""
    subjects = tuple(
        Subject(
            name=declaration.identifier,
            sql="",
            asset=declaration.identifier,
            expectations=tuple(
                Expectation(rule, "expect_column_values_to_be_null", "info", {"column": _column(declaration, rule)})
                for rule in WATCH_RULES
            ),
            description="Like the same weekdays before, by the rules of docs/loading.md.",
        )
        for declaration in declarations
        if declaration.watched is not None
    )
    return Suite(NAME, "incoming", subjects) if subjects else None


def findings_frame(declarations: Sequence[ExtractDeclaration], findings: Iterable[Finding]) -> pd.DataFrame:
    """Return the frame that ``usual_suite`` is evaluated on: a column per extract and rule, with what was found."""
    cells: dict[str, list[str]] = {
        _column(declaration, rule): [] for declaration in declarations if declaration.watched for rule in WATCH_RULES
    }
    identifiers = {(each.system, each.entity): each for each in declarations}
    for finding in findings:
        cells[_column(identifiers[finding.system, finding.entity], finding.rule)].append(finding.sentence)
    return pd.DataFrame({name: pd.Series(values, dtype=object) for name, values in cells.items()})


def find(
    con: duckdb.DuckDBPyConnection,
    declarations: Sequence[ExtractDeclaration],
    *,
    as_of: datetime,
    zone: str,
    new_files: str,
    manifest: Manifest | None = None,
    accepted: Collection[str] = (),
) -> list[Finding]:
    """Return what is unusual of what was delivered, and of what was not, since the last complete refresh.

    ``new_files`` is a query for the numbers of the new files, ``zone`` the reporting zone, ``accepted`` names findings
    that do not stop. Without a manifest findings name no KPIs. Raises ``duckdb.Error``.
    """
    complete = last_complete(con)
    before = complete.as_of if complete else None
    found: list[Finding] = []
    for declaration in declarations:
        if declaration.watched is None:
            continue
        entities = {each.entity: each for each in declarations if each.system == declaration.system}
        known = profile(con, declaration, as_of=as_of, before=before, zone=zone, new_files=new_files, entities=entities)
        seen = [] if known is None else list(unusual(known))
        seen += _rejected(con, declaration, new_files, as_of.date())
        levels = dict(declaration.watched.severity)
        found += [_finding(declaration, each, levels.get(each.rule, DEFAULT), accepted) for each in seen]
    return _with_kpis(con, found, manifest)


def record_findings(con: duckdb.DuckDBPyConnection, refresh_id: int, findings: Sequence[Finding]) -> None:
    """Write the findings of a refresh, replacing those of an earlier attempt at it."""
    con.execute("delete from meta.finding where refresh_id = ?", [refresh_id])
    if findings:
        con.executemany(
            "insert into meta.finding values (?, ?, ?, ?, ?, ?, ?, ?)",
            [[refresh_id, f.severity, f.rule, f.system, f.entity, f.day, f.text, ", ".join(f.kpis)] for f in findings],
        )


def _finding(declaration: ExtractDeclaration, seen: Unusual, severity: str, accepted: Collection[str]) -> Finding:
    finding = Finding(seen.rule, declaration.system, declaration.entity, seen.day, severity, seen.text)
    if severity == SEVERITIES[-1] and finding.name in accepted:
        return replace(finding, severity=DEFAULT, text=f"{seen.text}, accepted")
    return finding


def _rejected(
    con: duckdb.DuckDBPyConnection, declaration: ExtractDeclaration, new_files: str, day: date
) -> Iterator[Unusual]:
    """Compare the share of rejected rows in the new files with that of all earlier ones."""
    row = con.execute(
        f"""
        select
            sum(rejected_count) filter (where is_new), sum(row_count + rejected_count) filter (where is_new),
            sum(rejected_count) filter (where not is_new), sum(row_count + rejected_count) filter (where not is_new)
        from (
            select *, file_id in ({new_files}) as is_new from meta.loaded_file
            where system = ? and entity = ? and status = 'loaded'
        )
        """,
        [declaration.system, declaration.entity],
    ).fetchone() or (0, 0, 0, 0)
    rejected, rows, earlier, before = (int(number or 0) for number in row)
    usual = earlier / before if before else 0.0
    if rejected >= ENOUGH and rejected / rows > max(MANY_REJECTED, 5 * usual):
        yield Unusual(
            "rejected", day, f"{rejected / rows:.0%} of {rows:,} rows were rejected, where {usual:.1%} is usual"
        )


def _with_kpis(con: duckdb.DuckDBPyConnection, findings: list[Finding], manifest: Manifest | None) -> list[Finding]:
    """Name the KPIs that an extract feeds: those that would be missing without it."""
    if manifest is None or not findings:
        return findings
    delivered: dict[str, set[str]] = {}
    loaded = "select distinct system, entity from meta.loaded_file where status = 'loaded'"
    for system, entity in con.execute(loaded).fetchall():
        delivered.setdefault(system, set()).add(entity)
    lacking = missing_extracts(manifest, delivered)
    fed: dict[tuple[str, str], tuple[str, ...]] = {}
    for system, entity in {(each.system, each.entity) for each in findings}:
        without = delivered | {system: delivered[system] - {entity}}
        missing = missing_extracts(manifest, without)
        fed[system, entity] = tuple(sorted(kpi for kpi, needs in missing.items() if set(needs) - set(lacking[kpi])))
    return [replace(finding, kpis=fed[finding.system, finding.entity]) for finding in findings]


def _column(declaration: ExtractDeclaration, rule: str) -> str:
    return f"{declaration.identifier}:{rule}"
