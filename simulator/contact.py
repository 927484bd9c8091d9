"""A contact and its legs, and how they become rows of the standard extracts."""

from __future__ import annotations

import hashlib
from collections import Counter

from simulator.clock import HALF_HOUR, local_date, stamp
from simulator.output import ContactDelivery, Row, flag
from simulator.staff import Agent
from simulator.world import Queue, queue_of, site_of

ENTRY_POINTS = {"voice": "hotline", "chat": "website-chat"}
SENTIMENT_MODEL = "lexicon-2024.1"
CUSTOMER_FACING = ("queue", "direct", "callback")


class Leg:
    """One leg; instants in UTC seconds, -1 for unknown."""

    __slots__ = (
        "acw", "agent", "answered", "dequeued", "ended_by", "hold", "kind", "outcome", "queue", "queued", "talk",
        "transfer",
    )  # fmt: skip

    def __init__(self, kind: str, queue: str = "", queued: int = -1) -> None:
        self.kind = kind
        self.queue = queue
        self.queued = queued
        self.dequeued = -1
        self.outcome = ""
        self.agent: Agent | None = None
        self.answered = -1
        self.talk = self.hold = self.acw = 0
        self.transfer = "none"
        self.ended_by = ""

    def row(self, contact_id: str, number: int) -> Row:
        """Return the row of ``contact_segments``."""
        was_answered = self.answered >= 0
        return (
            f"{contact_id}-{number}",
            contact_id,
            str(number),
            self.kind,
            self.queue,
            stamp(self.queued) if self.queued >= 0 else "",
            stamp(self.dequeued) if self.dequeued >= 0 else "",
            self.outcome,
            self.agent.agent_id if self.agent else "",
            stamp(self.answered) if was_answered else "",
            str(self.talk) if was_answered else "",
            str(self.hold) if was_answered else "",
            str(self.acw) if was_answered else "",
            self.transfer,
            self.ended_by,
        )


class Session:
    """One visit to a menu, bot, help centre or app; instants in UTC seconds."""

    __slots__ = ("ended", "goal", "is_delivered", "kind", "session_id", "started")

    def __init__(self, session_id: str, kind: str, goal: str, started: int, ended: int) -> None:
        self.session_id = session_id
        self.kind = kind
        self.goal = goal
        self.started = started
        self.ended = ended
        self.is_delivered = False


