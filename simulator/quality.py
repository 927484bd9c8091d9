"""Quality: evaluations of real contacts and tickets, calibration sessions, and defects with their causes."""

from __future__ import annotations

from collections import deque
from datetime import date
from typing import NamedTuple

from simulator.clock import OPERATOR_ZONE, local_date, local_to_utc
from simulator.contact import Contact
from simulator.context import Context
from simulator.output import flag
from simulator.staff import Agent, Staff
from simulator.streams import Choice
from simulator.tickets import Ticket

EVALUATED_CONTACT, EVALUATED_TICKET = 0.02, 0.015
CALIBRATED_ON, CALIBRATED = 2, 3  # Wednesday; evaluations a session
NOT_APPLICABLE, CRITICAL, DEFECT, DSAT_ANALYSED = 0.08, 0.3, 0.3, 0.6
ANALYSED = 0.85
DISAGREEMENT = (-1, 0, 0, 0, 0, 0, 0, 1)
DAY, HOUR = 86_400, 3_600


class Section(NamedTuple):
    """A section of the form: items of equal points, and the kind of defect a failed item is."""

    code: str
    items: int
    points: int
    passed: float
    defect: str
    may_not_apply: bool


FORM = (
    Section("communication", 8, 5, 0.9, "behaviour", False),
    Section("procedure", 10, 3, 0.88, "process", True),
    Section("compliance", 4, 5, 0.96, "compliance", False),
    Section("resolution", 2, 5, 0.86, "product", False),
)
CAUSES = {
    "behaviour": (("agent", 0.7), ("training", 0.3)),
    "process": (("training", 0.4), ("process", 0.35), ("system", 0.25)),
    "compliance": (("agent", 0.6), ("training", 0.3), ("unknown", 0.1)),
    "product": (("product", 0.7), ("training", 0.3)),
}


class Evaluation(NamedTuple):
    """What is evaluated, and whose work it is."""

    contact_id: str
    ticket_id: str
    agent: Agent
    form: str


