"""``contact-center explain``: a published value with its parts and meaning, its records, its checks and its files."""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import typer

from orchestration.cli_text import plural
from orchestration.documents.lineage import Lineage, kpi_metrics
from orchestration.explain.evidence import Checks, Extract, checks_of, extracts_of
from orchestration.explain.periods import Period, parse_period
from orchestration.explain.published import Scope, definition, parse_scope, value_row
from orchestration.explain.trace import Trace, Window, trace_part
from orchestration.night import dbt_paths
from orchestration.publish.candidate import DATABASE, DESCRIPTION
from orchestration.session import settle
from orchestration.settings import Settings
from orchestration.transform.project import read_manifest
from orchestration.transform.results import read_results

TESTS_SHOWN = 8


def run_explain(settings: Settings, kpi: str, scope: str, period: str | None, variant: str) -> int:
    """Print the explanation and return the exit code: 0 explained, 1 nothing published, 2 not known or not there."""
    database = settings.published / DATABASE
    if not database.is_file():
        typer.echo(f"nothing is published yet in {settings.published}: run `contact-center refresh`", err=True)
        return 1
    try:
        wanted = parse_period(period) if period else None
        with duckdb.connect(str(database), read_only=True) as con:
            kpi_row = definition(con, kpi, variant)
            who = parse_scope(scope)
            value = value_row(con, kpi_row, who, wanted)
    except ValueError as error:
        typer.echo(str(error), err=True)
        return 2
    description = json.loads((settings.published / DESCRIPTION).read_text())
    _print(_meaning(kpi_row, value, who, Period(value["period_type"], value["period_start"])))
    _print(_release(description))
    _print(_private(settings, kpi_row, value, description))
    return 0


def _meaning(kpi: Mapping[str, Any], value: Mapping[str, Any], scope: Scope, period: Period) -> list[str]:
    """Return what the publication says: value, parts, target, certainty, definition."""
    unit = "%" if kpi["unit"] == "percent" else str(kpi["unit"]).replace("_", " ")
    shown = "none (nothing to divide by)" if value["denominator"] == 0 else "none (no data)"
    if value["value"] is not None:
        shown = f"{_number(value['value'])} {unit}"
    lines = [
        f"{kpi['name']} ({kpi['kpi_id']}, {kpi['variant']}) of {scope}, {value['period_type']} {period}",
        f"  value        {shown}",
        f"  numerator    {_number(value['numerator'])}  {kpi['numerator_name']}: {kpi['numerator_text']}",
    ]
    if kpi["denominator_name"]:
        lines.append(
            f"  denominator  {_number(value['denominator'])}  {kpi['denominator_name']}: {kpi['denominator_text']}"
        )
        lines.append(f"  multiplier   {_number(kpi['multiplier'])}")
    lines += [
        f"  parts        {value['components']}",
        f"  status       {_status(value)}",
        f"  state        {_state(kpi, value)}",
    ]
    if value["confidence_low"] is not None:
        interval = f"{_number(value['confidence_low'])} to {_number(value['confidence_high'])}"
        small = ", a small sample" if value["is_sample_small"] else ""
        level = value["confidence_level"]
        lines.append(f"  confidence   {interval} ({level} %, {plural(value['sample_size'], 'case')}{small})")
    lines += ["", f"meaning: {kpi['formula']}"]
    if kpi["traps"]:
        lines.append(f"mind: {kpi['traps']}")
    return lines


def _status(value: Mapping[str, Any]) -> str:
    if value["target"] is None and value["lower_bound"] is None and value["upper_bound"] is None:
        return str(value["status"])
    bounds = [
        f"{name} {_number(value[column])}"
        for name, column in (("target", "target"), ("at least", "lower_bound"), ("at most", "upper_bound"))
        if value[column] is not None
    ]
    return f"{value['status']} ({', '.join(bounds)})"


