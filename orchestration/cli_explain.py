"""``contact-center explain``: a published value with its parts and meaning, its records, its checks and its files."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import typer

from orchestration.boards import numbers
from orchestration.cli_text import plural
from orchestration.documents.lineage import Lineage, kpi_metrics
from orchestration.explain.evidence import Checks, Extract, checks_of, extracts_of
from orchestration.explain.periods import Period, parse_period
from orchestration.explain.published import Scope, definition, parse_scope, value_row
from orchestration.explain.trace import Trace, Window, trace_part
from orchestration.faults import is_in_use
from orchestration.night import dbt_paths
from orchestration.publish.layout import DATABASE, DESCRIPTION, in_place
from orchestration.publish.whole import manifest_of
from orchestration.session import settle
from orchestration.settings import Settings
from orchestration.stages import local_date
from orchestration.transform.project import manifest_if_there
from orchestration.transform.results import read_results

TESTS_SHOWN = 8
PARTS = ("numerator", "denominator")

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Evidence:
    """What only the private warehouse and dbt's artifacts can say of a value; ``refresh_id`` is the newest refresh."""

    refresh_id: int
    traces: Mapping[str, Trace]
    checks: Checks
    extracts: Sequence[Extract]


@dataclass(frozen=True)
class Explained:
    """A published value: its definition, its row, its release, and its evidence or why there is none just now."""

    kpi: Row
    value: Row
    scope: Scope
    period: Period
    release: Row
    evidence: Evidence | str

    @property
    def currency(self) -> str:
        """The currency that amounts are in."""
        return str(self.release.get("parameters", {}).get("reporting_currency", ""))

    def shown(self, amount: float | None) -> str:
        """Return a number in the unit of the KPI, as boards write it."""
        return numbers.number(str(self.kpi["unit"]), amount, self.currency)


def run_explain(
    settings: Settings, kpi: str, scope: str, period: str | None, variant: str, *, as_json: bool = False
) -> int:
    """Print the explanation and return the exit code: 0 explained, 1 nothing published, 2 not known or not there."""
    database = in_place(settings.published) / DATABASE
    if not database.is_file():
        typer.echo(f"nothing is published yet in {settings.published}: run `contact-center refresh`", err=True)
        return 1
    release = manifest_of(database.parent / DESCRIPTION)
    as_of = datetime.fromisoformat(release["as_of"]).astimezone(UTC).replace(tzinfo=None)
    try:
        wanted = parse_period(period) if period else None
        with duckdb.connect(str(database), read_only=True) as con:
            kpi_row = definition(con, kpi, variant)
            who = parse_scope(scope)
            value = value_row(con, kpi_row, who, wanted, local_date(as_of, settings.time_zone))
    except ValueError as error:
        typer.echo(str(error), err=True)
        return 2
    found = Period(value["period_type"], value["period_start"], value["interval_local_start"])
    explained = Explained(kpi_row, value, who, found, release, _evidence(settings, kpi_row, value))
    typer.echo(_json(explained) if as_json else "\n".join(_lines(explained)))
    return 0


def _lines(explained: Explained) -> list[str]:
    lines = [*_meaning(explained), *_release(explained.release)]
    evidence = explained.evidence
    if isinstance(evidence, str):
        return [*lines, "", evidence]
    for part, trace in evidence.traces.items():
        lines += _records(part, trace, explained.value[part])
    if evidence.refresh_id != explained.release["refresh_id"]:
        lines += [
            "",
            f"note: refresh {evidence.refresh_id} came after this release, so records and checks are newer than the"
            " value",
        ]
    return lines + _checks(evidence.checks) + _files(evidence.extracts)


def _json(explained: Explained) -> str:
    """Return the same as JSON: the rows as they are published, with the value and the period also as they are shown."""
    value, evidence = explained.value, explained.evidence
    document: dict[str, Any] = {
        "kpi": dict(explained.kpi),
        "period": str(explained.period),
        "scope": str(explained.scope),
        "shown": explained.shown(value["value"]),
        "currency": explained.currency,
        "value": dict(value),
        "release": {name: explained.release[name] for name in ("release_id", "refresh_id", "as_of", "checks")},
    }
    if isinstance(evidence, str):
        return _dumped(document | {"note": evidence})
    document["records"] = [
        {"of": part, "agrees": _agrees(trace, value[part]), **asdict(trace)} for part, trace in evidence.traces.items()
    ]
    return _dumped(document | {"checks": asdict(evidence.checks), "files": [asdict(one) for one in evidence.extracts]})


