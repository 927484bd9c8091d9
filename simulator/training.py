"""Courses people are assigned and complete, and what employees say about their work."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta

from simulator.context import Context
from simulator.staff import Agent, Staff
from simulator.world import POOLS

COURSES = {"PRODUCT": 7_200, "PAYMENT-DATA": 5_400, "PRIVACY": 3_600, "SYSTEMS": 10_800}
ONBOARDING, ONBOARDING_SECONDS, ONBOARDING_DAYS = "ONBOARDING", 57_600, 10
ASSIGNED_A_DAY, DUE_DAYS = 1 / 45, 30
ON_TIME, TOO_LATE = 0.84, 0.1
ASKED_ON, ANSWER, SMALLEST_GROUP = 25, 0.75, 5


@dataclass(eq=False)
class Assignment:
    """One course for one person."""

    assignment_id: str
    agent: Agent
    course: str
    due: date
    seconds: int
    completed: date | None = None


class Training:
    """Assigns courses and lets people complete them in time, late or never."""

    def __init__(self, context: Context, staff: Staff) -> None:
        self._out = context.out
        self._rng = context.rng("training")
        self._staff = staff
        self._numbers = 0
        self._to_complete: dict[date, list[Assignment]] = defaultdict(list)
        self._due: dict[date, list[Assignment]] = defaultdict(list)
        first = context.options.first_day
        for pool in POOLS:
            for agent in staff.pools[pool.pool_id]:
                due = first + timedelta(days=self._rng.randrange(DUE_DAYS))
                self._assign(agent, self._rng.choice(tuple(COURSES)), first, due)

    def begin_day(self, day: date) -> None:
        """Assign new courses, and deliver those completed today."""
        rng = self._rng
        for pool in POOLS:
            for agent in self._staff.pools[pool.pool_id]:
                if agent.hired == day:
                    self._assign(agent, ONBOARDING, day, day + timedelta(days=ONBOARDING_DAYS))
                elif rng.random() < ASSIGNED_A_DAY:
                    self._assign(agent, rng.choice(tuple(COURSES)), day, day + timedelta(days=DUE_DAYS))
        for assignment in self._to_complete.pop(day, []):
            if _is_employed(assignment.agent, day):
                assignment.completed = day
                self._row(assignment)
                self._out.count("training_seconds", assignment.seconds, day)
        for assignment in self._due.pop(day, []):
            if _is_employed(assignment.agent, day):
                self._out.count("training_due", 1, day)
                self._out.count("training_on_time", int(assignment.completed is not None), day)

    def _assign(self, agent: Agent, course: str, day: date, due: date) -> None:
        rng = self._rng
        self._numbers += 1
        seconds = COURSES.get(course, ONBOARDING_SECONDS)
        assignment = Assignment(f"TA{self._numbers:06d}", agent, course, due, seconds)
        self._row(assignment)
        self._due[due].append(assignment)
        chance, days = rng.random(), (due - day).days
        if chance < ON_TIME and days:
            self._to_complete[day + timedelta(days=rng.randint(1, days))].append(assignment)
        elif chance < ON_TIME + TOO_LATE:
            self._to_complete[due + timedelta(days=rng.randint(1, 14))].append(assignment)

    def _row(self, assignment: Assignment) -> None:
        self._out.put(
            "training_assignments", assignment.assignment_id, assignment.assignment_id, assignment.agent.agent_id,
            assignment.course, assignment.due.isoformat(),
            assignment.completed.isoformat() if assignment.completed else "", f"{assignment.seconds / 3600:.2f}",
        )  # fmt: skip


class EmployeeSurvey:
    """Asks everyone once a month, and keeps no name."""

    def __init__(self, context: Context, staff: Staff) -> None:
        self._out = context.out
        self._rng = context.rng("employee survey")
        self._staff = staff

    def begin_day(self, day: date) -> None:
        """Deliver the month's wave on its day, by pool; a group with too few answers is not delivered."""
        if day.day != ASKED_ON:
            return
        rng, truth = self._rng, self._out.truth
        for pool in POOLS:
            moods = [rng.gauss(0.0, 1.0) for _ in self._staff.pools[pool.pool_id] if rng.random() < ANSWER]
            if len(moods) < SMALLEST_GROUP:
                continue
            for mood in moods:
                satisfied = max(1, min(5, round(3.7 + 0.9 * mood)))
                recommends = max(0, min(10, round(7.4 + 2.0 * mood)))
                wave = (f"{day:%Y-%m}", pool.pool_id)
                self._out.add("employee_survey_answers", *wave, "JOB_SAT", str(satisfied))
                self._out.add("employee_survey_answers", *wave, "ENPS", str(recommends))
                truth["esat_answers"] += 1
                truth["esat_top2"] += satisfied >= 4
                truth["enps_promoters"] += recommends >= 9
                truth["enps_detractors"] += recommends <= 6


def _is_employed(agent: Agent, day: date) -> bool:
    """Tell whether the agent is employed on a day, the last one included."""
    return agent.hired <= day <= agent.leaves_on
