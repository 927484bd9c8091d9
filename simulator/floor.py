"""The floor: who is logged in, in which state, and who takes the next piece of work."""

from __future__ import annotations

from typing import Protocol

from simulator.clock import stamp
from simulator.context import Context
from simulator.output import Output
from simulator.queueing import Dispatcher
from simulator.staff import Agent, Duty
from simulator.world import POOLS, QUEUES, Pool, queues_of_pool

OVERTIME_SECONDS = 1_500
BREAK_SECONDS, MEAL_SECONDS = 900, 1_800
NATIVE = {
    "available": "Ready",
    "ringing": "Alerting",
    "on_contact": "Busy",
    "acw": "Wrap-up",
    "consult": "Consulting",
    "break": "Break",
    "meal": "Lunch",
    "training": "Training",
    "coaching": "One-to-one",
    "meeting": "Team meeting",
    "offline_work": "Paperwork",
    "system_down": "Desktop restart",
}
ASIDE = ("training", "coaching", "meeting", "offline_work", "system_down")


class Desk:
    """An agent logged in for one shift. ``busy`` counts held contacts, wrap-up included; ``talking`` without it."""

    __slots__ = ("agent", "busy", "duty_end", "is_leaving", "is_online", "pending", "pool", "since", "state", "talking")

    def __init__(self, agent: Agent, pool: FloorPool, now: int, duty_end: int) -> None:
        self.agent = agent
        self.pool = pool
        self.busy = 0
        self.talking = 0
        self.state = "available"
        self.since = now
        self.duty_end = duty_end
        self.pending: list[tuple[str, int]] = []
        self.is_leaving = False
        self.is_online = True

    def change(self, state: str, now: int, out: Output) -> None:
        """Enter a state; the state left is delivered unless it lasted no time."""
        if state == self.state:
            return
        if now > self.since:
            out.add("agent_states", self.agent.agent_id, stamp(self.since), stamp(now), self.state, NATIVE[self.state])
            out.truth[f"state_seconds_{self.state}"] += now - self.since
        self.state = state
        self.since = now


class Work(Protocol):
    """Anything a desk can be given."""

    def __hash__(self) -> int:
        """By identity."""

    def assigned(self, desk: Desk) -> None:
        """Begin: the desk has been taken out of the idle list and is counted busy."""


class FloorPool:
    """A pool with its lines and idle desks."""

    def __init__(self, spec: Pool) -> None:
        self.spec = spec
        self.core: Dispatcher[Work, Desk] = Dispatcher([queue.queue_id for queue in queues_of_pool(spec.pool_id)])