def _dumped(document: Mapping[str, Any]) -> str:
    return json.dumps(document, default=_plain, ensure_ascii=False, indent=2)


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


def _meaning(explained: Explained) -> list[str]:
    """Return what the publication says: value, parts, target, certainty, definition."""
    kpi, value = explained.kpi, explained.value
    lines = [
        f"{kpi['name']} ({kpi['kpi_id']}, {kpi['variant']}) of {explained.scope}, {value['period_type']}"
        f" {explained.period}",
        f"  value        {_value(explained)}",
        f"  numerator    {_part(explained, value['numerator'])}  {kpi['numerator_name']}: {kpi['numerator_text']}",
    ]
    if kpi["denominator_name"]:
        lines.append(
            f"  denominator  {_number(value['denominator'])}  {kpi['denominator_name']}: {kpi['denominator_text']}"
        )
        lines.append(f"  multiplier   {_number(kpi['multiplier'])}")
    lines += [
        *_other_parts(kpi, value),
        f"  status       {_status(explained)}",
        f"  state        {_state(kpi, value)}",
        *_recorded(value),
    ]
    if value["confidence_low"] is not None:
        interval = f"{explained.shown(value['confidence_low'])} to {explained.shown(value['confidence_high'])}"
        small = ", a small sample" if value["is_sample_small"] else ""
        level = value["confidence_level"]
        lines.append(f"  confidence   {interval} ({level} %, {plural(value['sample_size'], 'case')}{small})")
    lines += ["", f"meaning: {kpi['formula']}"]
    if kpi["traps"]:
        lines.append(f"mind: {kpi['traps']}")
    return lines


def _value(explained: Explained) -> str:
    value = explained.value
    if value["value"] is not None:
        return explained.shown(value["value"])
    reason = str(value.get("no_data_reason") or "").replace("_", " ")
    return f"none ({reason or ('nothing to divide by' if value['denominator'] == 0 else 'no data')})"


def _recorded(value: Row) -> list[str]:
    """Return what the value leaves out because no source records it, or not of every case."""
    lines = []
    if value.get("missing_parts"):
        lines.append(f"  without      {str(value['missing_parts']).replace('_', ' ')}, which no source records")
    share = value.get("recorded_share")
    if share is not None and share < 1:
        lines.append(f"  recorded     of {numbers.number('percent', 100 * share)} of the cases")
    return lines


def _other_parts(kpi: Row, value: Row) -> list[str]:
    """Return the parts that came with numerator and denominator, such as squares for the confidence."""
    shown = {kpi[f"{part}_name"] for part in PARTS}
    others = {name: amount for name, amount in json.loads(value["components"] or "{}").items() if name not in shown}
    return [f"  also         {name} {_number(amount)}" for name, amount in others.items()]


def _part(explained: Explained, amount: float | None) -> str:
    """Return a numerator: an amount of money as boards write it, anything else as a bare number."""
    is_money = explained.kpi["unit"] == "currency" and amount is not None
    return explained.shown(amount) if is_money else _number(amount)


def _status(explained: Explained) -> str:
    value = explained.value
    bounds = [
        f"{name} {explained.shown(value[column])}"
        for name, column in (("target", "target"), ("at least", "lower_bound"), ("at most", "upper_bound"))
        if value[column] is not None
    ]
    return f"{value['status']} ({', '.join(bounds)})" if bounds else str(value["status"])


def _state(kpi: Row, value: Row) -> str:
    days = plural(int(kpi["final_after_days"]), "day")
    means = {"final": "nothing expected can change it", "provisional": f"final {days} after {value['period_end']}"}
    return f"{value['state']}" + (f" ({means[value['state']]})" if value["state"] in means else "")


def _release(description: Row) -> list[str]:
    checks = description["checks"]
    return [
        "",
        f"release {description['release_id']} as of {description['as_of']}: {checks['passed']:,} of {checks['run']:,}"
        f" checks and builds passed ({checks['dbt_tests']} tests of tables, {checks['expectations']} expectations of"
        " extracts and of the release)",
    ]


