"""Every parameter at both ends of its range: the warehouse is built, and an independent computation gives the same."""

import json
from datetime import UTC
from typing import Any

import pytest
from dbt_common.exceptions import CompilationError

from orchestration.settings import PROJECT_DIR
from orchestration.transform.command import common_arguments
from orchestration.transform.parameters import Rule
from orchestration.transform.project import DbtPaths, parameter_rules
from tests.integration.test_reference_agrees import VALUES, published_for, read
from tests.reference.catalogue import values
from tests.reference.center import Center
from tests.reference.compare import begun_as_published, disagreements
from tests.reference.generated.parameters import known_to_both
from tests.support.nights import GOLDEN, GOLDEN_AS_OF, Nights, land_golden, run_dbt

MEMBERS = {"reason": "BILLING", "product": "P1", "campaign": "CAMP1", "form": "F1", "survey": "POST"}
"""A member of every kind that a parameter can differ by."""

SAME_REASON = "the second computation matches contacts of the same reason"
NOT_COMPUTED_TWICE = {"first_contact_resolution_rate": SAME_REASON, "repeat_contact_rate": SAME_REASON}


def at_end(name: str, rule: Rule, end: int) -> Any:
    """Return the value of a parameter at the lower (0) or upper (-1) end; None for one without a range."""
    if rule.ends():
        return rule.ends()[end]
    if rule.type == "mapping" and rule.of is not None:
        return dict.fromkeys(rule.keys or [MEMBERS[name.rpartition("_by_")[2]]], rule.of.ends()[end])
    if rule.type == "list" and rule.of is not None and rule.of.ends():
        return [rule.of.ends()[end]]
    return None


@pytest.mark.parametrize("end", [0, -1], ids=["lower", "upper"])
def test_at_the_ends_of_all_ranges_the_values_are_those_of_the_second_computation(
    golden: Nights, tmp_path_factory: pytest.TempPathFactory, end: int
) -> None:
    chosen = {name: at_end(name, rule, end) for name, rule in parameter_rules(PROJECT_DIR).items()}
    parameters = {name: value for name, value in chosen.items() if value is not None}
    assert len(parameters) > 30
    nights = Nights(tmp_path_factory.mktemp("bounds"), golden.state)
    land_golden(nights.home)
    nights.night(GOLDEN_AS_OF, parameters=parameters)

    computed = values(Center(GOLDEN / "inputs", GOLDEN_AS_OF.replace(tzinfo=UTC), known_to_both(parameters)))
    published = read(nights, f"{VALUES} where not list_contains(?, kpi_id)", [list(NOT_COMPUTED_TWICE)])
    twice = {key: found for key, found in computed.items() if key[0] not in NOT_COMPUTED_TWICE}
    compared = begun_as_published(published, twice)
    assert disagreements(published, compared, published_for(nights)) == []


def test_dbt_by_hand_refuses_what_no_rule_allows_before_it_builds_anything(golden: Nights) -> None:
    before = golden.query("select _run_id from marts.kpi_value_service limit 1")
    given = {"save_confirm_days": -1, "save_confirm_day": 3, "fcr_window_days_by_reason": {"BILLING": 0}}
    arguments = ["run", *common_arguments(DbtPaths(PROJECT_DIR, golden.state)), "--select", "kpi_value_service"]
    with pytest.raises(CompilationError) as refused:
        run_dbt([*arguments, "--vars", json.dumps(given), "--log-level", "none"], golden.home)
    said = str(refused.value)
    assert "parameter 'save_confirm_days' is -1, but must be integer 0 to 365" in said
    assert "unknown parameter 'save_confirm_day'" in said
    assert "parameter 'fcr_window_days_by_reason.BILLING' is 0" in said
    assert golden.query("select _run_id from marts.kpi_value_service limit 1") == before
