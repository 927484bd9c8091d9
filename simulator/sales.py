"""What sales and cancellation contacts lead to: opportunities, orders with lines, attempts to keep a customer."""

from __future__ import annotations

from datetime import date

from simulator.clock import OPERATOR_ZONE, local_date, local_to_utc, stamp
from simulator.contact import Contact
from simulator.context import Context
from simulator.customers import CustomerBase
from simulator.output import money
from simulator.streams import lognormal, poisson
from simulator.world import PRODUCTS, reason_of

WON, LOST = 0.36, 0.44  # the rest stays open for some days
LATE_WON, LATE_LOST_DAYS = 0.4, (1, 6)
CANCELLED, RETURNED, COMPLETED_DAYS = 0.06, 0.02, 2
CROSS_SELL, UP_SELL = 0.24, 0.11
WEB_ORDERS_PER_CONTACT = 0.02
SAVED, LOST_CUSTOMER = 0.46, 0.4
DAY = 86_400


class Order:
    """One order; cents in the currency of the customer's site."""

    __slots__ = ("agent_id", "campaign", "channel", "contact_id", "currency", "customer_id", "net", "order_id", "time")

    def __init__(self, order_id: str, customer_id: str, currency: str, time: int) -> None:
        self.order_id = order_id
        self.customer_id = customer_id
        self.currency = currency
        self.time = time
        self.contact_id = self.agent_id = self.campaign = ""
        self.channel = "web"
        self.net = 0


