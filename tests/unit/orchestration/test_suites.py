"""Suites as files: what is refused when they are read, and what Great Expectations is not trusted with."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

from orchestration.settings import PROJECT_DIR
from orchestration.validate.evaluate import Evaluator
from orchestration.validate.suites import Expectation, Subject, SuiteError, load_suites, read_suite

EXPECTATIONS = PROJECT_DIR / "expectations"


def suite(**changes: Any) -> dict[str, Any]:
    expectation = {"name": "few", "type": "expect_column_values_to_be_between", "column": "n", "max_value": 1}
    subject = {"name": "s", "asset": "a", "sql": "select 1 as n", "expectations": [expectation | changes]}
    return {"border": "incoming", "subjects": [subject]}


def written(folder: Path, document: dict[str, Any]) -> Path:
    file = folder / "incoming_x.yml"
    file.write_text(yaml.safe_dump(document))
    return file


@pytest.mark.parametrize(
    ("document", "complaint"),
    [
        ({"border": "incoming", "subjects": []}, "the suite expects nothing"),
        ({"border": "incoming", "subjects": [{"name": "s", "asset": "a", "sql": ""}]}, "subject s expects nothing"),
        (suite() | {"border": "sideways"}, "border must be incoming or outgoing"),
        (suite(severity="fatal"), "severity must be one of critical, warning, info"),
        (suite(severity="warning"), "a warning needs an allowance"),
        (suite(severity="warning", meta={"allowance": {"reason": "x"}}), "needs a reason and a last day"),
        ({"border": "incoming", "subjects": suite()["subjects"] * 2}, "is declared twice"),
        ({"subjects": []}, "border"),
    ],
)
def test_a_suite_that_promises_nothing_or_too_little_is_refused(
    tmp_path: Path, document: dict[str, Any], complaint: str
) -> None:
    with pytest.raises(SuiteError, match=complaint):
        read_suite(written(tmp_path, document))


def test_the_projects_suites_are_one_file_per_border_and_subject() -> None:
    incoming, outgoing = load_suites(EXPECTATIONS, "incoming"), load_suites(EXPECTATIONS, "outgoing")
    assert {one.name for one in incoming} == {
        "incoming_crm", "incoming_delivery", "incoming_finance", "incoming_quality", "incoming_survey",
        "incoming_technology", "incoming_telephony", "incoming_workforce",
    }  # fmt: skip
    assert {one.name for one in outgoing} == {"outgoing_kpi_value", "outgoing_reconciliation"}


def test_every_suite_of_the_project_can_stop_the_night_or_is_only_recorded_on_purpose() -> None:
    by_suite = {
        one.name: {item.severity for subject in one.subjects for item in subject.expectations}
        for border in ("incoming", "outgoing")
        for one in load_suites(EXPECTATIONS, border)
    }
    only_recorded = {name for name, severities in by_suite.items() if "critical" not in severities}
    assert only_recorded == {
        "incoming_crm",
        "incoming_finance",
        "incoming_quality",
        "incoming_survey",
        "incoming_technology",
        "incoming_workforce",
    }


def evaluate(frame: pd.DataFrame, *expectations: Expectation, identify: tuple[str, ...] = ()) -> list[Any]:
    subject = Subject("s", "", "a", expectations, identify)
    return list(Evaluator().evaluate("suite", subject, frame))


def test_an_unknown_expectation_type_is_an_error_and_not_dropped() -> None:
    with pytest.raises(SuiteError, match=r"suite\.s\.x: expect_the_best not found"):
        evaluate(pd.DataFrame({"n": [1]}), Expectation("x", "expect_the_best", "critical", {"column": "n"}))


def test_an_argument_that_the_type_does_not_take_is_an_error() -> None:
    wrong = Expectation("x", "expect_column_values_to_be_null", "critical", {"column": "n", "maximum": 1})
    with pytest.raises(SuiteError, match=r"suite\.s\.x: .*extra fields not permitted"):
        evaluate(pd.DataFrame({"n": [1]}), wrong)


def test_an_expectation_that_cannot_be_evaluated_fails_critically_whatever_its_severity() -> None:
    absent = Expectation("x", "expect_column_values_to_be_null", "info", {"column": "absent"})
    [outcome] = evaluate(pd.DataFrame({"n": [1]}), absent)
    assert (outcome.succeeded, outcome.severity) == (False, "critical")
    assert "could not be evaluated" in outcome.detail


def test_each_outcome_carries_its_own_severity_and_names_failing_keys() -> None:
    low = Expectation("low", "expect_column_values_to_be_between", "info", {"column": "n", "max_value": 1})
    there = Expectation("there", "expect_column_values_to_not_be_null", "critical", {"column": "n"})
    frame = pd.DataFrame({"id": ["a", "b"], "n": [1, 7]})
    first, second = evaluate(frame, low, there, identify=("id",))
    assert (first.key, first.succeeded, first.severity) == ("suite.s.low", False, "info")
    assert "1 of 2 rows" in first.detail
    assert "id=b" in first.detail
    assert (second.succeeded, second.severity) == (True, "critical")
