"""Customer base: KPIs 71 to 75, from subscriptions and retention attempts."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from fractions import Fraction

from tests.reference.center import ONE_DAY, Center
from tests.reference.records import Row, day, flag, instant
from tests.reference.sums import Definition, Fact, PeriodFact, period_end, periods_between, scope_keys

DEFINITIONS = [
    Definition("customer_retention_rate", "default", "customers_retained", "customers_start", 100),
    Definition("customer_churn_rate", "default", "customers_lost", "customers_start", 100),
    Definition("customer_churn_rate", "churn_events", "churn_events", "customers_start", 100),
    Definition("customer_churn_rate", "churn_over_average_base", "customers_lost", "customers_mean", 100),
    Definition("gross_revenue_retention", "default", "mrr_retained_capped", "mrr_start", 100),
    Definition("net_revenue_retention", "default", "mrr_end_cohort", "mrr_start", 100),
    Definition("save_rate", "default", "saves_confirmed", "cancel_contacts_due", 100),
    Definition("save_rate", "immediate", "saves_immediate", "cancel_contacts", 100),
]

Periods = dict[str, list[tuple[date, date | None, Row]]]


def price_periods(center: Center) -> Periods:
    """Return the price periods of every customer's subscriptions: first and last day, inclusive."""
    found: Periods = defaultdict(list)
    for row in center.rows("subscriptions"):
        last = day(row["ended_on"]) if row.get("ended_on") else None
        found[row["customer_id"]].append((day(row["started_on"]), last, row))
    return found


def is_active(periods: Periods, customer_id: str, on: date) -> bool:
    """Whether a subscription of the customer covers a day."""
    return any(first <= on and (last is None or on <= last) for first, last, _ in periods.get(customer_id, []))


def recurring(center: Center, periods: Periods, customer_id: str, on: date, rate_on: date) -> Fraction:
    """Return the monthly recurring amount of a customer on a day, at the rate of another day."""
    return sum(
        (
            center.in_reporting_currency(row["mrr_amount"], row["currency"], rate_on) or Fraction(0)
            for first, last, row in periods.get(customer_id, [])
            if first <= on and (last is None or on <= last)
        ),
        Fraction(0),
    )


def facts(center: Center) -> Iterator[Fact | PeriodFact]:
    """Yield cohorts of every period, and retention attempts."""
    periods = price_periods(center)
    segments = {row["customer_id"]: row.get("segment") or "" for row in center.rows("customers")}
    for period_type in ("month", "quarter", "year"):
        yield from cohort_facts(center, periods, segments, period_type)
    yield from retention_facts(center, periods)


def cohort_facts(center: Center, periods: Periods, segments: dict[str, str], period_type: str) -> Iterator[PeriodFact]:
    """Yield what became of everyone active at the close of the day before a period, by scope."""
    if not periods:
        return
    first = min(start for spans in periods.values() for start, _, _ in spans)
    for start in periods_between(period_type, first, center.last_day):
        end = min(period_end(period_type, start), center.last_day)
        sums: dict[tuple[str, str | None], dict[str, Fraction]] = defaultdict(lambda: defaultdict(Fraction))
        for customer_id in periods:
            parts = cohort_parts(center, periods, customer_id, start, end)
            for scope in scope_keys({"segment": segments.get(customer_id, "")}):
                for name, amount in parts.items():
                    sums[scope][name] += amount
        for scope, of_scope in sums.items():
            yield PeriodFact(period_type, start, scope, of_scope)


def cohort_parts(
    center: Center, periods: Periods, customer_id: str, start: date, end: date
) -> dict[str, Fraction | int]:
    """Return the parts of one customer in one period."""
    opening = start - ONE_DAY
    ends_active = is_active(periods, customer_id, end)
    if not is_active(periods, customer_id, opening):
        return {"customers_mean": Fraction(int(ends_active), 2)}
    mrr_start = recurring(center, periods, customer_id, opening, opening)
    mrr_end = recurring(center, periods, customer_id, end, opening)
    events = 0
    on = start
    while on <= end:
        events += is_active(periods, customer_id, on - ONE_DAY) and not is_active(periods, customer_id, on)
        on += ONE_DAY
    return {
        "customers_start": 1,
        "customers_retained": int(ends_active),
        "customers_lost": int(not ends_active),
        "churn_events": events,
        "customers_mean": Fraction(1 + int(ends_active), 2),
        "mrr_start": mrr_start,
        "mrr_retained_capped": min(mrr_start, mrr_end),
        "mrr_end_cohort": mrr_end,
    }


def retention_facts(center: Center, periods: Periods) -> Iterator[Fact]:
    """Yield handled cancellation contacts, due once the days of confirmation are over."""
    for row in center.rows("retention_attempts"):
        contact = center.contacts.get(row["contact_id"])
        if contact is None or not center.handling_legs(row["contact_id"]):
            continue
        start = instant(contact["started_at"])
        on = center.local_day(start, contact["site_id"])
        confirmed_on = on + timedelta(days=center.parameters.save_confirm_days)
        saved = row["outcome"] == "saved"
        parts = {"cancel_contacts": 1, "saves_immediate": int(saved)}
        if confirmed_on <= center.last_day:
            parts |= {
                "cancel_contacts_due": 1,
                "saves_confirmed": int(saved and is_active(periods, row["customer_id"], confirmed_on)),
            }
        scopes = center.credit(contact, -1)
        yield Fact(on, scopes, parts)


def is_retention_reason(center: Center, reason_id: str) -> bool:
    """Whether a contact reason is a cancellation."""
    return any(
        row["contact_reason_id"] == reason_id and flag(row["is_retention"]) for row in center.rows("contact_reasons")
    )
