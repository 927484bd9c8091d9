"""Cost: KPIs 65 to 67, from the ledger, accrued by day and shared by handle seconds."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from fractions import Fraction

from tests.reference.center import Center
from tests.reference.handling import handle
from tests.reference.histories import tickets
from tests.reference.records import day, flag, number
from tests.reference.sums import Definition, Fact, Parts

DEFINITIONS = [
    Definition("total_operating_cost", "default", "allocated_amount"),
    Definition("total_operating_cost", "fixed", "allocated_fixed"),
    Definition("total_operating_cost", "variable", "allocated_variable"),
    Definition("cost_per_contact", "default", "allocated_amount", "costed_contacts"),
    Definition("cost_per_contact", "labour_only", "allocated_labour", "costed_contacts"),
    Definition("cost_per_contact", "per_inbound_contact", "allocated_amount", "costed_inbound"),
    Definition("cost_per_contact", "activity_based", "activity_amount", "costed_contacts"),
    Definition("cost_per_contact", "per_minute", "allocated_amount", "handle_seconds", 60),
    Definition("cost_per_resolution", "default", "allocated_amount", "issues_resolved"),
]

Work = tuple[date, str, str, str]
"""Business date, channel, queue (or nothing), site (or nothing)."""

Place = tuple[str, str, str]
"""Channel, queue and site, each perhaps nothing."""

BY_TIME = ("labour", "training", "recruiting", "facilities")
"""Categories that follow people's time; all others follow the number of contacts, where cost follows activities."""


def work_done(center: Center) -> dict[Work, tuple[Fraction, int]]:
    """Return handle seconds and handled contacts and tickets, by day, channel, queue and site."""
    found: dict[Work, tuple[Fraction, int]] = defaultdict(lambda: (Fraction(0), 0))

    def add(key: Work, spent: Fraction, count: int) -> None:
        found[key] = (found[key][0] + spent, found[key][1] + count)

    for contact_id, contact in center.contacts.items():
        for position, leg in enumerate(center.handling_legs(contact_id)):
            spent = Fraction(handle(leg))
            key = (center.leg_day(leg), contact["channel"], leg.get("queue_id") or "", contact["site_id"])
            add(key, spent, int(position == 0))
    by_ticket = {ticket.row["ticket_id"]: ticket for ticket in tickets(center)}
    for row in center.rows("ticket_time_entries"):
        if row["ticket_id"] in by_ticket:
            on = day(row["worked_on"])
            channel = by_ticket[row["ticket_id"]].row["channel"]
            add((on, channel, "", center.of_agent(row["agent_id"], on)["site"]), number(row["seconds"]), 0)
    for ticket in by_ticket.values():
        if ticket.replied_at:
            add((ticket.day(ticket.replied_at), ticket.row["channel"], "", ticket.site_id), Fraction(0), 1)
    return found


def facts(center: Center) -> Iterator[Fact]:
    """Yield ledger, allocated cost, and the work it is divided by."""
    work = work_done(center)
    yield from (fact for fact in ledger_facts(center, work) if is_over(center, fact))
    # work on a day without any cost is not divided into the cost of other days
    covered = {fact.day for fact in ledger_facts(center, work)}
    spent_on = (
        Fact(on, {"channel": channel, "queue": queue_id, "site": site_id}, {"handle_seconds": spent})
        for (on, channel, queue_id, site_id), (spent, _) in work.items()
    )
    for fact in (*spent_on, *contact_facts(center), *ticket_facts(center)):
        if fact.day in covered and is_over(center, fact):
            yield fact


def is_over(center: Center, fact: Fact) -> bool:
    """Whether the day of a fact is over at its site."""
    return fact.day <= center.last_day_at(fact.scopes.get("site"))


def ledger_facts(center: Center, work: dict[Work, tuple[Fraction, int]]) -> Iterator[Fact]:
    """Yield every entry, evenly by day, and its share by channel and queue over the entry's whole period.

    Where cost follows activities, some categories are shared by the number of contacts instead of by handle seconds.
    """
    for row in center.rows("cost_ledger"):
        first, last = day(row["period_start"]), day(row["period_end"])
        amount = center.in_reporting_currency(row["amount"], row["currency"], last)
        if amount is None:
            continue
        direct = row.get("direct_channel") or ""
        site_id = row.get("site_id") or ""
        seconds_of: dict[Place, Fraction] = defaultdict(Fraction)
        contacts_of: dict[Place, Fraction] = defaultdict(Fraction)
        for (on, channel, queue_id, at_site), (spent, count) in work.items():
            if first <= on <= last and direct in ("", channel) and site_id in ("", at_site):
                seconds_of[(channel, queue_id, at_site)] += spent
                contacts_of[(channel, queue_id, at_site)] += count
        by_time = shared(seconds_of)
        by_contact = shared(contacts_of) if row["cost_category"] not in BY_TIME else None
        nobody: dict[Place, Fraction] = {(direct, "", site_id): Fraction(1)}
        days = (last - first).days + 1
        for on in (first + timedelta(days=offset) for offset in range(days)):
            for (channel, queue_id, at_site), share in (by_time or nobody).items():
                part = amount / days * share
                labour = part if row["cost_category"] == "labour" else Fraction(0)
                parts: Parts = {"allocated_amount": part, f"allocated_{row['behaviour']}": part}
                scopes = {"channel": channel, "queue": queue_id, "site": at_site}
                yield Fact(on, scopes, parts | {"allocated_labour": labour})
            for (channel, queue_id, at_site), share in (by_contact or by_time or nobody).items():
                scopes = {"channel": channel, "queue": queue_id, "site": at_site}
                yield Fact(on, scopes, {"activity_amount": amount / days * share})


def shared(amounts: dict[Place, Fraction]) -> dict[Place, Fraction]:
    """Return what share everybody has of a sum; nothing of nothing."""
    whole = sum(amounts.values(), Fraction(0))
    return {place: amount / whole for place, amount in amounts.items()} if whole else {}


def contact_facts(center: Center) -> Iterator[Fact]:
    """Yield handled contacts, outbound included, and resolved inbound ones."""
    for contact_id, contact in center.contacts.items():
        handling = center.handling_legs(contact_id)
        if not handling:
            continue
        inbound = contact["direction"] == "inbound"
        scopes = {"channel": contact["channel"], "queue": handling[0].get("queue_id") or "", "site": contact["site_id"]}
        parts = {
            "costed_contacts": 1,
            "costed_inbound": int(inbound),
            "issues_resolved": int(inbound and flag(contact.get("is_resolved"))),
        }
        yield Fact(center.leg_day(handling[0]), scopes, parts)


def ticket_facts(center: Center) -> Iterator[Fact]:
    """Yield tickets on the day of their first reply, and on that of their solution unless their contact is resolved."""
    for ticket in tickets(center):
        if ticket.replied_at:
            yield Fact(ticket.day(ticket.replied_at), ticket.scopes(), {"costed_contacts": 1})
        contact = center.contacts.get(ticket.row.get("contact_id") or "")
        counted = contact is not None and center.is_handled(contact["contact_id"]) and flag(contact.get("is_resolved"))
        if ticket.last_solved_at and not counted:
            yield Fact(ticket.day(ticket.last_solved_at), ticket.scopes(), {"issues_resolved": 1})
