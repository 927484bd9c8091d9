"""Tickets: mails, voicemails and follow-ups, worked through by the mail desks with every change on record."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from simulator.arrivals import arrivals
from simulator.clock import local_date, stamp
from simulator.contact import Contact
from simulator.contacts import Customers
from simulator.context import Context
from simulator.floor import Desk, Floor
from simulator.output import flag
from simulator.staff import Agent
from simulator.staffing import MAIL_SECONDS
from simulator.streams import Choice, lognormal
from simulator.world import QUEUES, Queue, queue_of, zone_of_queue

PRIORITIES = (("low", 0.15), ("normal", 0.65), ("high", 0.16), ("urgent", 0.04))
SLA_SECONDS = {"low": 172_800, "normal": 86_400, "high": 28_800, "urgent": 14_400}
ESCALATED, ASKS_BACK = 0.06, 0.28
ANSWERS_BACK, REOPENED, SPAM, INTERNAL_NOTE = 0.8, 0.08, 0.006, 0.25
FOLLOW_UP_OF_UNRESOLVED = 0.25
DAY = 86_400


class Ticket:
    """One ticket. ``solves`` counts solved events; a ticket works through its desks as ``Work``."""

    __slots__ = (
        "agent",
        "channel",
        "contact_id",
        "created",
        "customer",
        "events",
        "flow",
        "is_deleted",
        "is_escalated",
        "messages",
        "priority",
        "queue",
        "reason",
        "solves",
        "status",
        "ticket_id",
        "worked",
    )  # fmt: skip

    def __init__(self, flow: TicketDesk, ticket_id: str, queue: Queue, customer: int, reason: str, now: int) -> None:
        self.flow = flow
        self.ticket_id = ticket_id
        self.queue = queue
        self.customer = customer
        self.reason = reason
        self.created = now
        self.channel = "email"
        self.contact_id = ""
        self.priority = "normal"
        self.status = "new"
        self.agent: Agent | None = None
        self.is_deleted = self.is_escalated = False
        self.messages = self.events = self.solves = 0
        self.worked: dict[tuple[str, str], int] = {}

    @property
    def customer_id(self) -> str:
        """Id of the customer; empty when unknown."""
        return f"C{self.customer:07d}" if self.customer >= 0 else ""

    def assigned(self, desk: Desk) -> None:
        """Begin work at a desk."""
        self.flow.begin_work(self, desk)


class TicketDesk:
    """Creates tickets and moves them from new to closed. ``on_solved`` is told of every first solve."""

    def __init__(self, context: Context, floor: Floor, customers: Customers) -> None:
        self._context = context
        self._engine = context.engine
        self._out = context.out
        self._rng = context.rng("tickets")
        self._arrival_rng = context.rng("ticket arrivals")
        self._floor = floor
        self._customers = customers
        self._numbers = 0
        self._priority = Choice(PRIORITIES)
        self._queues = [queue for queue in QUEUES if queue.channel == "email"]
        self._reasons = {queue.queue_id: Choice(queue.reasons) for queue in self._queues}
        self.on_solved: list[Callable[[Ticket], None]] = []

    def begin_day(self, day: date) -> None:
        """Plan the day's mails."""
        for queue in self._queues:
            for time in arrivals(queue, day, self._context.options.contacts_per_day, self._arrival_rng):
                self._engine.at(time, self._mail, queue)

    def follow(self, contact: Contact) -> None:
        """Open a ticket for a voicemail, and for some matters a call could not settle."""
        left_message = contact.legs[-1].outcome == "voicemail"
        unsettled = contact.is_handled and contact.resolved is False and self._rng.random() < FOLLOW_UP_OF_UNRESOLVED
        if contact.is_test or not (left_message or unsettled):
            return
        ticket = self._new(queue_of(f"{contact.site}-EML"), contact.customer, contact.reason)
        ticket.channel, ticket.contact_id = contact.channel, contact.contact_id
        if left_message or contact.agent is None:
            self._open(ticket, "customer", ticket.customer_id, None)
        else:
            self._open(ticket, "agent", contact.agent.agent_id, contact.agent)

    def _mail(self, queue: Queue) -> None:
        rng = self._rng
        customer = self._customers.pick(queue.site_id) if rng.random() > 0.04 else -1
        ticket = self._new(queue, customer, self._reasons[queue.queue_id].draw(rng))
        self._open(ticket, "customer", ticket.customer_id, None)
        self._engine.at(self._engine.now + 30, self._acknowledge, ticket)
        if rng.random() < SPAM:
            self._engine.at(self._engine.now + rng.randint(60, 4_000), self._delete, ticket)

    def _new(self, queue: Queue, customer: int, reason: str) -> Ticket:
        self._numbers += 1
        ticket = Ticket(self, f"TK{self._numbers:08d}", queue, customer, reason, self._engine.now)
        ticket.priority = self._priority.draw(self._rng)
        return ticket

    def _open(self, ticket: Ticket, actor: str, actor_id: str, author: Agent | None) -> None:
        self._out.truth["tickets_created"] += 1
        self._event(ticket, "created", "", "", actor, actor_id)
        self._event(ticket, "sla_applied", "", f"{ticket.priority} {SLA_SECONDS[ticket.priority]}", "system", "")
        if author is None:
            self._message(ticket, "inbound", "customer", None, needs_reply=True)
        else:
            self._message(ticket, "internal", "agent", author)
        self._deliver(ticket)
        self._wait(ticket)

    def _wait(self, ticket: Ticket) -> None:
        self._floor.offer(ticket.queue.queue_id, ticket)

    def _deliver(self, ticket: Ticket) -> None:
        self._out.put(
            "tickets", ticket.ticket_id, ticket.ticket_id, ticket.customer_id, ticket.contact_id, ticket.channel,
            ticket.priority, ticket.reason, ticket.queue.queue_id, stamp(ticket.created), ticket.status,
            str(SLA_SECONDS[ticket.priority]), flag(ticket.is_deleted),
        )  # fmt: skip

    def _event(self, ticket: Ticket, kind: str, old: str, new: str, actor: str, actor_id: str) -> None:
        ticket.events += 1
        self._out.add(
            "ticket_events", f"{ticket.ticket_id}-E{ticket.events}", ticket.ticket_id, kind, old, new, actor, actor_id,
            stamp(self._engine.now),
        )  # fmt: skip

    def _message(
        self, ticket: Ticket, direction: str, author: str, agent: Agent | None, *, needs_reply: bool = False
    ) -> None:
        ticket.messages += 1
        self._out.add(
            "ticket_messages", f"{ticket.ticket_id}-M{ticket.messages}", ticket.ticket_id, direction, author,
            agent.agent_id if agent else "", flag(direction != "internal"), flag(author == "bot"), flag(needs_reply),
            stamp(self._engine.now),
        )  # fmt: skip

    def _status(self, ticket: Ticket, status: str, actor: str, actor_id: str) -> None:
        self._event(ticket, "status_changed", ticket.status, status, actor, actor_id)
        ticket.status = status
        self._deliver(ticket)

    def _acknowledge(self, ticket: Ticket) -> None:
        self._message(ticket, "outbound", "bot", None)

    def _delete(self, ticket: Ticket) -> None:
        if ticket.status != "new" or not self._floor.pool_of_queue[ticket.queue.queue_id].core.leave(
            ticket.queue.queue_id, ticket
        ):
            return
        ticket.is_deleted = True
        self._out.truth["tickets_deleted"] += 1
        self._event(ticket, "deleted", "", "", "system", "")
        self._deliver(ticket)

    def begin_work(self, ticket: Ticket, desk: Desk) -> None:
        """Assign the ticket to the desk's agent and work on it."""
        agent = desk.agent
        before = ticket.agent.agent_id if ticket.agent else ""
        self._out.truth["tickets_assigned"] += not before
        if agent is not ticket.agent:
            self._event(ticket, "assigned", before, agent.agent_id, "system", "")
        ticket.agent = agent
        if ticket.status in ("new", "pending"):
            self._status(ticket, "open", "agent", agent.agent_id)
        self._floor.talk(desk)
        seconds = max(30, int(lognormal(self._rng, MAIL_SECONDS * agent.speed, 0.6)))
        self._engine.at(self._engine.now + seconds, self._end_work, ticket, desk, seconds)

    def _end_work(self, ticket: Ticket, desk: Desk, seconds: int) -> None:
        rng, agent = self._rng, desk.agent
        worked_on = local_date(zone_of_queue(ticket.queue.queue_id), self._engine.now).isoformat()
        key = (agent.agent_id, worked_on)
        ticket.worked[key] = ticket.worked.get(key, 0) + seconds
        self._out.put(
            "ticket_time_entries", f"{ticket.ticket_id}/{key[0]}/{key[1]}", ticket.ticket_id, agent.agent_id,
            worked_on, str(ticket.worked[key]),
        )  # fmt: skip
        if rng.random() < INTERNAL_NOTE:
            self._message(ticket, "internal", "agent", agent)
        chance = rng.random()
        if chance < ESCALATED and not ticket.is_escalated:
            ticket.is_escalated = True
            self._event(ticket, "escalated", "tier1", "tier2", "agent", agent.agent_id)
            self._out.truth["tickets_escalated"] += 1
            self._engine.at(self._engine.now + rng.randint(1_800, 30_000), self._wait, ticket)
        else:
            self._message(ticket, "outbound", "agent", agent)
            if chance < 1 - ASKS_BACK:
                self._solve(ticket, agent)
            else:
                self._status(ticket, "pending", "agent", agent.agent_id)
                later = self._engine.now + 600 + int(rng.expovariate(1 / 70_000))
                if rng.random() < ANSWERS_BACK:
                    self._engine.at(later, self._customer_writes, ticket)
                else:
                    self._engine.at(self._engine.now + 5 * DAY, self._give_up, ticket)
        self._floor.wrap(desk)
        self._engine.at(self._engine.now + 5 + int(rng.expovariate(1 / 15)), self._floor.release, desk)

    def _solve(self, ticket: Ticket, agent: Agent) -> None:
        rng, now = self._rng, self._engine.now
        self._status(ticket, "solved", "agent", agent.agent_id)
        self._count_solve(ticket)
        if rng.random() < REOPENED:
            self._engine.at(now + 1_200 + int(rng.expovariate(1 / 80_000)), self._customer_writes, ticket)
        self._engine.at(now + 4 * DAY, self._close, ticket, ticket.solves)

    def _count_solve(self, ticket: Ticket) -> None:
        ticket.solves += 1
        self._out.truth["ticket_solves"] += 1
        self._out.truth["tickets_resolved"] += 1
        if ticket.solves == 1:
            self._out.truth["tickets_solved_once"] += 1
            for follow in self.on_solved:
                follow(ticket)

    def _customer_writes(self, ticket: Ticket) -> None:
        """Continue a pending ticket, or reopen a solved one."""
        if ticket.status not in ("pending", "solved"):
            return
        self._message(ticket, "inbound", "customer", None, needs_reply=True)
        if ticket.status == "solved":
            self._out.truth["ticket_reopens"] += 1
            self._out.truth["tickets_resolved"] -= 1
        self._status(ticket, "open", "customer", ticket.customer_id)
        self._wait(ticket)

    def _give_up(self, ticket: Ticket) -> None:
        if ticket.status == "pending":
            self._status(ticket, "solved", "system", "")
            self._count_solve(ticket)
            self._engine.at(self._engine.now + 4 * DAY, self._close, ticket, ticket.solves)

    def _close(self, ticket: Ticket, solves: int) -> None:
        if ticket.status == "solved" and ticket.solves == solves:
            self._status(ticket, "closed", "system", "")
