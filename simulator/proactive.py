"""Contacts the center starts itself: callbacks to customers who did not want to wait, and outbound campaigns."""

from __future__ import annotations

from datetime import date, timedelta

from simulator.arrivals import WEEKDAY_FACTORS, is_open, next_open
from simulator.clock import HALF_HOUR, local_to_utc, stamp
from simulator.contact import Contact, Leg
from simulator.contacts import ContactFlow, Customers
from simulator.context import Context
from simulator.floor import Desk, Floor
from simulator.holidays import is_holiday
from simulator.streams import poisson
from simulator.world import OUTBOUND_SHARE, SITES, Site, queue_of, site_of

CALLBACK_REACHED, CALLBACK_CANCELLED, CALLBACK_ATTEMPTS = 0.72, 0.04, 3
PROMISE_SECONDS = 7_200
CALLBACK_OPEN_SECONDS = 2 * 86_400
RETRY_SECONDS, LATE_RETRY_SECONDS = (240, 420), (1_200, 2_400)
"""Until somebody is idle again: before the promised time is past, and after it."""
OUTBOUND_REACHED = 0.36
CAMPAIGN_DAYS = 45
DIAL_SECONDS = (9, 27)


class Callback:
    """One requested callback."""

    __slots__ = ("attempts", "callback_id", "connected", "contact", "queue_id", "requested", "status")

    def __init__(self, callback_id: str, contact: Contact, queue_id: str, requested: int) -> None:
        self.callback_id = callback_id
        self.contact = contact
        self.queue_id = queue_id
        self.requested = requested
        self.attempts = 0
        self.connected = -1
        self.status = "pending"


class CallbackDesk:
    """Makes the callbacks: when the queue is open and a desk idle; up to three attempts, and none after two days."""

    def __init__(self, context: Context, floor: Floor, flow: ContactFlow) -> None:
        self._engine = context.engine
        self._out = context.out
        self._rng = context.rng("callbacks")
        self._floor = floor
        self._flow = flow
        self._numbers = 0
        self._connected: dict[str, Callback] = {}
        self._pending: dict[str, Callback] = {}
        flow.on_callback = self.request
        flow.on_complete.append(self._completed)

    def request(self, contact: Contact, queue_id: str) -> None:
        """Note the request and plan the first attempt."""
        self._numbers += 1
        callback = Callback(f"CB{self._numbers:07d}", contact, queue_id, self._engine.now)
        self._pending[callback.callback_id] = callback
        self._deliver(callback)
        self._out.truth["callbacks_requested"] += 1
        if self._rng.random() < CALLBACK_CANCELLED:
            self._engine.at(self._engine.now + self._rng.randint(600, 3_600), self._close, callback, "cancelled")
        else:
            self._engine.at(self._engine.now + self._rng.randint(900, 3_600), self._attempt, callback)

    def _deliver(self, callback: Callback) -> None:
        self._out.put(
            "callbacks", callback.callback_id, callback.callback_id, callback.contact.contact_id, callback.queue_id,
            stamp(callback.requested), stamp(callback.requested + PROMISE_SECONDS), str(callback.attempts),
            stamp(callback.connected) if callback.connected >= 0 else "", callback.status,
        )  # fmt: skip

    def truth(self, now: int) -> None:
        """Count the callbacks that are still owed although their promise is past."""
        overdue = sum(callback.requested + PROMISE_SECONDS < now for callback in self._pending.values())
        self._out.truth["callbacks_overdue"] = overdue

    def _close(self, callback: Callback, status: str) -> None:
        del self._pending[callback.callback_id]
        callback.status = status
        self._out.truth[f"callbacks_{status}"] += 1
        self._deliver(callback)

    def _attempt(self, callback: Callback) -> None:
        now, rng = self._engine.now, self._rng
        if now > callback.requested + CALLBACK_OPEN_SECONDS:
            self._close(callback, "failed")
            return
        if not is_open(callback.queue_id, now):
            self._engine.at(next_open(callback.queue_id, now, rng, 1_800), self._attempt, callback)
            return
        desk = self._floor.borrow(self._floor.pool_of_queue[callback.queue_id])
        if desk is None:
            again = RETRY_SECONDS if now <= callback.requested + PROMISE_SECONDS else LATE_RETRY_SECONDS
            self._engine.at(now + rng.randint(*again), self._attempt, callback)
            return
        callback.attempts += 1
        self._floor.talk(desk)
        self._engine.at(now + rng.randint(*DIAL_SECONDS), self._dialled, callback, desk)

    def _dialled(self, callback: Callback, desk: Desk) -> None:
        contact = callback.contact
        desk.talking -= 1
        if self._rng.random() < CALLBACK_REACHED:
            callback.connected = self._engine.now
            self._connected[contact.contact_id] = callback
            leg = Leg("callback", callback.queue_id)
            contact.legs.append(leg)
            contact.open_work += 1
            self._flow.begin_talk(contact, leg, desk)
            return
        self._floor.release(desk)
        if callback.attempts >= CALLBACK_ATTEMPTS:
            self._close(callback, "failed")
        else:
            self._deliver(callback)
            self._engine.at(self._engine.now + self._rng.randint(1_800, 5_400), self._attempt, callback)

    def _completed(self, contact: Contact) -> None:
        callback = self._connected.pop(contact.contact_id, None)
        if callback is not None:
            self._close(callback, "completed")


