"""The floor: who is logged in, in which state, and who takes the next piece of work."""

from __future__ import annotations

from typing import Protocol

from simulator.attendance import Attendance
from simulator.clock import stamp
from simulator.context import Context
from simulator.duty import Activity, Duty, State
from simulator.output import Output
from simulator.queueing import Dispatcher
from simulator.staff import Agent
from simulator.world import POOLS, QUEUES, Pool, queues_of_pool

OVERTIME_SECONDS = 1_500
LONG_PAUSE, PAPERWORK, PAPERWORK_SECONDS = 0.05, 0.02, 1_200
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
# Why someone who is not where the schedule says is excused.
EXCUSES = {"system_down": "system_outage", "offline_work": "approved_offline"}


class Desk:
    """An agent logged in for one shift. ``busy`` counts held contacts, wrap-up included; ``talking`` without it."""

    __slots__ = (
        "agent", "busy", "duty", "is_excused", "is_leaving", "is_online", "pending", "pool", "since", "state",
        "talking",
    )  # fmt: skip

    def __init__(self, duty: Duty, pool: FloorPool, now: int) -> None:
        self.agent: Agent = duty.agent
        self.duty = duty
        self.pool = pool
        self.busy = 0
        self.talking = 0
        self.state = "available"
        self.since = now
        self.pending: list[tuple[str, int, bool]] = []
        self.is_excused = False
        self.is_leaving = False
        self.is_online = True

    def change(self, state: str, now: int, out: Output) -> None:
        """Enter a state; the state left is delivered unless it lasted no time."""
        if state == self.state:
            return
        if now > self.since:
            out.add("agent_states", self.agent.agent_id, stamp(self.since), stamp(now), self.state, NATIVE[self.state])
            out.truth[f"state_seconds_{self.state}"] += now - self.since
            self.duty.states.append(State(self.state, self.since, now))
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

    def __init__(self, context: Context, attendance: Attendance) -> None:
        self._attendance = attendance
        self._engine = context.engine
        self._out = context.out
        self._rng = context.rng("floor")
        self._online: dict[Desk, None] = {}
        self.pools = {pool.pool_id: FloorPool(pool) for pool in POOLS}
        self.pool_of_queue = {queue.queue_id: self.pools[queue.pool_id] for queue in QUEUES}

    def schedule(self, duty: Duty) -> None:
        """Plan a shift: the log-in, pauses about when they are due and about as long, sometimes paperwork, the end."""
        rng, at = self._rng, self._engine.at
        desk = Desk(duty, self.pools[duty.agent.pool.pool_id], duty.arrives)
        at(duty.arrives, self._login, desk)
        for activity in duty.activities:
            if activity.kind != "on_queue" and duty.arrives < activity.start < duty.leaves:
                at(
                    activity.start + max(-60, int(rng.gauss(15, 40))),
                    self._pause,
                    desk,
                    activity.kind,
                    self._length(activity),
                )
        if rng.random() < PAPERWORK:
            at(duty.start + int(rng.uniform(0.1, 0.8) * (duty.leaves - duty.start)), self._pause, desk, "offline_work",
               PAPERWORK_SECONDS, True)  # fmt: skip
        at(duty.leaves, self._end_duty, desk)

    def _length(self, activity: Activity) -> int:
        """Draw how long a pause really takes: some people forget the time."""
        seconds = activity.end - activity.start + int(self._rng.gauss(0, 50))
        return max(60, seconds + (self._rng.randint(180, 900) if self._rng.random() < LONG_PAUSE else 0))

    def system_down(self, pool_id: str, seconds: int, share: float) -> None:
        """Let a share of a pool's desks lose their system for so long, once the contact they hold is done."""
        for desk in list(self._online):
            if desk.pool.spec.pool_id == pool_id and self._rng.random() < share:
                self._pause(desk, "system_down", seconds, is_excused=True)

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
        return desk.pool.core.has_waiting() and self._engine.now < desk.duty.leaves + OVERTIME_SECONDS

    def _settle(self, desk: Desk) -> None:
        """Let an empty desk follow its plan: a pending break first, then the way home, else back to work."""
        now = self._engine.now
        if desk.is_leaving and not self._stays_for_waiting(desk):
            desk.change("logged_out", now, self._out)
            desk.is_online = False
            del self._online[desk]
            self._attendance.settle(desk.duty, now)
        elif desk.pending and not desk.is_leaving:
            state, seconds, desk.is_excused = desk.pending.pop(0)
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
        self._online[desk] = None
        self._next(desk)

    def _pause(self, desk: Desk, state: str, seconds: int, is_excused: bool = False) -> None:
        if desk not in self._online or desk.is_leaving:
            return
        desk.pending.append((state, seconds, is_excused))
        desk.pool.core.withdraw(desk)
        if not desk.busy and desk.state == "available":
            self._settle(desk)

    def _back(self, desk: Desk) -> None:
        if desk.is_excused and not (desk.pending and desk.pending[0][0] == desk.state):
            desk.is_excused = False
            now = self._engine.now
            self._attendance.except_from(desk.duty, desk.since, now, EXCUSES[desk.state], excused=True)
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