class Floor:
    """Logs agents in and out, sends them on breaks and hands them work."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._engine = context.engine
        self._out = context.out
        self._rng = context.rng("floor")
        self.pools = {pool.pool_id: FloorPool(pool) for pool in POOLS}
        self.pool_of_queue = {queue.queue_id: self.pools[queue.pool_id] for queue in QUEUES}

    def schedule(self, duty: Duty, not_before: int = 0) -> None:
        """Plan a shift: arrival a little early or late, breaks, now and then a training, the end."""
        rng = self._rng
        start = max(duty.start + max(-120, int(rng.gauss(20, 90))), not_before)
        if duty.end - start < 3_600:
            return
        desk = Desk(duty.agent, self.pools[duty.agent.pool.pool_id], start, duty.end)
        at = self._engine.at
        at(start, self._login, desk)
        length = duty.end - duty.start
        offset = rng.randint(-1_800, 1_800)
        if duty.is_full:
            plan = [(0.24, "break", BREAK_SECONDS), (0.5, "meal", MEAL_SECONDS), (0.76, "break", BREAK_SECONDS)]
        else:
            plan = [(0.5, "break", BREAK_SECONDS)]
        if duty.is_full and rng.random() < 0.09:
            plan.append((0.63, ASIDE[min(int(rng.expovariate(0.9)), 4)], 1_800))
        for share, state, seconds in plan:
            when = duty.start + int(length * share) + offset
            if when > start:
                at(when, self._pause, desk, state, max(60, int(rng.gauss(seconds, 60))))
        at(duty.end, self._end_duty, desk)

    def take(self, desk: Desk) -> None:
        """Count one more contact at a desk that was just taken out of the idle list."""
        desk.busy += 1
        if desk.busy < desk.pool.spec.concurrency and not desk.pending and not desk.is_leaving:
            desk.pool.core.add_idle(desk)

    def offer(self, queue_id: str, work: Work) -> bool:
        """Give arriving work to an idle desk, or let it wait; True when it was given."""
        desk = self.pool_of_queue[queue_id].core.offer(queue_id, work)
        if desk is None:
            return False
        self.take(desk)
        work.assigned(desk)
        return True

    def borrow(self, pool: FloorPool, keep: int = 0) -> Desk | None:
        """Take an idle desk for a consult, callback or outbound contact, leaving ``keep`` idle."""
        desk = pool.core.take_idle(keep)
        if desk is not None:
            self.take(desk)
        return desk

    def talk(self, desk: Desk, state: str = "on_contact") -> None:
        """Enter a contact state."""
        desk.talking += 1
        desk.change(state, self._engine.now, self._out)

    def wrap(self, desk: Desk) -> None:
        """End a conversation; the work after it begins."""
        desk.talking -= 1
        if not desk.talking:
            desk.change("acw", self._engine.now, self._out)

    def ring(self, desk: Desk) -> None:
        """Let the phone ring."""
        desk.change("ringing", self._engine.now, self._out)

    def release(self, desk: Desk) -> None:
        """One contact less; then break, go home, take waiting work or wait."""
        desk.busy -= 1
        if not desk.busy and (desk.pending or desk.is_leaving):
            self._settle(desk)
        else:
            self._next(desk)

    def _stays_for_waiting(self, desk: Desk) -> bool:
        return desk.pool.core.has_waiting() and self._engine.now < desk.duty_end + OVERTIME_SECONDS

    def _settle(self, desk: Desk) -> None:
        """Let an empty desk follow its plan: a pending break first, then the way home, else back to work."""
        now = self._engine.now
        if desk.is_leaving and not self._stays_for_waiting(desk):
            desk.change("logged_out", now, self._out)
            desk.is_online = False
        elif desk.pending and not desk.is_leaving:
            state, seconds = desk.pending.pop(0)
            desk.change(state, now, self._out)
            self._engine.at(now + seconds, self._back, desk)
        else:
            desk.pending.clear()
            desk.change("available", now, self._out)
            self._next(desk)

    def _next(self, desk: Desk) -> None:
        core = desk.pool.core
        if desk.pending or desk.busy >= desk.pool.spec.concurrency:
            return
        if desk.is_leaving and not self._stays_for_waiting(desk):
            if not desk.busy:
                self._settle(desk)
            return
        core.withdraw(desk)
        work = core.next_item()
        if work is not None:
            desk.busy += 1
            work.assigned(desk)
            if desk.busy < desk.pool.spec.concurrency:
                self._next(desk)
            return
        if not desk.busy:
            desk.change("available", self._engine.now, self._out)
        core.add_idle(desk)

    def _login(self, desk: Desk) -> None:
        desk.since = self._engine.now
        self._next(desk)

    def _pause(self, desk: Desk, state: str, seconds: int) -> None:
        if not desk.is_online or desk.is_leaving:
            return
        desk.pending.append((state, seconds))
        desk.pool.core.withdraw(desk)
        if not desk.busy and desk.state == "available":
            self._settle(desk)

    def _back(self, desk: Desk) -> None:
        if desk.pending or desk.is_leaving:
            self._settle(desk)
            return
        desk.change("available", self._engine.now, self._out)
        self._next(desk)

    def _end_duty(self, desk: Desk) -> None:
        if not desk.is_online:
            return
        desk.is_leaving = True
        desk.pool.core.withdraw(desk)
        if not desk.busy and desk.state == "available":
            self._settle(desk)
