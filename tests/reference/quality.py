"""Quality and training: KPIs 41 to 47, 63 and the training part of 64, from evaluations, defects and assignments."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from fractions import Fraction

from tests.reference.center import UNKNOWN, Center
from tests.reference.histories import tickets
from tests.reference.records import Row, day, flag, instant, number
from tests.reference.sums import PERIODS, Definition, Fact, Parts, PeriodFact, period_start, scope_keys

DEFINITIONS = [
    Definition("quality_score", "default", "qa_points_earned", "qa_points_possible", 100, cases="qa_evaluations"),
    Definition(
        "quality_score", "raw_before_autofail", "qa_points_raw", "qa_points_possible", 100, cases="qa_evaluations"
    ),
    Definition("quality_score", "evaluation_mean", "qa_percent_sum", "qa_evaluations", squares="qa_percent_squares"),
    Definition("agent_quality_pass_rate", "default", "agents_passed", "agents_evaluated", 100),
    Definition(
        "quality_calibration_variance",
        "default",
        "calibration_difference",
        "calibration_pairs",
        squares="calibration_squares",
    ),
    Definition(
        "quality_calibration_variance", "agreement_within_tolerance", "calibration_agreed", "calibration_pairs", 100
    ),
    Definition("quality_calibration_variance", "kappa", "agreement_beyond_chance", "agreement_possible"),
    Definition(
        "quality_calibration_variance",
        "signed_bias",
        "calibration_bias",
        "calibration_pairs",
        squares="calibration_squares",
    ),
    Definition(
        "communication_skills_score",
        "default",
        "communication_earned",
        "communication_possible",
        100,
        cases="qa_evaluations",
    ),
    Definition("procedure_adherence_rate", "default", "items_passed", "items_applicable", 100, cases="qa_evaluations"),
    Definition("compliance_critical_error_rate", "default", "evaluations_critical", "qa_evaluations", 100),
    Definition(
        "compliance_critical_error_rate",
        "critical_error_accuracy",
        "qa_evaluations - evaluations_critical",
        "qa_evaluations",
        100,
    ),
    Definition("training_attributable_error_rate", "default", "defects_training", "defects_analysed", 100),
    Definition("training_completion_rate", "default", "training_on_time", "training_due", 100),
    Definition("training_completion_rate", "completed_ever", "training_ever", "training_due", 100),
]


def contact_day(center: Center, row: Row) -> date:
    """Return the date of the contact or ticket that an evaluation is about, else that of the evaluation."""
    contact = center.contacts.get(row.get("contact_id") or "")
    if contact:
        return center.local_day(instant(contact["started_at"]), contact["site_id"])
    for ticket in center.rows("tickets"):
        if row.get("ticket_id") and ticket["ticket_id"] == row["ticket_id"]:
            return center.local_day(instant(ticket["created_at"]), None)
    return day(row["evaluated_on"])


def facts(center: Center) -> Iterator[Fact | PeriodFact]:
    """Yield the facts of quality and training."""
    tests = {row["contact_id"] for row in center.rows("contacts")} - set(center.contacts)
    every = {row["evaluation_id"]: row for row in center.rows("qa_evaluations") if row.get("contact_id") not in tests}
    standard = {key: row for key, row in every.items() if (row.get("evaluation_type") or "standard") == "standard"}
    scopes = {key: center.of_agent(row["agent_id"], contact_day(center, row)) for key, row in every.items()}
    on = {key: day(row["evaluated_on"]) for key, row in every.items()}
    for key, row in standard.items():
        yield Fact(on[key], scopes[key], evaluation_parts(row))
    yield from passing_agents(center, standard, scopes)
    for row in center.rows("qa_section_scores"):
        key = row["evaluation_id"]
        if key not in standard:
            continue
        if row["section_code"] == "communication" and row.get("points_possible"):
            parts: Parts = {
                "communication_earned": number(row["points_earned"]),
                "communication_possible": number(row["points_possible"]),
            }
            yield Fact(on[key], scopes[key], parts)
        if row["section_code"] == "procedure" and row.get("items_applicable"):
            parts = {
                "items_passed": number(row["items_passed"]),
                "items_applicable": number(row["items_applicable"]),
            }
            yield Fact(on[key], scopes[key], parts)
    for row in center.rows("calibration_scores"):
        difference = number(row["score_pct"]) - number(row["reference_score_pct"])
        parts = {
            "calibration_pairs": 1,
            "calibration_difference": abs(difference),
            "calibration_bias": difference,
            "calibration_squares": difference**2,
            "calibration_agreed": int(abs(difference) <= center.parameters.calibration_tolerance_points),
        }
        key = row["evaluation_id"]
        if key in every:
            yield Fact(on[key], center.of_agent(row["evaluator_id"], on[key]), parts)
    yield from agreement(center, on)
    yield from defect_facts(center, on, scopes)
    yield from training_facts(center)


def evaluation_parts(row: Row) -> dict[str, Fraction | int]:
    """Return the parts of a standard evaluation; a critical failure takes the points earned, not the possible ones."""
    critical = flag(row["has_critical_compliance_failure"])
    possible = number(row["points_possible"])
    earned = Fraction(0) if critical else number(row["points_earned"])
    return {
        "qa_evaluations": 1,
        "qa_points_earned": earned,
        "qa_points_possible": possible,
        "qa_points_raw": number(row["points_earned"]),
        "qa_percent_sum": earned / possible * 100,
        "qa_percent_squares": (earned / possible * 100) ** 2,
        "evaluations_critical": int(critical),
    }


def passing_agents(center: Center, standard: dict[str, Row], scopes: dict[str, dict[str, str]]) -> Iterator[PeriodFact]:
    """Yield agents with enough evaluations in a period and scope, and those at the pass mark."""
    sums: dict[tuple[str, date, str, str | None], dict[str, list[Fraction]]] = defaultdict(
        lambda: defaultdict(lambda: [Fraction(0), Fraction(0), Fraction(0)])
    )
    for key, row in standard.items():
        parts = evaluation_parts(row)
        if scopes[key].get("agent") == UNKNOWN:
            continue
        for period_type in PERIODS:
            start = period_start(period_type, day(row["evaluated_on"]))
            for scope in scope_keys(scopes[key]):
                of_agent = sums[(period_type, start, *scope)][row["agent_id"]]
                of_agent[0] += parts["qa_points_earned"]
                of_agent[1] += parts["qa_points_possible"]
                of_agent[2] += 1
    for (period_type, start, scope_type, scope_id), by_agent in sums.items():
        judged = [sum_of for sum_of in by_agent.values() if sum_of[2] >= center.parameters.qa_min_evaluations]
        passed = [sum_of for sum_of in judged if sum_of[0] * 100 >= sum_of[1] * center.parameters.qa_pass_mark_pct]
        yield PeriodFact(
            period_type,
            start,
            (scope_type, scope_id),
            {"agents_evaluated": len(judged), "agents_passed": len(passed)},
        )


def agreement(center: Center, on: dict[str, date]) -> Iterator[PeriodFact]:
    """Yield Cohen's kappa of pass and fail by period and scope, both parts times the square of the pairs."""
    pairs: dict[tuple[str, date, str, str | None], list[tuple[bool, bool]]] = defaultdict(list)
    mark = center.parameters.qa_pass_mark_pct
    for row in center.rows("calibration_scores"):
        if row["evaluation_id"] not in on:
            continue
        judged = on[row["evaluation_id"]]
        verdicts = number(row["score_pct"]) >= mark, number(row["reference_score_pct"]) >= mark
        for period_type in PERIODS:
            for scope in scope_keys(center.of_agent(row["evaluator_id"], judged)):
                pairs[(period_type, period_start(period_type, judged), *scope)].append(verdicts)
    for (period_type, start, scope_type, scope_id), of_scope in pairs.items():
        count = len(of_scope)
        agreed = sum(one == other for one, other in of_scope)
        one_passes, other_passes = sum(one for one, _ in of_scope), sum(other for _, other in of_scope)
        chance = one_passes * other_passes + (count - one_passes) * (count - other_passes)
        parts: Parts = {
            "agreement_beyond_chance": count * agreed - chance,
            "agreement_possible": count * count - chance,
        }
        yield PeriodFact(period_type, start, (scope_type, scope_id), parts)


