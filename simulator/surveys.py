"""Surveys: who is invited, whether the invitation arrives, who answers when, and what."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date

from simulator.clock import OPERATOR_ZONE, local_to_utc, stamp
from simulator.contact import Contact
from simulator.context import Context
from simulator.customers import CustomerBase
from simulator.output import flag, text
from simulator.streams import Choice, poisson
from simulator.tickets import Ticket
from simulator.world import SITES

CONTACT_SURVEY, TICKET_SURVEY, RELATION_SURVEY = "POST-CONTACT", "POST-TICKET", "RELATION"
INVITED_CONTACT, INVITED_TICKET, RELATION_PER_CONTACT = 0.3, 0.4, 0.01
ANSWERS, LATE, TWICE, COMPLETE = 0.27, 0.03, 0.02, 0.85
DELIVERY = (("delivered", 0.93), ("bounced", 0.04), ("opted_out", 0.015), ("suppressed", 0.01), ("failed", 0.005))
DAY = 86_400
PRAISE = ("Quick and friendly.", "Solved at once, thank you!", "Great help", 'She said "done" and it was.')
BLAME = ("Had to call twice.", "Long wait, then no answer", "Nobody knew, everybody transferred me", "Too slow")


class Surveys:
    """Invites after contacts, solved tickets and now and then a customer as such."""

    def __init__(self, context: Context, customers: CustomerBase) -> None:
        self._context = context
        self._engine = context.engine
        self._out = context.out
        self._rng = context.rng("surveys")
        self._customers = customers
        self._delivery = Choice(DELIVERY)
        self._invitations = 0
        self._responses = 0
        self.on_satisfaction: list[Callable[[str, int], None]] = []

    def follow(self, contact: Contact) -> None:
        """Invite after a handled inbound contact of a customer who agreed to surveys."""
        if contact.customer < 0 or contact.is_test or not contact.is_handled or contact.direction != "inbound":
            return
        if not self._customers.consents(contact.customer) or self._rng.random() >= INVITED_CONTACT:
            return
        channel = "chat" if contact.channel == "chat" else self._rng.choice(("ivr", "sms", "email"))
        waited = sum(leg.dequeued - leg.queued for leg in contact.legs if leg.kind == "queue")
        mood = (0.9 if contact.resolved else -0.9) - min(waited, 600) / 500 - 0.3 * (len(contact.legs) - 1)
        delay = self._rng.randint(60, 900)
        self._engine.at(
            self._engine.now + delay, self._invite, CONTACT_SURVEY, contact.contact_id, "", contact.customer_id,
            channel, mood, contact.resolved is True, contact.generation == 0,
        )  # fmt: skip

    def follow_ticket(self, ticket: Ticket) -> None:
        """Invite after the first solve of a ticket."""
        if ticket.customer < 0 or not self._customers.consents(ticket.customer):
            return
        if self._rng.random() >= INVITED_TICKET:
            return
        hours = (self._engine.now - ticket.created) / 3600
        self._engine.at(
            self._engine.now + self._rng.randint(600, 7_200), self._invite, TICKET_SURVEY, "", ticket.ticket_id,
            ticket.customer_id, "email", 0.7 - hours / 60, True, ticket.messages < 4,
        )  # fmt: skip

    def begin_day(self, day: date) -> None:
        """Plan the day's relationship surveys, sent around ten in the morning."""
        start = local_to_utc(OPERATOR_ZONE, day, 20)
        for _ in range(poisson(self._rng, self._context.options.contacts_per_day * RELATION_PER_CONTACT)):
            customer = self._customers.pick(self._rng.choice(SITES).site_id)
            if self._customers.consents(customer):
                self._engine.at(
                    start + self._rng.randint(0, 3_600), self._invite, RELATION_SURVEY, "", "", f"C{customer:07d}",
                    "email", self._rng.gauss(0.3, 0.8), True, True,
                )  # fmt: skip

    def _invite(
        self,
        survey: str,
        contact: str,
        ticket: str,
        customer: str,
        channel: str,
        mood: float,
        resolved: bool,
        first: bool,
    ) -> None:
        rng = self._rng
        self._invitations += 1
        invitation = f"I{self._invitations:08d}"
        status = self._delivery.draw(rng)
        self._out.add(
            "survey_invitations", invitation, survey, contact, ticket, customer, channel,
            stamp(self._engine.now), status,
        )  # fmt: skip
        self._out.truth["invitations"] += 1
        self._out.truth["invitations_delivered"] += status == "delivered"
        if status != "delivered" or rng.random() >= ANSWERS:
            return
        sent = self._engine.now
        delay = rng.randint(15 * DAY, 25 * DAY) if rng.random() < LATE else 30 + int(rng.expovariate(1 / 30_000))
        self._engine.at(sent + delay, self._respond, invitation, survey, mood, resolved, first)
        if rng.random() < TWICE:
            again = sent + delay + 60 + int(rng.expovariate(1 / 40_000))
            self._engine.at(again, self._respond, invitation, survey, mood, resolved, first)

    def _respond(self, invitation: str, survey: str, mood: float, resolved: bool, first: bool) -> None:
        rng = self._rng
        self._responses += 1
        response = f"R{self._responses:08d}"
        is_complete = rng.random() < COMPLETE
        self._out.add("survey_responses", response, invitation, stamp(self._engine.now), flag(is_complete))
        self._out.truth["responses"] += 1
        mood += rng.gauss(0.0, 0.7)
        answers = [("NPS", _scale(7.6 + 1.9 * mood, 0, 10, rng), 0, 10)]
        if survey != RELATION_SURVEY:
            solved = resolved if rng.random() < 0.93 else not resolved
            answers.insert(0, ("CSAT", _scale(3.9 + 0.9 * mood, 1, 5, rng), 1, 5))
            answers += [
                ("EFFORT", _scale(5.1 + 1.2 * mood, 1, 7, rng), 1, 7),
                ("RESOLVED", int(solved), 0, 1),
                ("FCR", int(solved and first), 0, 1),
                ("EMOTION", _scale(0.3 + 0.8 * mood, -1, 1, rng), -1, 1),
            ]
        if not is_complete:
            answers = answers[: rng.randint(1, len(answers))]
        for code, score, low, high in answers:
            if code == "CSAT":
                for follow in self.on_satisfaction:
                    follow(response, score)
            self._out.add("survey_answers", response, code, str(score), str(low), str(high), "high_is_good", "")
        if is_complete and rng.random() < 0.2:
            words = text(rng.choice(PRAISE if mood > 0 else BLAME))
            self._out.add("survey_answers", response, "VERBATIM", "", "0", "0", "high_is_good", words)


def _scale(value: float, low: int, high: int, rng: random.Random) -> int:
    """Round a leaning to a box of the scale."""
    return max(low, min(high, round(value + rng.gauss(0.0, 0.6))))
