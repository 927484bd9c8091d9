"""Money: a weekly cost ledger per site and category, and the daily exchange rate."""

from __future__ import annotations

import calendar
from datetime import date, timedelta

from simulator.contacts import ContactFlow
from simulator.context import Context
from simulator.output import money
from simulator.staff import Staff
from simulator.world import SITES, Site

OFFICE_SECONDS_PER_DAY = 7 * 8 * 3600 * 5 // 7
TELECOM_CENTS_PER_MINUTE = 2.4
FIXED_CENTS_PER_CONTACT = {"software": 41, "facilities": 55, "training": 14, "recruiting": 11, "other": 6}


class Finance:
    """Closes the ledger every Sunday and at month end, for exactly the days since the last close."""

    def __init__(self, context: Context, staff: Staff, flow: ContactFlow) -> None:
        self._context = context
        self._out = context.out
        self._rng = context.rng("finance")
        self._staff = staff
        self._flow = flow
        self._open_since = context.options.first_day
        self._entries = 0
        self._booked = {"labour": dict.fromkeys((s.site_id for s in SITES), 0), "telecom": {}}
        self._to_reverse: tuple[date, date, Site, int] | None = None
        self._was_reversed = False
        self._rate = 0.92

    def end_day(self, day: date) -> None:
        """Deliver the day's rate, and close the ledger when a week or month ends."""
        self._rate *= 1 + self._rng.gauss(0.0, 0.003)
        self._out.add("fx_rates", day.isoformat(), "EUR", "1.000000")
        self._out.add("fx_rates", day.isoformat(), "USD", f"{self._rate:.6f}")
        if day.weekday() == 6 or day.day == calendar.monthrange(day.year, day.month)[1]:
            self._close(self._open_since, day)
            self._open_since = day + timedelta(days=1)

    def _close(self, start: date, end: date) -> None:
        days = (end - start).days + 1
        daily = self._context.options.contacts_per_day
        if self._to_reverse is not None and not self._was_reversed:
            first, last, site, cents = self._to_reverse
            self._entry(first, last, site, "telecom", "variable", "voice", -cents)
            self._entry(first, last, site, "telecom", "variable", "voice", round(cents * 0.94))
            self._was_reversed = True
        for site in SITES:
            paid = self._since("labour", site, self._staff.paid_seconds[site.site_id]) + OFFICE_SECONDS_PER_DAY * days
            self._entry(start, end, site, "labour", "variable", "", round(paid / 3600 * site.hourly_cost * 100))
            talked = self._since("telecom", site, self._flow.talk_seconds.get(site.site_id, 0))
            telecom = round(talked / 60 * TELECOM_CENTS_PER_MINUTE) + 5_000 * days
            self._entry(start, end, site, "telecom", "variable", "voice", telecom)
            self._to_reverse = self._to_reverse or (start, end, site, telecom)
            for category, cents in FIXED_CENTS_PER_CONTACT.items():
                amount = round(cents * daily * site.weight * days * self._rng.uniform(0.97, 1.03))
                self._entry(start, end, site, category, "fixed", "", amount)
            self._entry(start, end, site, "software", "fixed", "chat", round(3.0 * daily * site.weight * days))

    def _since(self, category: str, site: Site, total: int) -> int:
        """Return what came on top since the last close."""
        before = self._booked[category].get(site.site_id, 0)
        self._booked[category][site.site_id] = total
        return total - before

    def _entry(
        self, start: date, end: date, site: Site, category: str, behaviour: str, channel: str, cents: int
    ) -> None:
        self._entries += 1
        self._out.add(
            "cost_ledger", f"L{self._entries:06d}", start.isoformat(), end.isoformat(), site.site_id, category,
            behaviour, channel, money(cents), site.currency,
        )  # fmt: skip
        self._out.truth[f"cost_cents_{site.currency}"] += cents
