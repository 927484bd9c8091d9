"""What customers meet before an agent: menus, bots, the help centre, and the trunks their calls come in by."""

from __future__ import annotations

import math
from collections import Counter
from datetime import date

from simulator.clock import HALF_HOUR, OPERATOR_ZONE, half_hours, local_to_utc, stamp
from simulator.contact import Contact, Session
from simulator.contacts import Customers
from simulator.context import Context
from simulator.output import flag
from simulator.streams import Choice, poisson
from simulator.world import QUEUES, SITES, Queue, Site

BOT_FIRST = 0.55
ALONE_SHARE, KNOWN_CALLER = 0.3, 0.8
# How a session without a contact ends: exit, whether the goal was reached, and its share.
ENDINGS = (
    (("completed", True), 0.58),
    (("customer_hangup", False), 0.27),
    (("timeout", False), 0.1),
    (("error", False), 0.05),
)
KINDS = (("ivr", 0.5), ("bot", 0.2), ("help_centre", 0.2), ("app", 0.1))
GOALS = {
    "BILLING": "bill", "TECH": "line check", "DELIVERY": "parcel", "ACCOUNT": "password", "OUTAGE": "outage map",
    "ORDER": "catalogue", "UPGRADE": "catalogue", "CANCEL": "contract",
}  # fmt: skip
CALL_SECONDS = 460.0
BUSY_FACTOR = 1.12
"""Trunks are sized for so much more than the busiest half-hour of an average Monday."""


def erlang_b(trunks: int, load: float) -> float:
    """Share of attempts blocked when ``load`` erlangs are offered to so many trunks and nobody waits."""
    blocking = 1.0
    for n in range(1, trunks + 1):
        blocking = load * blocking / (n + load * blocking)
    return blocking


class SelfService:
    """Sessions before contacts, sessions that need none, and what the trunks saw of the calls."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._engine = context.engine
        self._out = context.out
        self._rng = context.rng("menus")
        self._alone_rng = context.rng("self-service")
        self._trunk_rng = context.rng("trunks")
        self._endings, self._kinds = Choice(ENDINGS), Choice(KINDS)
        self._numbers = 0
        self._attempts: Counter[tuple[str, int]] = Counter()
        self._trunks = {site.site_id: self._size(site) for site in SITES}

    def _size(self, site: Site) -> int:
        """Fewest trunks that block one attempt in 200 when as busy as planned for."""
        share = sum(queue.share for queue in QUEUES if queue.site_id == site.site_id and queue.channel == "voice")
        load = share * self._context.options.contacts_per_day * 0.075 * CALL_SECONDS / HALF_HOUR * BUSY_FACTOR
        trunks = math.ceil(load)
        while erlang_b(trunks, load) > 0.005:
            trunks += 1
        return trunks

    def seconds(self, queue: Queue) -> int:
        """Draw how long a customer is in the menu or with the bot before joining a line; 0 for neither."""
        if queue.channel == "voice":
            return 9 + min(int(self._rng.expovariate(1 / 26)), 150)
        return 15 + min(int(self._rng.expovariate(1 / 45)), 300) if self._rng.random() < BOT_FIRST else 0

    def dialled(self, site_id: str) -> None:
        """Count a call that came in by a trunk."""
        self._attempts[site_id, self._engine.now // HALF_HOUR] += 1

    def begin(self, contact: Contact, until: int) -> None:
        """Let a contact begin in the menu or with the bot, until it asks for an agent."""
        self._numbers += 1
        kind = "ivr" if contact.channel == "voice" else "bot"
        contact.session = Session(f"SE{self._numbers:09d}", kind, GOALS[contact.reason], self._engine.now, until)

    def deliver(self, contact: Contact) -> None:
        """Deliver the session of a contact beside the contact's first delivery."""
        session = contact.session
        if session is not None and not session.is_delivered:
            session.is_delivered = True
            self._deliver(session, contact.contact_id, contact.customer_id, "agent_transfer", completed=False)

    def _deliver(self, session: Session, contact: str, customer: str, exit_type: str, *, completed: bool) -> None:
        asked = exit_type == "agent_transfer"
        self._out.add(
            "self_service_sessions", session.session_id, session.kind, contact, customer, stamp(session.started),
            stamp(session.ended), session.goal, flag(completed), flag(asked), exit_type,
        )  # fmt: skip
        truth = self._out.truth
        truth["sessions_started"] += 1
        truth["sessions_no_agent"] += not asked
        truth["sessions_contained"] += completed and not asked

    def begin_day(self, day: date, customers: Customers) -> None:
        """Plan the day's sessions that need no agent, by each site's local day, and the trunks' half-hours."""
        rng = self._alone_rng
        for site in SITES:
            start = local_to_utc(site.zone, day, 12)
            count = poisson(rng, self._context.options.contacts_per_day * ALONE_SHARE * site.weight)
            for _ in range(count):
                began = start + int(rng.triangular(0, 17 * 3600, 5 * 3600))
                kind = self._kinds.draw(rng)
                if kind == "ivr":
                    self._attempts[site.site_id, began // HALF_HOUR] += 1
                ended = began + 12 + int(rng.expovariate(1 / 80))
                customer = customers.pick(site.site_id) if rng.random() < KNOWN_CALLER else -1
                self._engine.at(ended, self._alone, kind, began, ended, customer)
        for began, _ in half_hours(OPERATOR_ZONE, day):
            self._engine.at(began + HALF_HOUR, self._close_interval, began)

    def _alone(self, kind: str, began: int, ended: int, customer: int) -> None:
        self._numbers += 1
        goal = tuple(GOALS.values())[int(self._alone_rng.random() * len(GOALS))]
        exit_type, completed = self._endings.draw(self._alone_rng)
        session = Session(f"SE{self._numbers:09d}", kind, goal, began, ended)
        self._deliver(session, "", f"C{customer:07d}" if customer >= 0 else "", exit_type, completed=completed)

    def _close_interval(self, began: int) -> None:
        """Deliver what the trunks saw in a half-hour; the fuller they were, the more calls heard a busy tone."""
        rng = self._trunk_rng
        for site in SITES:
            connected = self._attempts.pop((site.site_id, began // HALF_HOUR), 0)
            busy = erlang_b(self._trunks[site.site_id], connected * CALL_SECONDS / HALF_HOUR)
            blocked = poisson(rng, connected * busy / (1 - busy)) if busy > 1e-6 else 0
            all_busy = min(HALF_HOUR, max(blocked, round(busy * HALF_HOUR))) if blocked else 0
            self._out.add(
                "trunk_intervals", f"TG-{site.site_id}", stamp(began), "30", str(connected), str(blocked), str(all_busy)
            )
            self._out.truth["trunk_connected"] += connected
            self._out.truth["trunk_blocked"] += blocked