class Contact:
    """One contact from first touch to last leg. ``open_work`` counts waits, talks and wrap-ups still going on."""

    __slots__ = (
        "agent", "campaign", "channel", "contact_id", "customer", "delivered", "direction", "ended",
        "generation", "hop", "is_test", "language", "legs", "method", "open_work", "queue", "reason", "resolved",
        "ringing_since", "sentiment", "session", "site", "started", "updated", "was_counted_handled",
    )  # fmt: skip

    def __init__(self, contact_id: str, started: int, site: str, channel: str, reason: str) -> None:
        self.contact_id = contact_id
        self.started = started
        self.site = site
        self.channel = channel
        self.reason = reason
        self.direction = self.method = "inbound"
        self.customer = -1
        self.campaign = ""
        self.ended = -1
        self.updated = started
        self.resolved: bool | None = None
        self.sentiment = ""
        self.language = ""
        self.is_test = False
        self.legs: list[Leg] = []
        self.delivered = 0
        self.open_work = 0
        self.generation = 0
        self.hop = 0
        self.queue: Queue | None = None
        self.agent: Agent | None = None
        self.ringing_since = -1
        self.was_counted_handled = False
        self.session: Session | None = None

    @property
    def customer_id(self) -> str:
        """Id of the customer; empty when anonymous."""
        return f"C{self.customer:07d}" if self.customer >= 0 else ""

    @property
    def is_handled(self) -> bool:
        """Tell whether an agent spoke with the customer."""
        return self.agent is not None

    def row(self) -> Row:
        """Return the row of ``contacts`` as known at ``updated``."""
        endpoint = ""
        if self.customer >= 0:
            endpoint = hashlib.blake2b(f"endpoint {self.customer}".encode(), digest_size=10).hexdigest()
        entry = f"{ENTRY_POINTS[self.channel]}-{self.site.lower()}" if self.direction == "inbound" else ""
        return (
            self.contact_id,
            "standard",
            self.channel,
            self.direction,
            self.method,
            self.customer_id,
            endpoint,
            self.site,
            self.reason,
            self.campaign,
            entry,
            stamp(self.started),
            stamp(self.ended) if self.ended >= 0 else "",
            flag(self.resolved),
            self.sentiment,
            SENTIMENT_MODEL if self.sentiment else "",
            self.language,
            flag(self.is_test),
            stamp(self.updated),
        )

    def delivery(self, *, is_final: bool) -> ContactDelivery:
        """Return the contact's row and the legs not yet delivered, with what they add to the known truths."""
        fresh = self.legs[self.delivered :]
        rows = [leg.row(self.contact_id, self.delivered + place) for place, leg in enumerate(fresh, start=1)]
        facts: Counter[str] = Counter()
        if not self.is_test:
            self._count(fresh, facts)
        self.delivered = len(self.legs)
        return ContactDelivery(self.contact_id, self.row(), rows, facts, self._companions(fresh), is_final)

    def _companions(self, fresh: list[Leg]) -> Counter[str]:
        """Count what other extracts hold of this contact, and what therefore goes when it turns out to be a test."""
        found: Counter[str] = Counter()
        if self.session is not None and not self.delivered_before(fresh):
            found["sessions_started"] = 1
        if any(leg.kind == "callback" for leg in fresh):
            found.update(("callbacks_requested", "callbacks_completed"))
        return found

    def delivered_before(self, fresh: list[Leg]) -> bool:
        """Tell whether an earlier delivery took the contact's first leg."""
        return len(fresh) < len(self.legs)

    def _count(self, fresh: list[Leg], facts: Counter[str]) -> None:
        if not self.delivered:
            facts["contacts"] += 1
        zone = site_of(self.site).zone
        for leg in fresh:
            found = {"segments": 1}
            if leg.kind == "queue":
                _count_queue_leg(leg, found)
                if self.direction == "inbound" and leg is self.legs[0]:
                    found["contacts_offered"] = 1
                    if "abandoned_short" not in found:
                        facts[f"~{leg.queue} {leg.queued - leg.queued % HALF_HOUR}"] += 1
            if leg.answered >= 0 and leg.kind == "outbound":
                found["outbound_connected"] = 1
            elif leg.answered >= 0 and leg.kind in CUSTOMER_FACING and self.direction == "inbound":
                self._count_handled(leg, found)
            anchor = leg.queued if leg.queued >= 0 else leg.answered if leg.answered >= 0 else self.started
            day = f" {local_date(zone, anchor)}"
            for name, count in found.items():
                facts[name] += count
                facts[name + day] += count

    def _count_handled(self, leg: Leg, found: dict[str, int]) -> None:
        found["handled_legs"] = 1
        found["talk_seconds"] = leg.talk
        found["hold_seconds"] = leg.hold
        found["acw_seconds"] = leg.acw
        found["transferred_legs"] = int(leg.transfer != "none")
        if not self.was_counted_handled:
            self.was_counted_handled = True
            found["contacts_handled"] = 1


def _count_queue_leg(leg: Leg, found: dict[str, int]) -> None:
    queue = queue_of(leg.queue)
    wait = leg.dequeued - leg.queued
    found["queue_entries"] = 1
    found["wait_seconds"] = wait
    if leg.outcome == "abandoned" and wait < queue.short_abandon:
        found["abandoned_short"] = 1
        return
    found[leg.outcome] = 1
    if leg.outcome == "abandoned":
        found["wait_abandoned_seconds"] = wait
    elif leg.outcome == "answered":
        found["wait_answered_seconds"] = wait
        found["answered_within_threshold"] = int(wait <= queue.threshold)
