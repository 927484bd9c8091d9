"""The gate refuses whatever is not proven to have run and passed."""

from datetime import date
from typing import Any

import pytest

from orchestration.publish.gate import (
    Allowance,
    ExpectationOutcome,
    allowance_from,
    count_checks,
    expected_nodes,
    refusals,
)
from orchestration.transform.results import NodeResult

TODAY = date(2024, 11, 2)
MODEL, TEST, SEED = "model.p.kpi_value", "test.p.not_null", "seed.p.kpi_target"
KEY = "outgoing.kpi_value.keys"


def result(unique_id: str, status: str, message: str = "") -> NodeResult:
    return NodeResult(unique_id, status, message, None, None, 0.1)


def good_results() -> dict[str, NodeResult]:
    return {MODEL: result(MODEL, "success"), TEST: result(TEST, "pass"), SEED: result(SEED, "success")}


def judge(
    results: dict[str, NodeResult] | None = None,
    outcomes: list[ExpectationOutcome] | None = None,
    allowances: dict[str, Allowance | None] | None = None,
    expectations: tuple[str, ...] = (KEY,),
) -> list[str]:
    nodes: dict[str, Allowance | None] = {MODEL: None, TEST: None, SEED: None}
    return refusals(
        nodes=nodes | (allowances or {}),
        node_results=good_results() if results is None else results,
        expectations=expectations,
        outcomes=[ExpectationOutcome(KEY, "critical", succeeded=True, detail="")] if outcomes is None else outcomes,
        today=TODAY,
    )


def test_gate_opens_when_everything_ran_and_passed() -> None:
    assert judge() == []


@pytest.mark.parametrize("missing", [MODEL, TEST, SEED])
def test_gate_refuses_what_did_not_run(missing: str) -> None:
    results = good_results()
    del results[missing]
    assert judge(results) == [f"{missing} did not run"]


@pytest.mark.parametrize("skipped", [MODEL, TEST, SEED])
def test_gate_refuses_what_was_skipped(skipped: str) -> None:
    assert judge(good_results() | {skipped: result(skipped, "skipped")}) == [f"{skipped} was skipped"]


@pytest.mark.parametrize(
    "status", ["error", "fail", "runtime error", "partial success", "reused", "a word of tomorrow"]
)
def test_gate_refuses_every_other_status(status: str) -> None:
    refused = judge(good_results() | {TEST: result(TEST, status, "3 rows")})
    assert refused == [f"{TEST} ended as {status}: 3 rows"]


def test_gate_names_the_cause_before_what_was_skipped_because_of_it() -> None:
    results = {MODEL: result(MODEL, "skipped"), SEED: result(SEED, "skipped"), TEST: result(TEST, "fail", "1 row")}
    assert judge(results)[0] == f"{TEST} ended as fail: 1 row"


def test_gate_refuses_a_warning_without_allowance() -> None:
    assert judge(good_results() | {TEST: result(TEST, "warn", "2 rows")}) == [
        f"{TEST} warned and has no allowance: 2 rows"
    ]


def test_gate_lets_a_warning_pass_until_its_allowance_ends() -> None:
    warned = good_results() | {TEST: result(TEST, "warn", "2 rows")}
    assert judge(warned, allowances={TEST: Allowance("vendor bug 7", TODAY)}) == []
    refused = judge(warned, allowances={TEST: Allowance("vendor bug 7", date(2024, 11, 1))})
    assert refused == [f"{TEST} warned and its allowance ended on 2024-11-01: 2 rows"]


def test_gate_refuses_a_failed_hook_that_no_manifest_node_stands_for() -> None:
    hook = "operation.p.on-run-end"
    assert judge(good_results() | {hook: result(hook, "error", "no such table")}) == [
        f"{hook} ended as error: no such table"
    ]


def test_gate_refuses_an_expectation_that_was_not_evaluated() -> None:
    assert judge(outcomes=[]) == [f"expectation {KEY} was not evaluated"]


def test_gate_refuses_when_nothing_is_expected_at_all() -> None:
    assert judge(outcomes=[], expectations=()) == ["no expectation was declared, so nothing vouches for the numbers"]
    assert "the manifest has no nodes, so nothing was built" in refusals(
        nodes={}, node_results={}, expectations=(), outcomes=[], today=TODAY
    )


def test_gate_refuses_an_outcome_that_nothing_declares() -> None:
    extra = ExpectationOutcome("outgoing.other.x", "critical", succeeded=True, detail="")
    passed = ExpectationOutcome(KEY, "critical", succeeded=True, detail="")
    assert judge(outcomes=[passed, extra]) == ["expectation outgoing.other.x is not declared"]


def test_gate_reads_the_severity_of_each_failed_expectation() -> None:
    def failed(severity: str, allowance: Allowance | None = None) -> list[str]:
        return judge(
            outcomes=[ExpectationOutcome(KEY, severity, succeeded=False, detail="7 rows", allowance=allowance)]
        )

    assert failed("critical") == [f"expectation {KEY} failed: 7 rows"]
    assert failed("warning") == [f"expectation {KEY} warned and has no allowance: 7 rows"]
    assert failed("warning", Allowance("known", TODAY)) == []
    assert failed("info") == []


def test_expected_nodes_are_all_that_a_night_builds_and_tests() -> None:
    def node(unique_id: str, kind: str, config: dict[str, Any]) -> dict[str, Any]:
        return {"unique_id": unique_id, "resource_type": kind, "config": config}

    manifest = {
        "nodes": {
            "model.a": node("model.a", "model", {"materialized": "table"}),
            "model.b": node("model.b", "model", {"materialized": "ephemeral"}),
            "seed.c": node("seed.c", "seed", {}),
            "snapshot.d": node("snapshot.d", "snapshot", {}),
            "test.e": node("test.e", "test", {"meta": {"allowance": {"reason": "late vendor", "until": "2024-12-01"}}}),
            "analysis.f": node("analysis.f", "analysis", {}),
            "operation.g": node("operation.g", "operation", {}),
        },
        "unit_tests": {"unit_test.h": node("unit_test.h", "unit_test", {})},
    }
    expected = expected_nodes(manifest)
    assert set(expected) == {"model.a", "seed.c", "snapshot.d", "test.e"}
    assert expected["test.e"] == Allowance("late vendor", date(2024, 12, 1))


@pytest.mark.parametrize(
    "given", [{"reason": "x"}, {"until": "2024-12-01"}, "for ever", {"reason": "", "until": "2024-12-01"}]
)
def test_an_allowance_needs_reason_and_last_day(given: object) -> None:
    with pytest.raises(ValueError, match="needs a reason and a last day"):
        allowance_from({"allowance": given})


def test_counts_tell_what_ran_and_what_passed() -> None:
    outcomes = [ExpectationOutcome(KEY, "info", succeeded=False, detail="")]
    counts = count_checks(good_results(), outcomes)
    assert (counts["dbt_models"], counts["dbt_tests"], counts["dbt_seeds"]) == (1, 1, 1)
    assert (counts["run"], counts["passed"]) == (4, 3)