class Campaigns:
    """Outbound calls by idle sales agents, campaign after campaign."""

    def __init__(self, context: Context, floor: Floor, flow: ContactFlow, customers: Customers) -> None:
        self._context = context
        self._engine = context.engine
        self._rng = context.rng("campaigns")
        self._floor = floor
        self._flow = flow
        self._customers = customers
        self._current = ""

    def begin_day(self, day: date) -> None:
        """Announce a new campaign when one begins, and plan the day's dialling."""
        number = (day - self._context.options.first_day).days // CAMPAIGN_DAYS
        if self._current != f"CMP-{number + 1:02d}":
            self._current = f"CMP-{number + 1:02d}"
            begins = self._context.options.first_day + timedelta(days=number * CAMPAIGN_DAYS)
            ends = begins + timedelta(days=CAMPAIGN_DAYS - 1)
            name = ("Fibre upgrade", "Winter bundle", "Welcome back")[number % 3]
            self._context.out.add(
                "campaigns", self._current, name, "voice", begins.isoformat(), ends.isoformat()
            )  # fmt: skip
        if day.weekday() > 4:
            return
        for site in SITES:
            if is_holiday(site.country, day):
                continue
            start, end = local_to_utc(site.zone, day, 20), local_to_utc(site.zone, day, 36)
            mean = self._context.options.contacts_per_day * OUTBOUND_SHARE * site.weight * 1.4
            for _ in range(poisson(self._rng, mean * WEEKDAY_FACTORS[day.weekday()])):
                self._engine.at(self._rng.randrange(start, end - HALF_HOUR), self._dial, site, self._current)

    def _dial(self, site: Site, campaign: str) -> None:
        """Dial if at least one other desk stays idle."""
        desk = self._floor.borrow(self._floor.pools[f"{site.site_id}-SALES"], keep=1)
        if desk is None:
            return
        contact = self._flow.new_contact(site.site_id, "voice", "UPGRADE")
        contact.customer = self._customers.pick(site.site_id)
        contact.direction, contact.method, contact.campaign = "outbound", "campaign", campaign
        contact.language = site_of(site.site_id).languages[0][0]
        contact.queue = queue_of(f"{site.site_id}-SAL")
        contact.open_work = 1
        leg = Leg("outbound")
        leg.agent = desk.agent
        contact.legs.append(leg)
        self._floor.talk(desk)
        self._engine.at(self._engine.now + self._rng.randint(*DIAL_SECONDS), self._dialled, contact, leg, desk)

    def _dialled(self, contact: Contact, leg: Leg, desk: Desk) -> None:
        desk.talking -= 1
        if self._rng.random() < OUTBOUND_REACHED:
            self._flow.begin_talk(contact, leg, desk)
            return
        leg.ended_by = "system"
        contact.ended = self._engine.now
        contact.open_work = 0
        self._floor.release(desk)
        self._flow.finish(contact)