class Sales:
    """Follows completed contacts and sells."""

    def __init__(self, context: Context, customers: CustomerBase) -> None:
        self._context = context
        self._engine = context.engine
        self._out = context.out
        self._rng = context.rng("sales")
        self._customers = customers
        self._orders = 0
        self._opportunities = 0
        self._recent: list[int] = []
        self._saved: dict[str, int] = {}

    def follow(self, contact: Contact) -> None:
        """Act on a completed contact with an identified customer."""
        if not contact.is_handled or contact.customer < 0 or contact.is_test:
            return
        reason = reason_of(contact.reason)
        if reason.is_sales:
            self._sell(contact)
        elif reason.is_retention:
            self._retain(contact)

    def begin_day(self, day: date) -> None:
        """Plan the day's orders on the web: half of them by customers of recent sales contacts."""
        rng = self._rng
        start = local_to_utc(OPERATOR_ZONE, day, 0)
        for _ in range(poisson(rng, self._context.options.contacts_per_day * WEB_ORDERS_PER_CONTACT)):
            site = "BER" if rng.random() < 0.6 else "NYC"
            customer = self._customers.pick(site)
            if self._recent and rng.random() < 0.5:
                customer = self._recent[int(rng.random() * len(self._recent))]
            self._engine.at(start + int(rng.triangular(0, DAY - 1, 0.75 * DAY)), self._order_on_web, customer)
        del self._recent[: max(0, len(self._recent) - 500)]
        self._saved = {contact: ended for contact, ended in self._saved.items() if ended > start - 5 * DAY}

    def truth(self, undelivered: set[str]) -> None:
        """Take back the saves in contacts that are late beyond the last file: nobody knows of what they are saves."""
        self._out.truth["retention_saved"] -= sum(contact in undelivered for contact in self._saved)

    def _sell(self, contact: Contact) -> None:
        rng = self._rng
        first_answer = min(leg.answered for leg in contact.legs if leg.answered >= 0)
        self._opportunities += 1
        opportunity = f"OP{self._opportunities:07d}"
        self._recent.append(contact.customer)
        skill = contact.agent.skill if contact.agent else 0.0
        chance = rng.random()
        if chance < WON + skill:
            self._opportunity(opportunity, contact, first_answer, contact.ended, "won")
            self._order_by(contact)
        elif chance < WON + skill + LOST:
            self._opportunity(opportunity, contact, first_answer, contact.ended, "lost")
        else:
            self._opportunity(opportunity, contact, first_answer, -1, "open")
            later = self._engine.now + rng.randint(*LATE_LOST_DAYS) * DAY + rng.randint(-20_000, 20_000)
            self._engine.at(later, self._decide, opportunity, contact, first_answer)

    def _opportunity(self, opportunity: str, contact: Contact, opened: int, closed: int, stage: str) -> None:
        self._out.put(
            "opportunities", opportunity, opportunity, contact.customer_id, contact.contact_id, stamp(opened),
            stamp(closed) if closed >= 0 else "", stage,
        )  # fmt: skip

    def _decide(self, opportunity: str, contact: Contact, opened: int) -> None:
        won = self._rng.random() < LATE_WON
        self._opportunity(opportunity, contact, opened, self._engine.now, "won" if won else "lost")
        if won:
            self._order_on_web(contact.customer)

    def _order_by(self, contact: Contact) -> None:
        order = self._new_order(contact.customer, contact.ended)
        order.contact_id = contact.contact_id
        order.agent_id = contact.agent.agent_id if contact.agent else ""
        order.campaign = contact.campaign
        order.channel = "agent"
        self._place(order, contact.customer)

    def _order_on_web(self, customer: int) -> None:
        self._place(self._new_order(customer, self._engine.now), customer)

    def _new_order(self, customer: int, time: int) -> Order:
        self._orders += 1
        currency = self._customers.site(customer).currency
        return Order(f"O{self._orders:08d}", f"C{customer:07d}", currency, time)

    def _place(self, order: Order, customer: int) -> None:
        rng = self._rng
        self._line(order, 1, "primary", int(lognormal(rng, 9_500, 0.6)))
        lines = 1
        for kind, share, mean in (("cross_sell", CROSS_SELL, 2_400), ("up_sell", UP_SELL, 3_500)):
            if order.channel == "agent" and rng.random() < share:
                lines += 1
                self._line(order, lines, kind, int(lognormal(rng, mean, 0.4)))
        self._state(order, "placed", -1)
        truth = self._out.truth
        truth["orders"] += 1
        truth[f"orders_net_cents_{order.currency}"] += order.net
        chance, now = rng.random(), self._engine.now
        if chance < CANCELLED:
            self._engine.at(now + rng.randint(2_000, 9 * DAY), self._cancel, order)
        elif chance < CANCELLED + RETURNED:
            self._engine.at(now + rng.randint(5 * DAY, 14 * DAY), self._state, order, "returned", -1)
        else:
            self._engine.at(now + rng.randint(DAY, 4 * DAY), self._state, order, "completed", -1)
        day = local_date(OPERATOR_ZONE, now)
        if order.channel == "agent" and rng.random() < 0.3:
            self._customers.change_price(customer, day, 1.2)

    def _line(self, order: Order, number: int, kind: str, cents: int) -> None:
        order.net += cents
        product = PRODUCTS[int(self._rng.random() * len(PRODUCTS))][0]
        self._out.add("order_lines", order.order_id, str(number), kind, product, money(cents))

    def _cancel(self, order: Order) -> None:
        self._state(order, "cancelled", self._engine.now)
        self._out.truth["orders_cancelled"] += 1
        self._out.truth[f"orders_net_cents_{order.currency}"] -= order.net

    def _state(self, order: Order, status: str, cancelled: int) -> None:
        self._out.put(
            "orders", order.order_id, order.order_id, order.customer_id, order.contact_id, order.agent_id,
            order.campaign, stamp(order.time), order.channel, status, stamp(cancelled) if cancelled >= 0 else "",
            order.currency,
        )  # fmt: skip

    def _retain(self, contact: Contact) -> None:
        if not self._customers.is_subscribed(contact.customer):
            return
        chance = self._rng.random() - (contact.agent.skill if contact.agent else 0.0)
        outcome = "saved" if chance < SAVED else "lost" if chance < SAVED + LOST_CUSTOMER else "undecided"
        self._out.truth["retention_attempts"] += 1
        self._decided(contact, outcome)

    def _decided(self, contact: Contact, outcome: str) -> None:
        """Deliver the outcome and let it have its consequence; an undecided customer decides within five days."""
        rng, now = self._rng, self._engine.now
        self._out.put("retention_attempts", contact.contact_id, contact.contact_id, contact.customer_id, outcome)
        today = local_date(OPERATOR_ZONE, now)
        if outcome == "saved":
            self._out.truth["retention_saved"] += 1
            self._saved[contact.contact_id] = contact.ended
        if outcome == "undecided":
            self._engine.at(
                now + rng.randint(DAY, 5 * DAY), self._decided, contact, "saved" if rng.random() < 0.5 else "lost"
            )
            return
        if outcome == "lost":
            days = rng.randint(0, 12)
            reason = rng.choice(("price", "moved", "service", "competitor"))
        elif rng.random() < 0.12:
            days, reason = rng.randint(6, 40), "competitor"
        else:
            if rng.random() < 0.4:
                self._customers.change_price(contact.customer, today, 0.85)
            return
        last = date.fromordinal(today.toordinal() + days)
        time = now if not days else local_to_utc(OPERATOR_ZONE, last, 24)
        self._engine.at(time, self._customers.end, contact.customer, last, reason)