class Quality:
    """Samples finished work, has it evaluated some days later, and looks into what went wrong."""

    def __init__(self, context: Context, staff: Staff) -> None:
        self._engine = context.engine
        self._out = context.out
        self._rng = context.rng("quality")
        self._staff = staff
        self._causes = {kind: Choice(causes) for kind, causes in CAUSES.items()}
        self._evaluations = self._defects = self._calibrations = 0
        self._recent: deque[tuple[Evaluation, tuple[tuple[int, int], ...]]] = deque(maxlen=CALIBRATED)

    def follow(self, contact: Contact) -> None:
        """Sample a handled contact of a known customer."""
        if contact.agent is None or contact.customer < 0 or contact.is_test or self._rng.random() >= EVALUATED_CONTACT:
            return
        self._plan(Evaluation(contact.contact_id, "", contact.agent, f"{contact.channel.upper()}-3"))

    def follow_ticket(self, ticket: Ticket) -> None:
        """Sample a solved ticket."""
        if ticket.agent is not None and self._rng.random() < EVALUATED_TICKET:
            self._plan(Evaluation("", ticket.ticket_id, ticket.agent, "TICKET-1"))

    def follow_response(self, response: str, score: int) -> None:
        """Look into a dissatisfied answer (1 or 2 of 5)."""
        if score <= 2 and self._rng.random() < DSAT_ANALYSED:
            kind = self._rng.choice(tuple(CAUSES))
            self._defect("", response, kind)

    def _plan(self, work: Evaluation) -> None:
        """Have it evaluated in office hours (Berlin's) one to five days later."""
        day = local_date(OPERATOR_ZONE, self._engine.now + self._rng.randint(DAY, 5 * DAY))
        self._engine.at(local_to_utc(OPERATOR_ZONE, day, 30) + self._rng.randrange(8 * 1_800), self._evaluate, work)

    def _evaluate(self, work: Evaluation) -> None:
        rng, site = self._rng, work.agent.pool.site_id
        applicable, passed = [], []
        for section in FORM:
            items = sum(not section.may_not_apply or rng.random() >= NOT_APPLICABLE for _ in range(section.items))
            applicable.append(max(1, items))
            chance = section.passed + work.agent.skill
            passed.append(sum(rng.random() < chance for _ in range(applicable[-1])))
        critical = passed[2] < applicable[2] and rng.random() < CRITICAL
        evaluator = rng.choice(self._staff.evaluators[site])
        scores = tuple(zip(applicable, passed, strict=True))
        evaluation = self._rows(work, evaluator, "standard", scores, critical=critical)
        self._recent.append((work, scores))
        for section, (possible, earned) in zip(FORM, scores, strict=True):
            for _ in range(possible - earned):
                if rng.random() < DEFECT:
                    self._defect(evaluation, "", section.defect)

    def _rows(
        self, work: Evaluation, evaluator: str, kind: str, scores: tuple[tuple[int, int], ...], *, critical: bool
    ) -> str:
        """Deliver an evaluation with its sections; an auto-fail earns nothing, whatever its sections say."""
        self._evaluations += 1
        evaluation = f"QA{self._evaluations:06d}"
        possible = sum(items * section.points for section, (items, _) in zip(FORM, scores, strict=True))
        earned = 0 if critical else _points(scores)
        today = local_date(OPERATOR_ZONE, self._engine.now)
        self._out.add(
            "qa_evaluations", evaluation, work.contact_id, work.ticket_id, work.agent.agent_id, evaluator,
            today.isoformat(), work.form, kind, str(possible), str(earned), flag(critical),
        )  # fmt: skip
        for section, (items, passed) in zip(FORM, scores, strict=True):
            self._out.add(
                "qa_section_scores", evaluation, section.code, str(items * section.points),
                str(passed * section.points), str(items), str(passed),
            )  # fmt: skip
            if kind == "standard":
                self._count_section(section, items, passed)
        if kind == "standard":
            truth = self._out.truth
            truth["qa_evaluations"] += 1
            truth["qa_points_possible"] += possible
            truth["qa_points_earned"] += earned
            truth["qa_critical"] += critical
        return evaluation

    def _count_section(self, section: Section, items: int, passed: int) -> None:
        truth = self._out.truth
        if section.code == "communication":
            truth["qa_communication_possible"] += items * section.points
            truth["qa_communication_earned"] += passed * section.points
        elif section.code == "procedure":
            truth["qa_procedure_applicable"] += items
            truth["qa_procedure_passed"] += passed

    def begin_day(self, day: date) -> None:
        """Hold the week's calibration session."""
        if day.weekday() == CALIBRATED_ON:
            self._engine.at(local_to_utc(OPERATOR_ZONE, day, 29), self._calibrate)

    def _calibrate(self) -> None:
        """Let every specialist score the same contacts, and hold each against the score agreed in the session."""
        rng = self._rng
        specialists = [one for site in sorted(self._staff.evaluators) for one in self._staff.evaluators[site]]
        for work, agreed in self._recent:
            self._rows(work, specialists[0], "reference", agreed, critical=False)
            reference = _percent(agreed)
            for specialist in specialists:
                own = tuple((items, max(0, min(items, passed + rng.choice(DISAGREEMENT)))) for items, passed in agreed)
                evaluation = self._rows(work, specialist, "calibration", own, critical=False)
                self._calibrations += 1
                score = _percent(own)
                self._out.add(
                    "calibration_scores", f"CL{self._calibrations:05d}", evaluation, specialist, _text(score),
                    _text(reference),
                )  # fmt: skip
                self._out.truth["calibration_pairs"] += 1
                self._out.truth["calibration_difference_hundredths"] += abs(score - reference)
                self._out.truth["calibration_within_5_points"] += abs(score - reference) <= 500

    def _defect(self, evaluation: str, response: str, kind: str) -> None:
        """Note a defect; its cause is mostly known within a week."""
        self._defects += 1
        defect = f"DF{self._defects:06d}"
        self._out.put("qa_defects", defect, defect, evaluation, response, kind, "")
        if self._rng.random() < ANALYSED:
            later = self._engine.now + self._rng.randint(DAY // 2, 6 * DAY)
            cause = self._causes[kind].draw(self._rng)
            self._engine.at(later, self._analysed, defect, evaluation, response, kind, cause)

    def _analysed(self, defect: str, evaluation: str, response: str, kind: str, cause: str) -> None:
        self._out.put("qa_defects", defect, defect, evaluation, response, kind, cause)
        self._out.truth["defects_analysed"] += 1
        self._out.truth["defects_training"] += cause == "training" and kind in ("product", "process")


def _points(scores: tuple[tuple[int, int], ...]) -> int:
    return sum(passed * section.points for section, (_, passed) in zip(FORM, scores, strict=True))


def _percent(scores: tuple[tuple[int, int], ...]) -> int:
    """Score in hundredths of a percentage point."""
    possible = sum(items * section.points for section, (items, _) in zip(FORM, scores, strict=True))
    return round(10_000 * _points(scores) / possible)


def _text(hundredths: int) -> str:
    return f"{hundredths // 100}.{hundredths % 100:02d}"
