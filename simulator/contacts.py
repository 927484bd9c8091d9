"""The life of an inbound contact: waiting, giving up, being answered, consulted, transferred, wrapped up."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from simulator.arrivals import is_open, next_open
from simulator.contact import Contact, Leg
from simulator.context import Context
from simulator.floor import Desk, Floor
from simulator.staffing import CHAT_SECONDS
from simulator.streams import Choice, lognormal
from simulator.world import QUEUES, Queue, queue_of, reason_of, site_of

TEST_SHARE, ANONYMOUS_SHARE, SYSTEM_FAILURE = 0.001, 0.07, 0.0008
CALLBACK_OFFER_SECONDS, CALLBACK_TAKEN = 75, 0.22
VOICEMAIL_OFFER_SECONDS, VOICEMAIL_TAKEN = 110, 0.3
IMPATIENT = 0.015
CONSULTED, CONSULT_HANDOVER = 0.035, 0.4
BLIND_TRANSFER, EXTERNAL_TRANSFER = 0.045, 0.006
REPEAT_UNRESOLVED, REPEAT_RESOLVED, RETRY_ABANDONED = 0.62, 0.03, 0.5
REPEAT_MEAN_SECONDS = 1.9 * 86_400


class Customers(Protocol):
    """Who can contact us."""

    def pick(self, site_id: str) -> int:
        """Return the number of some customer of the site."""


class Menus(Protocol):
    """What a customer meets before joining a line."""

    def seconds(self, queue: Queue) -> int:
        """Draw the seconds until the customer asks for an agent; 0 when there is no menu."""

    def dialled(self, site_id: str) -> None:
        """Count a call that came in."""

    def begin(self, contact: Contact, until: int) -> None:
        """Begin the contact's session."""

    def deliver(self, contact: Contact) -> None:
        """Deliver the contact's session once."""


class Waiting:
    """A contact's place in a line: what a desk is given."""

    __slots__ = ("contact", "flow", "leg", "queue")

    def __init__(self, flow: ContactFlow, contact: Contact, queue: Queue, leg: Leg) -> None:
        self.flow = flow
        self.contact = contact
        self.queue = queue
        self.leg = leg

    def assigned(self, desk: Desk) -> None:
        """Begin ringing (voice) or talking (chat)."""
        self.flow.assigned(self, desk)


