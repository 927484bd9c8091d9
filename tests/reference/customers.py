"""Customer base: KPIs 71 to 75, from subscriptions and retention attempts."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from fractions import Fraction

from tests.reference.center import ONE_DAY, Center
from tests.reference.records import Row, day, instant
from tests.reference.sums import Definition, Fact, Parts, PeriodFact, period_end, periods_between, scope_keys

DEFINITIONS = [
    Definition("customer_retention_rate", "default", "customers_retained", "customers_start", 100),
    Definition("customer_churn_rate", "default", "customers_lost", "customers_start", 100),
    Definition("customer_churn_rate", "churn_events", "churn_events", "customers_start", 100),
    Definition("customer_churn_rate", "churn_over_average_base", "customers_lost", "customers_mean", 100),
    Definition("customer_churn_rate", "annualised", "lost_annualised", "customers_start", 100),
    Definition(
        "customer_retention_rate", "cohort_n_months", "cohort_customers_retained", "cohort_customers_start", 100
    ),
    Definition("customer_retention_rate", "trailing_12m", "year_customers_retained", "year_customers_start", 100),
    Definition("gross_revenue_retention", "annual", "year_mrr_retained_capped", "year_mrr_start", 100),
    Definition("net_revenue_retention", "annual", "year_mrr_end_cohort", "year_mrr_start", 100),
    Definition("gross_revenue_retention", "default", "mrr_retained_capped", "mrr_start", 100),
    Definition("net_revenue_retention", "default", "mrr_end_cohort", "mrr_start", 100),
    Definition("save_rate", "default", "saves_confirmed", "cancel_contacts_due", 100),
    Definition("save_rate", "immediate", "saves_immediate", "cancel_contacts", 100),
]

Periods = dict[str, list[tuple[date, date | None, Row]]]


def price_periods(center: Center) -> Periods:
    """Return the stretches of days on which every customer's subscriptions count: first and last day, inclusive.

    Without a contract a customer is active for some days after the beginning, an order or an inbound contact.
    """
    found: Periods = defaultdict(list)
    quiet = timedelta(days=center.parameters.inactive_days_non_contract - 1)
    seen = activity(center)
    for row in center.rows("subscriptions"):
        first = day(row["started_on"])
        last = day(row["ended_on"]) if row.get("ended_on") else None
        if row["billing_model"] == "contract":
            found[row["customer_id"]].append((first, last, row))
            continue
        days = sorted({first} | {on for on in seen[row["customer_id"]] if first <= on and (last is None or on <= last)})
        start, until = days[0], days[0] + quiet
        for on in days[1:]:
            if on > until + ONE_DAY:
                found[row["customer_id"]].append((start, until if last is None else min(until, last), row))
                start = on
            until = on + quiet
        found[row["customer_id"]].append((start, until if last is None else min(until, last), row))
    return found


def activity(center: Center) -> dict[str, set[date]]:
    """Return the days of standing orders and of inbound contacts by customer, in the operator's zone."""
    found: dict[str, set[date]] = defaultdict(set)
    for order in center.rows("orders"):
        if order["status"] != "cancelled":
            found[order.get("customer_id") or ""].add(center.local_day(instant(order["ordered_at"]), None))
    for contact in center.contacts.values():
        if contact["direction"] == "inbound":
            found[contact.get("customer_id") or ""].add(center.local_day(instant(contact["started_at"]), None))
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
    yield from cohort_facts(center, periods, segments)
    yield from retention_facts(center, periods, segments)


def windows(center: Center, first: date) -> Iterator[tuple[str, str, date, date]]:
    """Yield prefix of the parts, period type, period and opening of every window since somebody subscribed."""
    back = {"": 0, "cohort_": center.parameters.retention_cohort_months - 1, "year_": 11}
    for period_type in ("month", "quarter", "year"):
        for start in periods_between(period_type, first, center.last_day):
            for prefix, months in back.items():
                number = start.year * 12 + start.month - 1 - months
                opening = date(number // 12, number % 12 + 1, 1)
                if (period_type == "month" or not prefix) and opening >= first.replace(day=1):
                    yield prefix, period_type, start, opening


def cohort_facts(center: Center, periods: Periods, segments: dict[str, str]) -> Iterator[PeriodFact]:
    """Yield what became of everyone active at the close of the day before a window, by scope."""
    if not periods:
        return
    known_from = min(start for spans in periods.values() for start, _, _ in spans)
    for prefix, period_type, start, opening in windows(center, known_from):
        end = min(period_end(period_type, start), center.last_day)
        sums: dict[tuple[str, str | None], dict[str, Fraction]] = defaultdict(lambda: defaultdict(Fraction))
        for customer_id in periods:
            parts = cohort_parts(center, periods, customer_id, opening, end)
            for scope in scope_keys({"segment": segments.get(customer_id) or "unknown"}):
                for name, amount in parts.items():
                    sums[scope][prefix + name] += amount
        for scope, of_scope in sums.items():
            started, retained = of_scope["customers_start"], of_scope["customers_retained"]
            if not prefix and started:
                exponent = center.parameters.annualisation_days / ((end - opening).days + 1)
                of_scope["lost_annualised"] = started * (1 - Fraction(float(retained / started) ** exponent))
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


def retention_facts(center: Center, periods: Periods, segments: dict[str, str]) -> Iterator[Fact]:
    """Yield handled cancellation contacts of subscribers, due once the days of confirmation are over."""
    for row in center.rows("retention_attempts"):
        contact = center.contacts.get(row["contact_id"])
        if contact is None or not center.handling_legs(row["contact_id"]) or row["customer_id"] not in periods:
            continue
        on = center.contact_day(contact)
        confirmed_on = on + timedelta(days=center.parameters.save_confirm_days)
        saved = row["outcome"] == "saved"
        parts: Parts = {"cancel_contacts": 1, "saves_immediate": int(saved)}
        if confirmed_on <= center.last_day_at(contact["site_id"]):
            parts |= {
                "cancel_contacts_due": 1,
                "saves_confirmed": int(saved and is_active(periods, row["customer_id"], confirmed_on)),
            }
        yield Fact(on, center.credit(contact, -1) | {"segment": segments.get(row["customer_id"]) or "unknown"}, parts)
