"""What values parameters may have: every rule can refuse, and the refusal names file, line, parameter and range."""

from pathlib import Path
from typing import Any

import pytest

from orchestration.settings import PROJECT_DIR
from orchestration.transform.parameters import ParameterError, Rule, violations
from orchestration.transform.project import (
    checked_parameters,
    default_parameters,
    operators_defaults,
    parameter_rules,
    read_parameters,
)

DEFAULTS = default_parameters(PROJECT_DIR)
RULES = parameter_rules(PROJECT_DIR)


def test_every_parameter_of_the_project_has_a_rule_that_allows_its_default() -> None:
    assert set(RULES) == set(DEFAULTS)
    assert list(violations(DEFAULTS, DEFAULTS, RULES)) == []
    unbounded = {name for name, rule in RULES.items() if rule.type in ("integer", "number") and len(rule.ends()) < 2}
    assert unbounded == set()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"save_confirm_days": -1}, "parameter 'save_confirm_days' must be a whole number from 0 to 365, but is -1"),
        ({"save_confirm_days": 366}, "must be a whole number from 0 to 365, but is 366"),
        ({"save_confirm_days": 2.5}, "must be a whole number from 0 to 365, but is 2.5"),
        ({"save_confirm_days": True}, "must be a whole number from 0 to 365, but is True"),
        ({"save_confirm_days": "7"}, "must be a whole number from 0 to 365, but is '7'"),
        ({"save_confirm_days": None}, "must be a whole number from 0 to 365, but is None"),
        ({"interval_minutes": 7}, "must be one of 5, 10, 15, 20, 30, 60, but is 7"),
        ({"fcr_match": "some_reason"}, "must be one of same_reason, any_reason, but is 'some_reason'"),
        ({"reporting_time_zone": "Mars/Base"}, "must be a time zone such as Europe/Berlin, but is 'Mars/Base'"),
        ({"reporting_currency": "euro"}, "must be text like [A-Z]{3}, but is 'euro'"),
        ({"csat_top": 2}, "parameter 'csat_bottom' (2) must be less than 'csat_top' (2)"),
        ({"peak_hours": [9, 24]}, "parameter 'peak_hours[1]' must be a whole number from 0 to 23, but is 24"),
        ({"fcr_window_days_by_reason": {"BILLING": 0}}, "'fcr_window_days_by_reason.BILLING' must be a whole number"),
        ({"service_level_threshold_seconds": {"voice": 20}}, "'service_level_threshold_seconds' lacks chat, other"),
        (
            {"service_level_threshold_seconds": {"voice": 1, "chat": 1, "other": 1, "fax": 1}},
            "'service_level_threshold_seconds' has no fax; known: voice, chat, other",
        ),
        ({"save_confirm_day": 3}, "unknown parameter 'save_confirm_day'; did you mean 'save_confirm_days'? known"),
        ({"xyz": 3}, "unknown parameter 'xyz'; known parameters: adherence_recompute_days, "),
    ],
)
def test_a_value_that_is_not_allowed_is_refused_with_what_is(given: dict[str, Any], said: str) -> None:
    with pytest.raises(ParameterError) as refused:
        checked_parameters(given, DEFAULTS, RULES)
    assert said in str(refused.value)


def test_both_ends_of_every_range_are_allowed() -> None:
    for name, rule in RULES.items():
        for end in rule.ends():
            assert list(rule.problems(name, end)) == []


def test_a_file_is_refused_with_every_line_that_is_wrong(tmp_path: Path) -> None:
    file = tmp_path / "p.yml"
    file.write_text("save_confirm_days: 2\nfcr_window_days: 0\nqa_min_evaluations_by_form:\n  SALES: 5\n  CARE: 0\n")
    with pytest.raises(ParameterError) as refused:
        read_parameters(file, DEFAULTS, RULES)
    first, second = str(refused.value).splitlines()
    assert first == f"{file}:2: parameter 'fcr_window_days' must be a whole number from 1 to 90, but is 0"
    assert second.startswith(f"{file}:5: parameter 'qa_min_evaluations_by_form.CARE' must be")


def test_a_parameter_given_twice_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "p.yml"
    file.write_text("save_confirm_days: 2\nsave_confirm_days: 3\n")
    with pytest.raises(ParameterError, match=r"p\.yml:2: parameter 'save_confirm_days' is given twice"):
        read_parameters(file, DEFAULTS, RULES)


def test_where_no_site_is_known_the_operators_zone_counts_unless_a_parameter_says_otherwise(tmp_path: Path) -> None:
    usual = operators_defaults(DEFAULTS, "Asia/Kathmandu")
    assert usual["reporting_time_zone"] == "Asia/Kathmandu"
    file = tmp_path / "p.yml"
    file.write_text("reporting_time_zone: UTC\n")
    assert read_parameters(file, usual, RULES) == {"reporting_time_zone": "UTC"}
    assert operators_defaults({"days": 1}, "Asia/Kathmandu") == {"days": 1}


@pytest.mark.parametrize(
    "declared", [{"type": "integer", "atleast": 1}, {"type": "whole"}, {}, {"type": "list", "of": {"type": "nothing"}}]
)
def test_a_rule_that_is_no_rule_is_refused(declared: dict[str, Any]) -> None:
    with pytest.raises(ParameterError, match="the rule of parameter 'days"):
        Rule.read("days", declared)
