"""Who really comes, when, and what is paid: sickness, no-shows, lateness, exceptions and paid time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta

from simulator.clock import HALF_HOUR, midnight, stamp
from simulator.context import Context
from simulator.duty import ON_QUEUE, PAID, Activity, Duty, Span, by_day, merged, overlaps
from simulator.output import flag
from simulator.planning import Planning
from simulator.staff import Agent, Staff
from simulator.world import site_of

FALLS_SICK, SICK_DAYS, NO_SHOW, CALLED_HOME = 0.016, 3.0, 0.008, 0.006
NO_NOTE = 0.08
LATE, LATE_EXCUSED = 0.035, 0.3
FORGIVEN, DATES_KEPT = 600, 5
DAY = 86_400


@dataclass(eq=False)
class Spell:
    """One absence in UTC seconds. ``seconds`` are the scheduled paid seconds missed so far, by local day."""

    agent: Agent
    start: int
    end: int
    kind: str
    is_planned: bool = False
    status: str = "pending"
    absence_id: str = ""
    seconds: dict[date, int] = field(default_factory=dict)


class Attendance:
    """Compares what is planned with what happens, and counts both."""

    def __init__(self, context: Context, staff: Staff, planning: Planning) -> None:
        self._planning = planning
        self._engine = context.engine
        self._out = context.out
        self._rng = context.rng("attendance")
        self._staff = staff
        self._sick: dict[str, Spell] = {}
        self._booked: dict[str, dict[date, int]] = {}
        self._absences = 0
        self._exceptions = 0

    def report(self, spell: Spell) -> None:
        """Deliver an absence as known now."""
        if not spell.absence_id:
            self._absences += 1
            spell.absence_id = f"AB{self._absences:06d}"
        self._out.put(
            "absences", spell.absence_id, spell.absence_id, spell.agent.agent_id, stamp(spell.start), stamp(spell.end),
            spell.kind, flag(spell.is_planned), spell.status,
        )  # fmt: skip

    def except_from(self, duty: Duty, start: int, end: int, kind: str, *, excused: bool) -> None:
        """Deliver an exception from the schedule."""
        self._exceptions += 1
        self._out.add(
            "adherence_exceptions", f"EX{self._exceptions:06d}", duty.agent.agent_id, stamp(start), stamp(end), kind,
            flag(excused),
        )  # fmt: skip
        if excused:
            duty.excused.append((start, end))

    def plan(self, duty: Duty) -> None:
        """Count a shift as it is in force on its day."""
        for activity in duty.activities:
            self._planned(duty.agent, activity)
            if activity.kind == "on_queue":
                self._planning.schedule(duty.agent.pool.site_id, activity.start, activity.end)

    def _planned(self, agent: Agent, activity: Activity) -> None:
        for name, counts in (
            ("scheduled_paid_seconds", activity.kind in PAID),
            ("scheduled_on_queue_seconds", activity.kind == "on_queue"),
            ("scheduled_adherence_seconds", activity.kind != "leave"),
            ("planned_leave_seconds", activity.kind == "leave"),
        ):
            if counts:
                self._count(agent, name, [activity[1:]])

    def _count(self, agent: Agent, name: str, spans: Iterable[Span]) -> None:
        for day, seconds in by_day(site_of(agent.pool.site_id).zone, spans):
            self._out.count(name, seconds, day)

    def off(self, agent: Agent, day: date, leave: Activity) -> None:
        """Let an agent have a paid day off."""
        self._planned(agent, leave)
        self._count(agent, "shrinkage_seconds", [leave[1:]])
        self._engine.at(leave.start, self._pay, agent, day, leave.end - leave.start)

    def comes(self, duty: Duty, day: date) -> bool:
        """Settle whether and when the agent comes; report an absence when the shift begins."""
        rng, agent = self._rng, duty.agent
        duty.arrives = max(duty.start + max(-120, int(rng.gauss(20, 90))), self._engine.now)
        duty.leaves = duty.end
        if agent.sick_until >= day:
            return self._misses(duty, self._sick[agent.agent_id])
        chance = rng.random()
        if chance < FALLS_SICK:
            days = 1 + min(int(rng.expovariate(1 / SICK_DAYS)), 9)
            off = [gone for gone in agent.off if gone > day]
            last = min([day + timedelta(days=days - 1), *(gone - timedelta(days=1) for gone in off)])
            agent.sick_until = last
            end = max(duty.end, midnight(site_of(agent.pool.site_id).zone, last + timedelta(days=1)))
            spell = self._sick[agent.agent_id] = Spell(agent, duty.start, end, "sick")
            self._engine.at(duty.start, self.report, spell)
            self._engine.at(duty.start + rng.randint(DAY, 3 * DAY), self._judge, spell, rng.random() >= NO_NOTE)
            return self._misses(duty, spell)
        if chance < FALLS_SICK + NO_SHOW:
            spell = Spell(agent, duty.start, duty.end, "no_show", status="unapproved")
            self._engine.at(duty.start + 1_800, self.report, spell)
            return self._misses(duty, spell)
        if chance < FALLS_SICK + NO_SHOW + CALLED_HOME:
            duty.leaves = duty.end - rng.randint(2, min(8, (duty.end - duty.start) // HALF_HOUR - 3)) * HALF_HOUR
        elif rng.random() < LATE and duty.arrives > duty.start:
            duty.arrives += rng.randint(300, 2_700)
            self._engine.at(duty.arrives, self._late, duty, rng.random() < LATE_EXCUSED)
        self._pay_as_planned(duty)
        return True

    def _called_home(self, duty: Duty, left: int) -> None:
        spell = Spell(duty.agent, left, duty.end, "family", status="approved")
        self.report(spell)
        self.except_from(duty, left, duty.end, "early_out", excused=False)
        self._miss(duty, spell)

    def _late(self, duty: Duty, excused: bool) -> None:
        self.except_from(duty, duty.start, duty.arrives, "late", excused=excused)

    def _misses(self, duty: Duty, spell: Spell) -> bool:
        self._miss(duty, spell)
        self._count(duty.agent, "shrinkage_seconds", [a[1:] for a in duty.activities if a.kind in PAID])
        self._pay_as_planned(duty, is_paid=spell.kind != "no_show")
        return False

    def _miss(self, duty: Duty, spell: Spell) -> None:
        """Count what an unplanned absence takes from the paid part of a shift."""
        paid = [activity[1:] for activity in duty.activities if activity.kind in PAID]
        for day, seconds in by_day(site_of(duty.agent.pool.site_id).zone, overlaps(paid, [(spell.start, spell.end)])):
            spell.seconds[day] = spell.seconds.get(day, 0) + seconds
            self._out.count("absence_unplanned_seconds", seconds, day)
            if spell.status == "unapproved":
                self._out.count("absence_unapproved_seconds", seconds, day)

    def _judge(self, spell: Spell, has_note: bool) -> None:
        """Approve a sickness when the note arrives, or not."""
        spell.status = "approved" if has_note else "unapproved"
        self.report(spell)
        if not has_note:
            for day, seconds in spell.seconds.items():
                self._out.count("absence_unapproved_seconds", seconds, day)

    def _pay(self, agent: Agent, day: date, seconds: int) -> None:
        """Book paid seconds on a work date, on top of what is booked: two nights may share a date."""
        booked = self._booked.setdefault(agent.agent_id, {})
        booked[day] = booked.get(day, 0) + seconds
        while len(booked) > DATES_KEPT:
            del booked[min(booked)]
        self._out.put("paid_time", f"{agent.agent_id}/{day}", agent.agent_id, day.isoformat(), str(booked[day]))
        self._out.count("paid_seconds", seconds, day)
        self._staff.paid_seconds[agent.pool.site_id] += seconds

    def _pay_as_planned(self, duty: Duty, *, is_paid: bool = True) -> None:
        """Book a shift as planned on each of its dates as the date comes; the end of the shift corrects it."""
        zone = site_of(duty.agent.pool.site_id).zone
        planned: dict[date, int] = {}
        for day, seconds in by_day(zone, [a[1:] for a in duty.activities if a.kind in PAID]):
            planned[day] = planned.get(day, 0) + seconds
        for day, seconds in planned.items():
            starts = max(duty.start, midnight(zone, day))
            self._engine.at(starts, self._book, duty, day, seconds if is_paid else 0)

    def _book(self, duty: Duty, day: date, seconds: int) -> None:
        if not duty.is_over:
            duty.paid[day] = seconds
            self._pay(duty.agent, day, seconds)

    def _pay_as_worked(self, duty: Duty, logged_out: int) -> None:
        """Correct what is booked: not the time missed by more than ten minutes, nor less than was worked."""
        zone = site_of(duty.agent.pool.site_id).zone
        missed = [(duty.start, duty.arrives)] if duty.arrives - duty.start > FORGIVEN else []
        if logged_out < duty.end - FORGIVEN:
            missed.append((logged_out, duty.end))
        due: dict[date, int] = dict.fromkeys(duty.paid, 0)
        paid = [a[1:] for a in duty.activities if a.kind in PAID]
        for day, seconds in by_day(zone, paid):
            due[day] = due.get(day, 0) + seconds
        for day, seconds in by_day(zone, overlaps(paid, missed)):
            due[day] -= seconds
        worked = dict.fromkeys(due, 0)
        for day, seconds in by_day(zone, [state[1:] for state in duty.states if state.kind != "meal"]):
            worked[day] = worked.get(day, 0) + seconds
        duty.is_over = True
        for day, seconds in worked.items():
            self._pay(duty.agent, day, max(due.get(day, 0), seconds) - duty.paid.get(day, 0))

    def settle(self, duty: Duty, logged_out: int) -> None:
        """Close a worked shift: pay it, and count where plan and reality agree."""
        if duty.leaves < duty.end and logged_out < duty.end:
            self._called_home(duty, logged_out)
        zone = site_of(duty.agent.pool.site_id).zone
        self._pay_as_worked(duty, logged_out)
        on_queue = merged(state[1:] for state in duty.states if state.kind in ON_QUEUE)
        adherent: list[Span] = []
        for activity in duty.activities:
            if activity.kind == "on_queue":
                adherent += overlaps([activity[1:]], on_queue)
            else:
                adherent += overlaps([activity[1:]], [s[1:] for s in duty.states if s.kind == activity.kind])
        planned = [activity[1:] for activity in duty.activities]
        paid = [activity[1:] for activity in duty.activities if activity.kind in PAID]
        self._count(duty.agent, "on_queue_seconds", on_queue)
        self._count(duty.agent, "adherent_strict_seconds", adherent)
        self._count(duty.agent, "adherent_seconds", merged([*adherent, *overlaps(merged(duty.excused), planned)]))
        self._count(duty.agent, "shrinkage_seconds", paid)
        for day, seconds in by_day(zone, overlaps(paid, on_queue)):
            self._out.count("shrinkage_seconds", -seconds, day)
