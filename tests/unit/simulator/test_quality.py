"""Evaluations, calibration, defects, courses, the employee survey and the records of governance."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.unit.simulator.conftest import FIRST_DAY

CATALOGUE = Path(__file__).parents[4] / "shared" / "kpi" / "catalogue.csv"


def test_sections_add_up_to_their_evaluation_unless_it_failed_at_once(clean: Any) -> None:
    sections: dict[str, list[dict[str, str]]] = defaultdict(list)
    for row in clean.delivered("qa_section_scores"):
        sections[row["evaluation_id"]].append(row)
        assert int(row["items_passed"]) <= int(row["items_applicable"])
    evaluations = clean.delivered("qa_evaluations")
    for row in evaluations:
        parts = sections[row["evaluation_id"]]
        assert [part["section_code"] for part in parts] == ["communication", "procedure", "compliance", "resolution"]
        assert sum(int(part["points_possible"]) for part in parts) == int(row["points_possible"])
        earned = sum(int(part["points_earned"]) for part in parts)
        assert int(row["points_earned"]) == (0 if row["has_critical_compliance_failure"] == "true" else earned)
    assert {row["evaluation_type"] for row in evaluations} == {"standard", "calibration", "reference"}
    assert any(row["has_critical_compliance_failure"] == "true" for row in evaluations)
    assert len({row["points_possible"] for row in evaluations}) > 1, "every item applied every time"


def test_evaluated_work_is_of_that_agent_and_was_done_before(clean: Any) -> None:
    handled = defaultdict(set)
    for leg in clean.segments():
        if leg["answered_at"]:
            handled[leg["contact_id"]].add(leg["agent_id"])
    worked = defaultdict(set)
    for entry in clean.delivered("ticket_time_entries"):
        worked[entry["ticket_id"]].add(entry["agent_id"])
    ended = {row["contact_id"]: row["ended_at"][:10] for row in clean.contacts()}
    kinds: Counter[str] = Counter()
    for row in clean.delivered("qa_evaluations"):
        assert row["evaluated_on"] == row["_day"]
        if row["contact_id"]:
            kinds["contact"] += 1
            assert row["agent_id"] in handled[row["contact_id"]]
            assert ended[row["contact_id"]] < row["evaluated_on"]
        else:
            kinds["ticket"] += 1
            assert row["agent_id"] in worked[row["ticket_id"]]
    assert min(kinds["contact"], kinds["ticket"]) > 0


def test_truths_about_quality_and_people_are_those_of_the_files(clean: Any) -> None:
    standard = [row for row in clean.delivered("qa_evaluations") if row["evaluation_type"] == "standard"]
    ids = {row["evaluation_id"] for row in standard}
    parts = [row for row in clean.delivered("qa_section_scores") if row["evaluation_id"] in ids]
    talk = [row for row in parts if row["section_code"] == "communication"]
    procedure = [row for row in parts if row["section_code"] == "procedure"]
    pairs = clean.delivered("calibration_scores")
    gaps = [abs(round(float(r["score_pct"]) * 100) - round(float(r["reference_score_pct"]) * 100)) for r in pairs]
    defects = [row for row in clean.latest("qa_defects", "defect_id") if row["root_cause"]]
    taught = [row for row in defects if row["root_cause"] == "training"]
    answers = clean.delivered("employee_survey_answers")
    satisfied = [int(row["score"]) for row in answers if row["question_code"] == "JOB_SAT"]
    recommends = [int(row["score"]) for row in answers if row["question_code"] == "ENPS"]
    last = FIRST_DAY + timedelta(days=15)
    courses = clean.latest("training_assignments", "assignment_id")
    done = [row for row in courses if row["completed_on"]]
    expected = {
        "qa_evaluations": len(standard),
        "qa_points_possible": sum(int(row["points_possible"]) for row in standard),
        "qa_points_earned": sum(int(row["points_earned"]) for row in standard),
        "qa_critical": sum(row["has_critical_compliance_failure"] == "true" for row in standard),
        "qa_communication_possible": sum(int(row["points_possible"]) for row in talk),
        "qa_communication_earned": sum(int(row["points_earned"]) for row in talk),
        "qa_procedure_applicable": sum(int(row["items_applicable"]) for row in procedure),
        "qa_procedure_passed": sum(int(row["items_passed"]) for row in procedure),
        "calibration_pairs": len(pairs),
        "calibration_difference_hundredths": sum(gaps),
        "calibration_within_5_points": sum(gap <= 500 for gap in gaps),
        "defects_analysed": len(defects),
        "defects_training": sum(row["defect_type"] in ("product", "process") for row in taught),
        "esat_answers": len(satisfied),
        "esat_top2": sum(score >= 4 for score in satisfied),
        "enps_promoters": sum(score >= 9 for score in recommends),
        "enps_detractors": sum(score <= 6 for score in recommends),
        "training_due": sum(row["due_on"] <= last.isoformat() for row in courses),
        "training_on_time": sum(row["completed_on"] <= row["due_on"] <= last.isoformat() for row in done),
        "training_seconds": sum(round(float(row["hours"]) * 3600) for row in done),
    }  # fmt: skip
    leavers = clean.summary.truth.get("leavers", 0)
    for name in expected.keys() - {"training_due"}:
        assert clean.summary.truth[name] == expected[name], name
    assert 0 <= expected["training_due"] - clean.summary.truth["training_due"] <= 2 * leavers
    assert min(expected.values()) > 0


def test_groups_of_the_employee_survey_are_never_smaller_than_five_and_name_nobody(clean: Any) -> None:
    answers = clean.delivered("employee_survey_answers")
    sizes = Counter((row["survey_period"], row["team_group"], row["question_code"]) for row in answers)
    assert min(sizes.values()) >= 5
    assert set(answers[0]) == {"survey_period", "team_group", "question_code", "score", "_day"}


def test_a_defect_names_one_origin_and_mostly_gets_its_cause_later(clean: Any) -> None:
    delivered = clean.delivered("qa_defects")
    assert all(bool(row["evaluation_id"]) != bool(row["response_id"]) for row in delivered)
    first: dict[str, str] = {}
    for row in delivered:
        first.setdefault(row["defect_id"], row["root_cause"])
    assert "" in first.values()
    assert any(row["root_cause"] for row in clean.latest("qa_defects", "defect_id"))
    assert any(row["response_id"] for row in delivered)


def test_attempts_to_keep_customers_are_about_their_cancellations(clean: Any) -> None:
    contacts = {row["contact_id"]: row for row in clean.contacts()}
    outcomes: Counter[str] = Counter()
    for row in clean.delivered("retention_attempts"):
        outcomes[row["outcome"]] += 1
        assert contacts[row["contact_id"]]["contact_reason_id"] == "CANCEL"
        assert contacts[row["contact_id"]]["customer_id"] == row["customer_id"]
    assert set(outcomes) == {"saved", "lost", "undecided"}


@pytest.mark.skipif(not CATALOGUE.exists(), reason="the catalogue is not beside the repository")
@pytest.mark.parametrize("entity", ["kpi_targets", "benchmarks", "incentive_rules", "action_items"])
def test_records_of_governance_name_kpis_of_the_catalogue(clean: Any, entity: str) -> None:
    known = {line.split(",")[1] for line in CATALOGUE.read_text(encoding="utf-8").splitlines()} | {
        line.split(",")[0] for line in CATALOGUE.read_text(encoding="utf-8").splitlines()
    }
    assert {row["kpi_id"] for row in clean.delivered(entity)} <= known


def test_an_action_moves_on_and_reviews_are_held(run: Any) -> None:
    extracts = run(days=40, contacts_per_day=40)
    statuses = [row["status"] for row in extracts.delivered("action_items") if row["action_id"] == "AC001"]
    assert statuses == ["open", "in_progress", "done"]
    assert {row["forum"] for row in extracts.delivered("reviews")} == {"weekly", "monthly"}