def defect_facts(center: Center, on: dict[str, date], scopes: dict[str, dict[str, str]]) -> Iterator[Fact]:
    """Yield defects with a completed analysis, on the day of their evaluation or of the contact of their response."""
    from tests.reference.surveys import anchor

    invitations = {row["invitation_id"]: row for row in center.rows("survey_invitations")}
    responses = {row["response_id"]: row for row in center.rows("survey_responses")}
    known = {ticket.row["ticket_id"]: ticket for ticket in tickets(center)}
    for row in center.rows("qa_defects"):
        if not row.get("root_cause"):
            continue
        training = row["root_cause"] == "training" and row["defect_type"] in ("product", "process")
        parts: Parts = {"defects_analysed": 1, "defects_training": int(training)}
        if row.get("evaluation_id") in on:
            yield Fact(on[row["evaluation_id"]], scopes[row["evaluation_id"]], parts)
        elif row.get("response_id") in responses:
            invitation = invitations.get(responses[row["response_id"]].get("invitation_id") or "")
            if invitation:
                on_day, credit, _ = anchor(center, known, invitation)
                yield Fact(on_day, credit, parts)


def training_facts(center: Center) -> Iterator[Fact]:
    """Yield assignments on the day they were due, unless the agent had left, and hours on the day of completion."""
    for row in center.rows("training_assignments"):
        due = day(row["due_on"])
        done = day(row["completed_on"]) if row.get("completed_on") else None
        left = any(
            spell["employee_id"] == row["agent_id"] and spell.get("ended_on") and day(spell["ended_on"]) < due
            for spell in center.rows("employment_spells")
        )
        if due <= center.last_day_of(row["agent_id"], due) and (is_employed(center, row["agent_id"], due) or not left):
            parts: Parts = {
                "training_due": 1,
                "training_on_time": int(done is not None and done <= due),
                "training_ever": int(done is not None),
            }
            yield Fact(due, center.of_agent(row["agent_id"], due), parts)


def is_employed(center: Center, agent_id: str, on: date) -> bool:
    """Whether an employment spell covers a day; everybody is employed where no spell was delivered."""
    spells = center.rows("employment_spells")
    return not spells or any(
        row["employee_id"] == agent_id
        and day(row["started_on"]) <= on
        and (not row.get("ended_on") or on <= day(row["ended_on"]))
        for row in spells
    )
