"""Customer and employee surveys: KPIs 29, 32 to 38, 40 and 62, from valid answers and invitations."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from fractions import Fraction

from tests.reference.center import UNKNOWN, Center
from tests.reference.histories import Ticket, tickets
from tests.reference.records import Row, day, instant, number
from tests.reference.sums import PERIODS, Definition, Fact, Parts, PeriodFact, Recorded, period_start, scope_keys

DEFINITIONS = [
    Definition("fcr_survey_rate", "default", "fcr_yes", "fcr_answers", 100),
    Definition("contact_resolution_rate", "default", "resolved_yes", "resolved_answers", 100),
    Definition("csat_score", "default", "csat_top2", "csat_responses", 100),
    Definition("csat_score", "mean_score", "csat_score_sum", "csat_responses", squares="csat_squares"),
    Definition("csat_score", "top_box", "csat_top1", "csat_responses", 100),
    Definition("csat_score", "legacy_good_bad", "csat_top2", "csat_top2 + csat_bottom2", 100),
    Definition("dsat_rate", "default", "csat_bottom2", "csat_responses", 100),
    Definition(
        "net_promoter_score",
        "default",
        "nps_promoters - nps_detractors",
        "nps_responses",
        100,
        squares="nps_promoters + nps_detractors",
    ),
    Definition(
        "net_promoter_score",
        "relationship",
        "relationship_promoters - relationship_detractors",
        "relationship_responses",
        100,
        squares="relationship_promoters + relationship_detractors",
    ),
    Definition(
        "net_promoter_score",
        "transactional",
        "transactional_promoters - transactional_detractors",
        "transactional_responses",
        100,
        squares="transactional_promoters + transactional_detractors",
    ),
    Definition("customer_effort_score", "default", "effort_sum", "effort_responses", squares="effort_squares"),
    Definition("customer_effort_score", "percent_easy", "effort_easy", "effort_responses", 100),
    Definition(
        "customer_effort_score", "ces_2010", "effort_2010_sum", "effort_responses", squares="effort_2010_squares"
    ),
    Definition(
        "net_easy_score",
        "default",
        "effort_easy - effort_difficult",
        "effort_responses",
        100,
        squares="effort_easy + effort_difficult",
    ),
    Definition(
        "net_easy_score", "cut_points_configurable", "net_easy", "effort_responses", 100, squares="net_easy_squares"
    ),
    Definition(
        "net_emotional_value",
        "mean_positive_minus_mean_negative",
        "emotion_strength",
        "emotion_answers",
        100,
        squares="emotion_squares",
    ),
    Definition(
        "net_emotional_value",
        "default",
        "emotion_positive - emotion_negative",
        "emotion_answers",
        100,
        squares="emotion_positive + emotion_negative",
    ),
    Definition(
        "net_emotional_value",
        "exclude_neutral",
        "emotion_positive - emotion_negative",
        "emotion_positive + emotion_negative",
        100,
        squares="emotion_positive + emotion_negative",
    ),
    Definition(
        "survey_response_rate",
        "default",
        "survey_responded",
        "survey_delivered",
        100,
        Recorded(of="survey_delivered"),
    ),
    Definition("agent_satisfaction_score", "default", "esat_top2", "esat_answers", 100),
    Definition("agent_satisfaction_score", "mean_score", "esat_sum", "esat_answers", squares="esat_squares"),
    Definition(
        "agent_satisfaction_score",
        "enps",
        "enps_promoters - enps_detractors",
        "enps_answers",
        100,
        squares="enps_promoters + enps_detractors",
    ),
]


def facts(center: Center) -> Iterator[Fact | PeriodFact]:
    """Yield the facts of all surveys."""
    answers: dict[str, list[Row]] = {}
    for row in center.rows("survey_answers"):
        answers.setdefault(row["response_id"], []).append(row)
    valid = valid_responses(center)
    known = {ticket.row["ticket_id"]: ticket for ticket in tickets(center)}
    segments = {row["customer_id"]: row.get("segment") or UNKNOWN for row in center.rows("customers")}
    for row in center.rows("survey_invitations"):
        if is_test(center, row):
            continue
        on, scopes, customer_id = anchor(center, known, row)
        customer_id = row.get("customer_id") or customer_id
        scopes = scopes | {"segment": segments.get(customer_id, UNKNOWN)}
        response = valid.get(row["invitation_id"])
        if response:
            parts: Parts = {}
            for answer in answers.get(response["response_id"], []):
                parts |= answer_parts(center, row, answer)
            yield Fact(on, scopes, parts)
        if row["delivery_status"] == "delivered" and closes(center, row) <= center.as_of:
            sent = center.local_day(instant(row["sent_at"]), scopes.get("site"))
            yield Fact(sent, scopes, {"survey_delivered": 1, "survey_responded": int(response is not None)})
    yield from employee_facts(center)


def closes(center: Center, invitation: Row) -> datetime:
    """Return the instant at which the time to answer is over."""
    return instant(invitation["sent_at"]) + timedelta(days=center.parameters.survey_response_window_days)


def is_test(center: Center, invitation: Row) -> bool:
    """Whether the invitation is about a contact that does not count."""
    contact_id = invitation.get("contact_id")
    known = {row["contact_id"] for row in center.rows("contacts")} if contact_id else set()
    return bool(contact_id) and contact_id in known and contact_id not in center.contacts


def valid_responses(center: Center) -> dict[str, Row]:
    """Return the first response in time of every delivered invitation, by invitation."""
    delivered = {
        row["invitation_id"]: row for row in center.rows("survey_invitations") if row["delivery_status"] == "delivered"
    }
    found: dict[str, Row] = {}
    for row in sorted(center.rows("survey_responses"), key=lambda row: (row["responded_at"], row["response_id"])):
        invitation = delivered.get(row.get("invitation_id") or "")
        if invitation is None:
            continue
        at = instant(row["responded_at"])
        if instant(invitation["sent_at"]) <= at <= closes(center, invitation):
            found.setdefault(invitation["invitation_id"], row)
    return found


def anchor(center: Center, known: dict[str, Ticket], invitation: Row) -> tuple[date, dict[str, str], str]:
    """Return the business date of the answers, the scopes that get the credit, and the customer asked about.

    A contact gives its day and the agent who handled it last; a ticket who solved it last, on the day of the sending.
    """
    contact = center.contacts.get(invitation.get("contact_id") or "")
    if contact is not None:
        return center.contact_day(contact), center.credit(contact, -1), contact.get("customer_id") or ""
    sent_at = instant(invitation["sent_at"])
    ticket = known.get(invitation.get("ticket_id") or "")
    if ticket is None:
        return center.local_day(sent_at, None), {"site": UNKNOWN}, ""
    return ticket.day(sent_at), ticket.scopes(ticket.solver), ticket.row.get("customer_id") or ""


def answer_parts(center: Center, invitation: Row, answer: Row) -> dict[str, Fraction | int]:
    """Return the parts of one answer on its scale; none if it is empty or off its scale."""
    if not answer.get("score"):
        return {}
    low, high = number(answer["scale_min"]), number(answer["scale_max"])
    score = number(answer["score"])
    if not low <= score <= high:
        return {}
    if answer.get("scale_direction") == "low_is_good":
        score = low + high - score
    given = center.parameters
    match answer["question_code"]:
        case "CSAT":
            return {
                "csat_responses": 1,
                "csat_top2": int(score >= given.csat_top),
                "csat_top1": int(score >= high),
                "csat_bottom2": int(score <= given.csat_bottom),
                "csat_score_sum": score,
                "csat_squares": score**2,
            }
        case "NPS":
            parts: Parts = {"responses": 1, "promoters": int(score >= 9), "detractors": int(score <= 6)}
            about = bool(invitation.get("contact_id") or invitation.get("ticket_id"))
            kind = "transactional" if about else "relationship"
            return {f"nps_{name}": count for name, count in parts.items()} | {
                f"{kind}_{name}": count for name, count in parts.items()
            }
        case "EFFORT":
            return {
                "effort_responses": 1,
                "effort_sum": score,
                "effort_squares": score**2,
                "effort_2010_squares": (low + high - score) ** 2,
                "effort_easy": int(score >= given.effort_easy_min),
                "effort_difficult": int(score <= given.effort_difficult_max),
                "net_easy": int(score >= given.net_easy_easy_min) - int(score <= given.net_easy_difficult_max),
                "net_easy_squares": int(score >= given.net_easy_easy_min) + int(score <= given.net_easy_difficult_max),
                "effort_2010_sum": low + high - score,
            }
        case "RESOLVED":
            return {"resolved_answers": 1, "resolved_yes": int(score == 1)}
        case "FCR":
            return {"fcr_answers": 1, "fcr_yes": int(score == 1)}
        case "EMOTION":
            return {
                "emotion_answers": 1,
                "emotion_positive": int(score > 0),
                "emotion_negative": int(score < 0),
                "emotion_strength": score,
                "emotion_squares": score**2,
            }
    return {}


def employee_facts(center: Center) -> Iterator[PeriodFact]:
    """Yield answers of employees, by month of the survey; groups below the minimum are left out."""
    by_group: dict[tuple[str, str, str], list[Fraction]] = {}
    for row in center.rows("employee_survey_answers"):
        key = (row["survey_period"], row["team_group"], row["question_code"])
        by_group.setdefault(key, []).append(number(row["score"]))
    for (wave, group, question), scores in by_group.items():
        if len(scores) < center.parameters.employee_survey_minimum:
            continue
        on = day(f"{wave}-01")
        if question == "JOB_SAT":
            parts: Parts = {
                "esat_top2": sum(score >= 4 for score in scores),
                "esat_answers": len(scores),
                "esat_sum": sum(scores, Fraction(0)),
                "esat_squares": sum((score**2 for score in scores), Fraction(0)),
            }
        else:
            parts = {
                "enps_promoters": sum(score >= 9 for score in scores),
                "enps_detractors": sum(score <= 6 for score in scores),
                "enps_answers": len(scores),
            }
        for period_type in PERIODS[2:]:
            for scope in scope_keys({"site": group}):
                yield PeriodFact(period_type, period_start(period_type, on), scope, parts)
