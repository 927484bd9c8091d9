"""The publish gate: compare what had to run with what did, and refuse on any difference.

It trusts evidence (run results, expectation results), never the status of a run: a green run whose checks were
skipped is refused. Pure: no files, no database.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from orchestration.transform.results import NodeResult

CHECKED_TYPES = ("model", "seed", "snapshot", "test")


@dataclass(frozen=True)
class Allowance:
    """Permission to publish although a check warned: it needs a reason and the last day it is valid."""

    reason: str
    until: date


@dataclass(frozen=True)
class ExpectationOutcome:
    """One expectation as evaluated. ``key`` is ``<suite>.<subject>.<expectation>``, unique in a refresh."""

    key: str
    severity: str
    succeeded: bool
    detail: str
    allowance: Allowance | None = None


def allowance_from(meta: Mapping[str, Any]) -> Allowance | None:
    """Return the allowance of a ``meta`` mapping: ``allowance: {reason: ..., until: 2027-01-31}``.

    Raises ``ValueError`` when the allowance lacks its reason or its last day.
    """
    given = meta.get("allowance")
    if given is None:
        return None
    if not isinstance(given, Mapping) or not given.get("reason") or not given.get("until"):
        raise ValueError(f"an allowance needs a reason and a last day (until), but is {given!r}")
    return Allowance(str(given["reason"]), date.fromisoformat(str(given["until"])))


def expected_nodes(manifest: Mapping[str, Any]) -> dict[str, Allowance | None]:
    """Return every node that one ``dbt build`` of the manifest has to run, with its allowance.

    Disabled nodes are not in a manifest's ``nodes``; ephemeral models are built inside others and never run. Unit
    tests are not of a night.
    """
    return {
        node["unique_id"]: allowance_from((node.get("config") or {}).get("meta") or {})
        for node in manifest["nodes"].values()
        if node["resource_type"] in CHECKED_TYPES and (node.get("config") or {}).get("materialized") != "ephemeral"
    }


def refusals(
    *,
    nodes: Mapping[str, Allowance | None],
    node_results: Mapping[str, NodeResult],
    expectations: Iterable[str],
    outcomes: Iterable[ExpectationOutcome],
    today: date,
) -> list[str]:
    """Return every reason not to publish, causes before consequences; an empty list opens the gate.

    ``today`` decides whether an allowance has run out.
    """
    evaluated = {outcome.key: outcome for outcome in outcomes}
    wanted = set(expectations)
    failed = [reason for outcome in evaluated.values() if (reason := expectation_refusal(outcome, today))]
    missing = [f"expectation {key} was not evaluated" for key in sorted(wanted - evaluated.keys())]
    unknown = [f"expectation {key} is not declared" for key in sorted(evaluated.keys() - wanted)]
    none = [] if wanted else ["no expectation was declared, so nothing vouches for the numbers"]
    return [*node_refusals(nodes=nodes, results=node_results, today=today), *none, *failed, *missing, *unknown]


def node_refusals(
    *, nodes: Mapping[str, Allowance | None], results: Mapping[str, NodeResult], today: date
) -> list[str]:
    """Return what is wrong with a dbt run: nodes missing, skipped, failed, or warned without an allowance."""
    found: list[tuple[int, str]] = [] if nodes else [(0, "the manifest has no nodes, so nothing was built")]
    for unique_id, allowance in nodes.items():
        result = results.get(unique_id)
        reason = "did not run" if result is None else _node_refusal(result, allowance, today)
        if reason:
            found.append((_rank(result), f"{unique_id} {reason}"))
    for unique_id, result in results.items():
        if unique_id not in nodes and not result.is_good:
            found.append((_rank(result), f"{unique_id} ended as {result.status}: {result.message}"))
    return [text for _, text in sorted(found, key=lambda entry: entry[0])]


def count_checks(results: Mapping[str, NodeResult], outcomes: Iterable[ExpectationOutcome]) -> dict[str, int]:
    """Return how much evidence a release rests on, by kind, and how much of it passed."""
    kinds = [unique_id.split(".", 1)[0] for unique_id in results]
    evaluated = list(outcomes)
    counts = {f"dbt_{kind}s": kinds.count(kind) for kind in CHECKED_TYPES}
    passed = sum(result.is_good for result in results.values()) + sum(outcome.succeeded for outcome in evaluated)
    return counts | {"expectations": len(evaluated), "run": len(results) + len(evaluated), "passed": passed}


def _rank(result: NodeResult | None) -> int:
    """Causes before consequences: what failed comes before what was skipped because of it."""
    return 0 if result is not None and result.status in ("error", "fail", "runtime error") else 1


def _node_refusal(result: NodeResult, allowance: Allowance | None, today: date) -> str:
    if result.is_good:
        return ""
    if result.status == "warn":
        return _warning_refusal(allowance, today, result.message)
    if result.status == "skipped":
        return "was skipped"
    return f"ended as {result.status}: {result.message}"


def _warning_refusal(allowance: Allowance | None, today: date, detail: str) -> str:
    if allowance is None:
        return f"warned and has no allowance: {detail}"
    if allowance.until < today:
        return f"warned and its allowance ended on {allowance.until}: {detail}"
    return ""


def expectation_refusal(outcome: ExpectationOutcome, today: date) -> str:
    """Return why this outcome forbids to go on, or an empty text. ``info`` is only recorded."""
    if outcome.succeeded or outcome.severity == "info":
        return ""
    if outcome.severity == "warning":
        reason = _warning_refusal(outcome.allowance, today, outcome.detail)
        return f"expectation {outcome.key} {reason}" if reason else ""
    return f"expectation {outcome.key} failed: {outcome.detail}"