def _state(kpi: Mapping[str, Any], value: Mapping[str, Any]) -> str:
    days = plural(int(kpi["final_after_days"]), "day")
    means = {"final": "nothing expected can change it", "provisional": f"final {days} after {value['period_end']}"}
    return f"{value['state']}" + (f" ({means[value['state']]})" if value["state"] in means else "")


def _release(description: Mapping[str, Any]) -> list[str]:
    checks = description["checks"]
    return [
        "",
        f"release {description['release_id']} as of {description['as_of']}: {checks['passed']:,} of {checks['run']:,}"
        f" checks and builds passed ({checks['dbt_tests']} tests of tables, {checks['expectations']} expectations of"
        " extracts and of the release)",
    ]


def _private(
    settings: Settings, kpi: Mapping[str, Any], value: Mapping[str, Any], description: Mapping[str, Any]
) -> list[str]:
    """Return what only the private warehouse and dbt's artifacts can say, or why they cannot be asked now."""
    paths = dbt_paths(settings)
    if not (settings.warehouse.is_file() and paths.manifest.is_file()):
        return ["", f"the warehouse is not here ({settings.warehouse}), so its records and files cannot be named"]
    manifest = read_manifest(paths)
    lineage = Lineage(manifest)
    found = {metric["name"]: kpi_meta["component"] for metric, kpi_meta in kpi_metrics(manifest)}
    component = str(found[kpi["metric_name"]])
    try:
        con = _open(settings.warehouse)
    except duckdb.IOException:
        return ["", "a refresh has the warehouse open just now: records, checks and files can be named when it is done"]
    with con:
        row = con.execute("select max(refresh_id) from meta.refresh").fetchone()
        newest = int(row[0]) if row and row[0] is not None else 0
        window = _window(value)
        names = [str(name) for name in (kpi["numerator_name"], kpi["denominator_name"]) if name]
        published = [value["numerator"], value["denominator"]]
        traces = [trace_part(con, lineage, name, window) for name in names] if value["value"] is not None else []
        extracts = extracts_of(con, lineage, component, traces)
    lines: list[str] = []
    for title, trace, part in zip(("numerator", "denominator"), traces, published, strict=False):
        lines += _records(title, trace, part)
    if newest != description["refresh_id"]:
        lines += ["", f"note: refresh {newest} came after this release, so records and checks are newer than the value"]
    lines += _checks(checks_of(lineage, component, read_results(paths.run_results)))
    return lines + _files(extracts)


def _open(warehouse: Path) -> duckdb.DuckDBPyConnection:
    con = duckdb.connect(str(warehouse), read_only=True)
    settle(con)
    return con


def _window(value: Mapping[str, Any]) -> Window:
    first: date = value["period_start"]
    last: date = value["period_end"]
    return Window(first, last, str(value["scope_type"]), value["scope_id"])


def _records(title: str, trace: Trace, published: float | None) -> list[str]:
    if trace.total is None:
        where = f"; it is summed from {', '.join(trace.tables)}" if trace.tables else ""
        return ["", f"behind the {title}: {trace.reason}{where}"]
    wanted = published or 0.0
    agrees = abs(trace.total - wanted) <= 1e-6 * max(1.0, abs(wanted))
    verdict = "which is the published figure" if agrees else f"while {_number(published)} is published"
    lines = ["", f"behind the {title}: {trace.expression} = {_number(trace.total)}, {verdict}"]
    for records in trace.records:
        lines.append(f"  {records.count:,} {records.called} in {plural(records.rows, 'row')} of {records.table}")
        lines.append("    every row" if records.where == "every row" else f"    where {records.where}")
        if records.ids:
            rest = records.count - len(records.ids)
            lines.append(f"    {', '.join(records.ids)}" + (f" and {rest:,} more" if rest > 0 else ""))
    return lines


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


def _print(lines: Sequence[str]) -> None:
    for line in lines:
        typer.echo(line)
