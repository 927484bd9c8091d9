"""The roster: shifts with their activities, published a week ahead, sometimes changed, and filled or missed."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import date, timedelta

from simulator.attendance import Attendance, Spell
from simulator.clock import OPERATOR_ZONE, local_to_utc, midnight, stamp
from simulator.context import Context
from simulator.duty import PAID, Activity, Duty, activities
from simulator.holidays import is_holiday
from simulator.output import flag
from simulator.planning import PUBLISHED_ON
from simulator.staff import Agent, Staff
from simulator.staffing import Shift, plan_shifts
from simulator.world import POOLS, Pool, site_of

REST_SECONDS = 10 * 3600
OVERPLAN = 1.06
WEEK_OFF, DAY_OFF = 0.04, 0.03
CHANGED = 0.03
LEAVE_HALVES = (18, 34)
HOUR = 3_600


@dataclass
class Roster:
    """All published shifts not yet worked, by day and pool, and the days people have off."""

    context: Context
    staff: Staff
    attendance: Attendance
    _plan: dict[tuple[date, str], list[Duty]] = field(default_factory=dict)
    _leave: dict[date, list[tuple[Agent, Activity]]] = field(default_factory=dict)
    _segments: int = 0
    _first: int = 0

    def __post_init__(self) -> None:
        """Publish what is in force when the simulation begins."""
        first = self.context.options.first_day
        self._first = midnight(OPERATOR_ZONE, first)
        monday = first - timedelta(days=first.weekday())
        for pool in POOLS:
            if pool.night_agents:
                self._fill(pool, first - timedelta(days=1), _published(first - timedelta(days=1)))
        self._publish(monday)
        if first.weekday() > PUBLISHED_ON:
            self._publish(monday + timedelta(days=7))

    def begin_day(self, day: date) -> None:
        """Publish next week's roster on its day, change some shifts of tomorrow, and note who is off today."""
        if day.weekday() == PUBLISHED_ON:
            self._publish(day + timedelta(days=7 - PUBLISHED_ON))
        self._change(day + timedelta(days=1), midnight(OPERATOR_ZONE, day) + 13 * HOUR)
        for agent, leave in self._leave.pop(day, []):
            self.attendance.off(agent, day, leave)

    def duties(self, pool: Pool, day: date) -> list[Duty]:
        """Hand over the shifts that are worked on a day, after who is absent or late has been settled."""
        worked = []
        for duty in self._plan.pop((day, pool.pool_id), []):
            self.attendance.plan(duty)
            if self.attendance.comes(duty, day):
                worked.append(duty)
        return worked

    def _publish(self, monday: date) -> None:
        rng = self.context.rng("leave")
        first = self.context.options.first_day
        for pool in POOLS:
            for agent in self.staff.pools[pool.pool_id]:
                agent.worked = 0
                chance = rng.random()
                if chance < WEEK_OFF:
                    self._grant(agent, [monday + timedelta(days=n) for n in range(5)])
                elif chance < WEEK_OFF + DAY_OFF:
                    self._grant(agent, [monday + timedelta(days=rng.randrange(5))])
        for number in range(7):
            day = monday + timedelta(days=number)
            if day >= first:
                for pool in POOLS:
                    self._fill(pool, day, _published(day))

    def _grant(self, agent: Agent, days: list[date]) -> None:
        """Give an agent paid days off: a planned absence, and leave in the schedule."""
        days = [day for day in days if day >= self.context.options.first_day and agent.works_on(day)]
        if not days or agent.sick_until >= days[0]:
            return
        zone = site_of(agent.pool.site_id).zone
        start, end = midnight(zone, days[0]), midnight(zone, days[-1] + timedelta(days=1))
        if agent.last_end > start:
            return
        self.attendance.report(Spell(agent, start, end, "vacation", is_planned=True, status="approved"))
        for day in days:
            agent.worked += 1
            agent.off.add(day)
            leave = Activity("leave", *(local_to_utc(zone, day, half) for half in LEAVE_HALVES))
            self._leave.setdefault(day, []).append((agent, leave))
            self._segment(agent, leave, _published(day))

    def _fill(self, pool: Pool, day: date, published: int) -> None:
        """Fill the pool's shifts of a local day with people who may work: five days a week, rested, not on leave."""
        rng = self.context.rng(f"roster {pool.pool_id}")
        zone = site_of(pool.site_id).zone
        shifts = self._shifts(pool, day, rng)
        begins = midnight(zone, day)
        free = [
            (agent.worked, rng.random(), index, agent)
            for index, agent in enumerate(self.staff.pools[pool.pool_id])
            if agent.works_on(day) and agent.worked < 5 and day not in agent.off
            # rosters of two weeks never meet within one local day
            and (day.weekday() or agent.last_end <= begins)
        ]  # fmt: skip
        free.sort(key=lambda entry: entry[:3])
        chosen = sorted((entry[3] for entry in free[: len(shifts)]), key=lambda a: (a.last_start, a.agent_id))
        if len(chosen) < len(shifts):
            shifts = sorted(rng.sample(shifts, len(chosen)))
        duties = self._plan.setdefault((day, pool.pool_id), [])
        for agent, shift in zip(chosen, shifts, strict=True):
            start = local_to_utc(zone, day, shift.start)
            end = local_to_utc(zone, day, shift.start + shift.length)
            into_leave = day + timedelta(days=1) in agent.off and shift.start + shift.length > 48
            if start - agent.last_end < REST_SECONDS or end <= self._first or into_leave:
                continue
            agent.worked += 1
            agent.last_start, agent.last_end = shift.start, end
            duty = Duty(agent, start, end, activities(start, end, rng, is_full=shift.is_full))
            self._write(duty, published)
            duties.append(duty)

    def _shifts(self, pool: Pool, day: date, rng: random.Random) -> list[Shift]:
        """Return the planned shifts, thinned or repeated when the floor was asked to be smaller or larger."""
        holiday = is_holiday(site_of(pool.site_id).country, day)
        shifts = list(plan_shifts(pool, day.weekday(), self.context.options.contacts_per_day, holiday=holiday))
        wanted = round(len(shifts) * self.staff.scale[pool.pool_id] * OVERPLAN)
        if wanted <= len(shifts):
            return sorted(rng.sample(shifts, wanted))
        return sorted(shifts + rng.choices(shifts, k=wanted - len(shifts)))

    def _write(self, duty: Duty, published: int) -> None:
        """Deliver a shift's activities; what lies before the first simulated moment is cut off."""
        if duty.start < self._first:
            kept = [activity for activity in duty.activities if activity.end > self._first]
            duty.activities = [Activity(a.kind, max(a.start, self._first), a.end) for a in kept]
            duty.start = self._first
        for activity in duty.activities:
            self._segment(duty.agent, activity, published)

    def _segment(self, agent: Agent, activity: Activity, published: int) -> None:
        self._segments += 1
        self.context.out.add(
            "schedules", f"SG{self._segments:08d}", agent.agent_id, activity.kind, flag(activity.kind in PAID),
            flag(activity.kind != "leave"), stamp(activity.start), stamp(activity.end), stamp(published),
        )  # fmt: skip

    def _change(self, day: date, published: int) -> None:
        """Publish a few shifts of a day anew with other times of breaks; the later version is the one in force."""
        rng = self.context.rng("roster changes")
        for pool in POOLS:
            if pool.night_agents:
                continue
            for duty in self._plan.get((day, pool.pool_id), []):
                if rng.random() < CHANGED:
                    is_full = any(activity.kind == "meal" for activity in duty.activities)
                    duty.activities = activities(duty.start, duty.end, rng, is_full=is_full)
                    self._write(duty, published)
                    self.context.out.truth["schedule_changes"] += 1


def _published(day: date) -> int:
    """Instant at which the roster of the day's week is published: noon (UTC) on the Thursday of the week before."""
    monday = day - timedelta(days=day.weekday())
    return midnight("UTC", monday - timedelta(days=7 - PUBLISHED_ON)) + 12 * HOUR