class ContactFlow:
    """Moves contacts through queues and desks. ``on_complete`` is told of every contact once all its work is done."""

    def __init__(self, context: Context, floor: Floor, customers: Customers, menus: Menus) -> None:
        self._menus = menus
        self._engine = context.engine
        self._out = context.out
        self._floor = floor
        self._customers = customers
        self._arrive_rng = context.rng("contact arrivals")
        self._wait_rng = context.rng("waiting")
        self._talk_rng = context.rng("talking")
        self._repeat_rng = context.rng("repeats")
        self._reasons = {queue.queue_id: Choice(queue.reasons) for queue in QUEUES}
        self._numbers = 0
        self.on_complete: list[Callable[[Contact], None]] = []
        self.on_callback: Callable[[Contact, str], None] = _ignore
        self.talk_seconds: dict[str, int] = {}

    def new_contact(self, site: str, channel: str, reason: str) -> Contact:
        """Create a contact that starts now."""
        self._numbers += 1
        return Contact(f"K{self._numbers:09d}", self._engine.now, site, channel, reason)

    def expect(self, queue_id: str, time: int) -> None:
        """Plan a fresh contact that joins the line at an instant, after its menu or bot."""
        self._engine.at(time - self._menus.seconds(queue_of(queue_id)), self.arrive, queue_id, time)

    def arrive(self, queue_id: str, time: int) -> None:
        """Let a fresh contact arrive from a customer with a new matter; it joins the line at ``time``."""
        queue, rng = queue_of(queue_id), self._arrive_rng
        customer = self._customers.pick(queue.site_id)
        reason = self._reasons[queue_id].draw(rng)
        chance = rng.random()
        if chance < TEST_SHARE or chance > 1 - ANONYMOUS_SHARE:
            customer = -1
        self._enter(queue, customer, reason, 0, time, is_test=chance < TEST_SHARE)

    def come_back(self, queue_id: str, customer: int, reason: str, generation: int, time: int) -> None:
        """Let a customer come back about the same matter, possibly at another time or by another channel."""
        self._enter(queue_of(queue_id), customer, reason, generation, time)

    def _enter(
        self, queue: Queue, customer: int, reason: str, generation: int, time: int, *, is_test: bool = False
    ) -> None:
        contact = self.new_contact(queue.site_id, queue.channel, reason)
        contact.customer = customer
        contact.generation = generation
        contact.is_test = is_test
        languages = site_of(queue.site_id).languages
        contact.language = languages[0][0] if customer % 10 else languages[1][0]
        if queue.channel == "voice":
            self._menus.dialled(queue.site_id)
        if time > self._engine.now:
            self._menus.begin(contact, time)
            self._engine.at(time, self._queue, contact, queue)
        else:
            self._queue(contact, queue)

    def _queue(self, contact: Contact, queue: Queue) -> None:
        """Join the line, or an idle desk at once; one event ends the wait if no agent does."""
        now, rng = self._engine.now, self._wait_rng
        contact.hop += 1
        contact.open_work += 1
        contact.queue = queue
        leg = Leg("queue", queue.queue_id, now)
        contact.legs.append(leg)
        waiting = Waiting(self, contact, queue, leg)
        if self._floor.offer(queue.queue_id, waiting):
            if queue.channel == "voice" and rng.random() < 0.006:
                self._engine.at(now + rng.randint(1, 4), self._give_up, waiting, "abandoned")
            return
        patience = rng.uniform(1, 5) if rng.random() < IMPATIENT else rng.expovariate(1 / queue.patience) + 1
        moment, outcome = int(patience) + 1, "abandoned"
        if queue.channel == "voice":
            if rng.random() < CALLBACK_TAKEN and moment > CALLBACK_OFFER_SECONDS and not contact.is_test:
                moment, outcome = CALLBACK_OFFER_SECONDS + rng.randint(3, 15), "callback_requested"
            elif rng.random() < VOICEMAIL_TAKEN and moment > VOICEMAIL_OFFER_SECONDS:
                moment, outcome = VOICEMAIL_OFFER_SECONDS + rng.randint(5, 60), "voicemail"
        if queue.overflow_after and contact.hop == 1 and moment > queue.overflow_after:
            moment, outcome = queue.overflow_after, "overflow_out"
        if rng.random() < SYSTEM_FAILURE:
            moment, outcome = rng.randint(3, 90), "system_disconnect"
        self._engine.at(now + moment, self._give_up, waiting, outcome)

    def _give_up(self, waiting: Waiting, outcome: str) -> None:
        contact, queue, leg = waiting.contact, waiting.queue, waiting.leg
        if leg.outcome:
            return
        if outcome == "overflow_out" and not is_open(queue.overflow_to, self._engine.now):
            extra = self._wait_rng.expovariate(1 / queue.patience)
            self._engine.at(self._engine.now + int(extra) + 1, self._give_up, waiting, "abandoned")
            return
        pool = self._floor.pool_of_queue[queue.queue_id]
        if not pool.core.leave(queue.queue_id, waiting) and outcome != "abandoned":
            return  # the phone already rings at a desk; only a hang-up can still come between
        leg.outcome, leg.dequeued = outcome, self._engine.now
        contact.open_work -= 1
        if outcome == "overflow_out":
            self._queue(contact, queue_of(queue.overflow_to))
            return
        leg.ended_by = "system" if outcome in ("system_disconnect", "callback_requested") else "customer"
        contact.ended = self._engine.now
        if not contact.open_work:  # else the agent who transferred still wraps up, and finishes it
            self.finish(contact)
        if outcome == "callback_requested":
            self.on_callback(contact, queue.queue_id)
        elif outcome in ("abandoned", "system_disconnect"):
            self._retry(contact, queue)

    def assigned(self, waiting: Waiting, desk: Desk) -> None:
        """Ring at a desk; a chat is accepted at once."""
        if waiting.contact.channel == "voice":
            self._floor.ring(desk)
            ring = 2 + min(int(self._wait_rng.expovariate(0.45)), 10)
            self._engine.at(self._engine.now + ring, self._answer, waiting, desk)
        else:
            self._answer(waiting, desk)

    def _answer(self, waiting: Waiting, desk: Desk) -> None:
        contact, leg = waiting.contact, waiting.leg
        if leg.outcome:
            self._floor.release(desk)
            return
        leg.outcome, leg.dequeued = "answered", self._engine.now
        self.begin_talk(contact, leg, desk)

    def begin_talk(self, contact: Contact, leg: Leg, desk: Desk) -> None:
        """Start the conversation of a leg. The desk is counted busy; the contact's open work is already counted."""
        now, rng = self._engine.now, self._talk_rng
        contact.agent = leg.agent = desk.agent
        leg.answered = now
        self._floor.talk(desk)
        mean = reason_of(contact.reason).talk_seconds if contact.channel == "voice" else CHAT_SECONDS
        talk = max(8, int(lognormal(rng, mean * desk.agent.speed, 0.5)))
        leg.acw = int(lognormal(rng, 40 if contact.channel == "voice" else 22, 0.6))
        chance = rng.random()
        if contact.channel == "voice":
            if rng.random() < 0.22:
                leg.hold = int(rng.expovariate(1 / 48)) + 4
            if chance < CONSULTED:
                leg.talk = talk // 2
                self._engine.at(now + leg.talk + leg.hold, self._consult, contact, leg, desk, talk - leg.talk)
                return
        leg.talk = talk
        self._engine.at(now + talk + leg.hold, self._end_talk, contact, leg, desk, chance)

    def _consult(self, contact: Contact, leg: Leg, desk: Desk, rest: int) -> None:
        """Ask a colleague of the same pool, if one is idle; the customer is on hold meanwhile."""
        colleague = self._floor.borrow(desk.pool)
        if colleague is None:
            leg.talk += rest
            self._engine.at(self._engine.now + rest, self._end_talk, contact, leg, desk, 1.0)
            return
        seconds = 15 + int(self._talk_rng.expovariate(1 / 55))
        self._floor.talk(colleague, "consult")
        consult = Leg("consult")
        consult.agent, consult.answered, consult.talk = colleague.agent, self._engine.now, seconds
        contact.legs.append(consult)
        leg.hold += seconds
        self._engine.at(self._engine.now + seconds, self._after_consult, contact, leg, desk, colleague, rest)

    def _after_consult(self, contact: Contact, leg: Leg, desk: Desk, colleague: Desk, rest: int) -> None:
        if self._talk_rng.random() >= CONSULT_HANDOVER:
            colleague.talking -= 1
            self._floor.release(colleague)
            leg.talk += rest
            self._engine.at(self._engine.now + rest, self._end_talk, contact, leg, desk, 1.0)
            return
        leg.transfer, leg.ended_by = "consult", "agent"
        self._wrap(contact, leg, desk)
        taken_over = Leg("direct", leg.queue)
        contact.legs.append(taken_over)
        contact.open_work += 1
        colleague.talking -= 1
        self.begin_talk(contact, taken_over, colleague)

    def _end_talk(self, contact: Contact, leg: Leg, desk: Desk, chance: float) -> None:
        """End the leg's conversation: by a blind transfer while the target is open, by an external one, or for good."""
        target = contact.queue.transfer_to if contact.queue else ""
        transfers = CONSULTED <= chance < CONSULTED + BLIND_TRANSFER and leg.kind == "queue" and contact.hop < 3
        if transfers and target and is_open(target, self._engine.now):
            leg.transfer, leg.ended_by = "blind", "agent"
            self._wrap(contact, leg, desk)
            self._queue(contact, queue_of(target))
            return
        if contact.channel == "voice" and 0.99 - EXTERNAL_TRANSFER < chance < 0.99:
            leg.transfer, leg.ended_by = "external", "agent"
        else:
            leg.ended_by = "customer" if self._talk_rng.random() < 0.7 else "agent"
        contact.ended = self._engine.now
        self._wrap(contact, leg, desk)

    def _wrap(self, contact: Contact, leg: Leg, desk: Desk) -> None:
        if contact.channel == "voice":
            self.talk_seconds[contact.site] = self.talk_seconds.get(contact.site, 0) + leg.talk
        self._floor.wrap(desk)
        self._engine.at(self._engine.now + leg.acw, self._wrapped, contact, desk)

    def _wrapped(self, contact: Contact, desk: Desk) -> None:
        contact.open_work -= 1
        self._floor.release(desk)
        if not contact.open_work and contact.ended >= 0:
            self._judge(contact)
            self.finish(contact)

    def _judge(self, contact: Contact) -> None:
        """Decide whether the matter is resolved, what the mood was, and whether the customer will be back."""
        rng, agent = self._repeat_rng, contact.agent
        if agent is None or contact.direction != "inbound":
            return
        really = rng.random() < reason_of(contact.reason).resolution + agent.skill - 0.03 * (len(contact.legs) - 1)
        contact.resolved = really if rng.random() < 0.93 else not really
        if rng.random() < 0.4:
            mood = rng.gauss(0.35 if really else -0.25, 0.3)
            contact.sentiment = f"{max(-1.0, min(1.0, mood)):.3f}"
        chance = REPEAT_RESOLVED if really else REPEAT_UNRESOLVED
        if not contact.is_test and contact.generation < 4 and rng.random() < chance and contact.queue:
            queue_id = contact.queue.queue_id
            if queue_id.endswith("-CHT") and rng.random() < 0.3:
                queue_id = queue_id.replace("CHT", "SUP")
            when = self._engine.now + 3_600 + int(rng.expovariate(1 / REPEAT_MEAN_SECONDS))
            self._come_back_at(when, queue_id, contact)

    def _retry(self, contact: Contact, queue: Queue) -> None:
        rng = self._repeat_rng
        if not contact.is_test and contact.generation < 4 and rng.random() < RETRY_ABANDONED:
            self._come_back_at(self._engine.now + 240 + int(rng.expovariate(1 / 2_400)), queue.queue_id, contact)

    def _come_back_at(self, when: int, queue_id: str, contact: Contact) -> None:
        when = next_open(queue_id, when, self._repeat_rng)
        self._engine.at(
            when - self._menus.seconds(queue_of(queue_id)), self.come_back, queue_id, contact.customer, contact.reason,
            contact.generation + 1, when,
        )  # fmt: skip

    def finish(self, contact: Contact) -> None:
        """Deliver a contact none of whose work is still open, and tell everyone who acts on it."""
        contact.updated = self._engine.now
        waits_for_callback = contact.legs[-1].outcome == "callback_requested"
        self._menus.deliver(contact)
        self._out.contact(contact.delivery(is_final=not waits_for_callback))
        if not waits_for_callback:
            for follow in self.on_complete:
                follow(contact)


def _ignore(contact: Contact, queue_id: str) -> None:
    """Stand in for callbacks until the part that makes them is connected."""
