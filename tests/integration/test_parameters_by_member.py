"""Parameters that differ by reason, survey or form: a member's own value holds, and not the one for all."""

from typing import Any

import pytest

from tests.support.nights import GOLDEN_AS_OF, GOLDEN_PARAMETERS, Nights, land_golden

UNUSABLE = {
    "fcr_window_days": 1,
    "survey_response_window_days": 1,
    "qa_pass_mark_pct": 1,
    "qa_min_evaluations": 99,
}
"""Values for all members that would change many results of the golden example."""

KINDS = {
    "fcr_window_days": ("reason", "select contact_reason_id from conformed.contact_reasons"),
    "survey_response_window_days": ("survey", "select distinct survey_id from conformed.survey_invitations"),
    "qa_pass_mark_pct": ("form", "select distinct form_id from core.dim_qa_form"),
    "qa_min_evaluations": ("form", "select distinct form_id from core.dim_qa_form"),
}
"""What a parameter differs by, and the members in the golden example."""

VALUES = (
    "select kpi_id, variant, period_type, period_start, scope_type, scope_id, numerator, denominator, value, state"
    " from marts.kpi_value order by all"
)


def test_a_members_own_parameter_holds_instead_of_the_one_for_all(
    golden: Nights, tmp_path_factory: pytest.TempPathFactory
) -> None:
    usual = {"fcr_window_days": 7, "qa_pass_mark_pct": 85} | GOLDEN_PARAMETERS
    parameters: dict[str, Any] = GOLDEN_PARAMETERS | UNUSABLE
    for name, (kind, members) in KINDS.items():
        own = {member: usual[name] for (member,) in golden.query(members)}
        assert own
        parameters[f"{name}_by_{kind}"] = own
    overridden = Nights(tmp_path_factory.mktemp("overridden"), tmp_path_factory.mktemp("state"))
    land_golden(overridden.home)
    overridden.night(GOLDEN_AS_OF, parameters=parameters)

    assert overridden.query(VALUES) == golden.query(VALUES)