def _evidence(settings: Settings, kpi: Row, value: Row) -> Evidence | str:
    """Return what the private warehouse and dbt's artifacts say, or why they cannot be asked now."""
    paths = dbt_paths(settings)
    manifest = manifest_if_there(paths)
    if manifest is None or not settings.warehouse.is_file():
        return f"the warehouse is not here ({settings.warehouse}), so its records and files cannot be named"
    lineage = Lineage(manifest)
    found = {metric["name"]: kpi_meta["component"] for metric, kpi_meta in kpi_metrics(manifest)}
    component = str(found[kpi["metric_name"]])
    try:
        con = _open(settings.warehouse)
    except duckdb.IOException as error:
        if not is_in_use(error):
            raise
        return "a refresh has the warehouse open just now: records, checks and files can be named when it is done"
    with con:
        row = con.execute("select max(refresh_id) from meta.refresh").fetchone()
        newest = int(row[0]) if row and row[0] is not None else 0
        window = _window(value)
        names = {part: str(kpi[f"{part}_name"]) for part in PARTS if kpi[f"{part}_name"]}
        has_value = value["value"] is not None
        traces = {part: trace_part(con, lineage, name, window) for part, name in names.items() if has_value}
        extracts = extracts_of(con, lineage, component, list(traces.values()))
    return Evidence(newest, traces, checks_of(lineage, component, read_results(paths.run_results)), extracts)


def _open(warehouse: Path) -> duckdb.DuckDBPyConnection:
    con = duckdb.connect(str(warehouse), read_only=True)
    settle(con)
    return con


def _window(value: Row) -> Window:
    first: date = value["period_start"]
    last: date = value["period_end"]
    at, starts = value["interval_local_start"], value["interval_start_at"]
    return Window(first, last, str(value["scope_type"]), value["scope_id"], at, starts)


def _records(title: str, trace: Trace, published: float | None) -> list[str]:
    if trace.total is None:
        where = f"; it is summed from {', '.join(trace.tables)}" if trace.tables else ""
        return ["", f"behind the {title}: {trace.reason}{where}"]
    verdict = (
        "which is the published figure" if _agrees(trace, published) else f"while {_number(published)} is published"
    )
    lines = ["", f"behind the {title}: {trace.expression} = {_number(trace.total)}, {verdict}"]
    for records in trace.records:
        lines.append(f"  {records.count:,} {records.called} in {plural(records.rows, 'row')} of {records.table}")
        lines.append("    every row" if records.where == "every row" else f"    where {records.where}")
        if records.ids:
            rest = records.count - len(records.ids)
            lines.append(f"    {', '.join(records.ids)}" + (f" and {rest:,} more" if rest > 0 else ""))
    return lines


def _agrees(trace: Trace, published: float | None) -> bool:
    """Whether the records add up to the published part."""
    wanted = published or 0.0
    return trace.total is not None and abs(trace.total - wanted) <= 1e-6 * max(1.0, abs(wanted))


def _checks(checks: Checks) -> list[str]:
    lines = ["", f"checks: {plural(checks.passed, 'test')} of the {plural(checks.tables, 'table')} it stands on passed"]
    if checks.other:
        lines.append(f"  {len(checks.other)} did not: {', '.join(checks.other[:TESTS_SHOWN])}")
    rest = len(checks.own) - TESTS_SHOWN
    if checks.own:
        lines.append(f"  nearest: {', '.join(checks.own[:TESTS_SHOWN])}" + (f" and {rest} more" if rest > 0 else ""))
    return lines


def _files(extracts: Sequence[Extract]) -> list[str]:
    exact = [extract for extract in extracts if extract.exact]
    others = [extract for extract in extracts if not extract.exact]
    lines = ["", "files that hold the records:"] if exact else []
    for extract in exact:
        rest = extract.files - len(extract.newest)
        more = f" and {plural(rest, 'earlier file')}" if rest else ""
        lines.append(f"  {extract.name}: {', '.join(path.rpartition('/')[2] for path in extract.newest)}{more}")
    if others:
        listed = ", ".join(f"{extract.name} ({plural(extract.files, 'file')})" for extract in others)
        lines.append(f"{'also read' if exact else 'extracts read'}: {listed}")
    return lines


def _number(value: float | None) -> str:
    if value is None:
        return "none"
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.2f}"
