"""Customers and their subscriptions: who joins, changes price, leaves and returns."""

from __future__ import annotations

from array import array
from datetime import date, timedelta

from simulator.clock import local_to_utc, stamp
from simulator.context import Context
from simulator.output import flag, money
from simulator.streams import Choice, poisson
from simulator.world import PRODUCTS, SEGMENTS, SITES, Site

CUSTOMERS_PER_DAILY_CONTACT = 30
SUBSCRIBED = 0.92
MONTHLY_NEW, MONTHLY_UP, MONTHLY_DOWN, MONTHLY_CHURN, MONTHLY_RETURN = 0.016, 0.008, 0.005, 0.008, 0.03
YEARLY_ERASED = 0.004
CHURN_REASONS = ("price", "moved", "service", "competitor", "no_need")


class CustomerBase:
    """All customers ever, by number. Prices are monthly amounts in cents of the site's currency; 0 is no contract."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._out = context.out
        self._pick_rng = context.rng("customer picks")
        self._rng = context.rng("subscriptions")
        self._segments = Choice(SEGMENTS)
        self._countries = {site.site_id: Choice(site.countries) for site in SITES}
        self.of_site: dict[str, array[int]] = {site.site_id: array("l") for site in SITES}
        self._site: list[Site] = []
        self._consent = bytearray()
        self._price = array("l")
        self._since = array("l")
        self._periods = array("h")
        self._product = bytearray()
        self._created = array("q")
        self._churned: list[int] = []
        first = context.options.first_day
        size = context.options.contacts_per_day * CUSTOMERS_PER_DAILY_CONTACT
        for site in SITES:
            for _ in range(max(50, round(size * site.weight))):
                joined = first - timedelta(days=1 + int(self._rng.random() * 1_400))
                self._join(site, joined, subscribes=self._rng.random() < SUBSCRIBED)

    def pick(self, site_id: str) -> int:
        """Return some customer of the site."""
        members = self.of_site[site_id]
        return members[int(self._pick_rng.random() * len(members))]

    def site(self, customer: int) -> Site:
        """Return the customer's site."""
        return self._site[customer]

    def consents(self, customer: int) -> bool:
        """Tell whether the customer agreed to be surveyed."""
        return bool(self._consent[customer])

    def is_subscribed(self, customer: int) -> bool:
        """Tell whether the customer has a running subscription."""
        return self._price[customer] > 0

    def _join(self, site: Site, day: date, *, subscribes: bool) -> int:
        rng, number = self._rng, len(self._site)
        self._site.append(site)
        self.of_site[site.site_id].append(number)
        self._consent.append(rng.random() < 0.8)
        self._price.append(0)
        self._since.append(0)
        self._periods.append(0)
        self._product.append(0)
        created = local_to_utc(site.zone, day, 18) + int(rng.random() * 18_000)
        self._created.append(created)
        self._out.put(
            "customers", str(number), f"C{number:07d}", self._segments.draw(rng),
            self._countries[site.site_id].draw(rng), stamp(created), "", flag(bool(self._consent[number])),
        )  # fmt: skip
        if subscribes:
            self._start(number, day)
        return number

    def _start(self, customer: int, day: date) -> None:
        rng = self._rng
        product = min(int(rng.expovariate(0.9)), 3)
        self._product[customer] = product
        self._open_period(customer, day, int(PRODUCTS[product][1] * rng.choice((0.9, 1.0, 1.0, 1.0, 1.1))))

    def _open_period(self, customer: int, day: date, price: int) -> None:
        self._price[customer] = price
        self._since[customer] = day.toordinal()
        self._periods[customer] += 1
        self._period_row(customer, None, "")

    def _period_row(self, customer: int, ended: date | None, reason: str) -> None:
        subscription = f"SB{customer:07d}-{self._periods[customer]}"
        self._out.put(
            "subscriptions", subscription, subscription, f"C{customer:07d}", PRODUCTS[self._product[customer]][0],
            date.fromordinal(self._since[customer]).isoformat(), ended.isoformat() if ended else "",
            money(self._price[customer]), self._site[customer].currency,
            "non_contract" if customer % 5 == 0 else "contract", reason,
        )  # fmt: skip

    def change_price(self, customer: int, day: date, factor: float) -> None:
        """Close the price period the day before and open one at the new price; nothing on its own first day."""
        if not self.is_subscribed(customer) or self._since[customer] >= day.toordinal():
            return
        price = max(500, int(self._price[customer] * factor))
        self._period_row(customer, day - timedelta(days=1), "")
        self._open_period(customer, day, price)
        self._out.truth["price_changes"] += 1

    def end(self, customer: int, day: date, reason: str) -> bool:
        """End the subscription with ``day`` as its last day; False when there is none to end."""
        if not self.is_subscribed(customer) or self._since[customer] > day.toordinal():
            return False
        self._period_row(customer, day, reason)
        self._price[customer] = 0
        self._since[customer] = day.toordinal()
        self._churned.append(customer)
        self._out.truth["subscriptions_ended"] += 1
        return True

    def begin_day(self, day: date) -> None:
        """Let customers join, change, leave, return and be erased, by monthly rates."""
        rng, total = self._rng, len(self._site)

        def some(monthly: float) -> list[int]:
            return [int(rng.random() * total) for _ in range(poisson(rng, total * monthly / 30))]

        for _ in range(poisson(rng, total * MONTHLY_NEW / 30)):
            self._join(SITES[0] if rng.random() < SITES[0].weight else SITES[1], day, subscribes=True)
            self._out.truth["customers_new"] += 1
        for customer in some(MONTHLY_UP):
            self.change_price(customer, day, rng.choice((1.1, 1.2, 1.35)))
        for customer in some(MONTHLY_DOWN):
            self.change_price(customer, day, rng.choice((0.7, 0.8, 0.9)))
        for customer in some(MONTHLY_CHURN):
            self.end(customer, day, rng.choice(CHURN_REASONS))
        for _ in range(poisson(rng, len(self._churned) * MONTHLY_RETURN)):
            position = int(rng.random() * len(self._churned))
            customer = self._churned[position]
            if not self.is_subscribed(customer) and self._since[customer] < day.toordinal() - 1:
                self._churned[position] = self._churned[-1]
                self._churned.pop()
                self._start(customer, day)
                self._out.truth["customers_returned"] += 1
        for customer in some(YEARLY_ERASED / 12):
            self._erase(customer, day)

    def _erase(self, customer: int, day: date) -> None:
        """Deliver an erasure: attributes empty, key and creation kept. Only customers without a contract ask for it."""
        if self.is_subscribed(customer):
            return
        erased = local_to_utc(self._site[customer].zone, day, 20)
        self._consent[customer] = False
        self._out.put(
            "customers", str(customer), f"C{customer:07d}", "", "",
            stamp(self._created[customer]), stamp(erased), "",
        )  # fmt: skip
