"""Cost: KPIs 65 to 67, from the ledger, accrued by day and shared by handle seconds."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from fractions import Fraction

from tests.reference.center import Center
from tests.reference.histories import tickets
from tests.reference.records import day, flag, number
from tests.reference.sums import Definition, Fact

DEFINITIONS = [
    Definition("total_operating_cost", "default", "allocated_amount"),
    Definition("total_operating_cost", "fixed", "allocated_fixed"),
    Definition("total_operating_cost", "variable", "allocated_variable"),
    Definition("cost_per_contact", "default", "allocated_amount", "costed_contacts"),
    Definition("cost_per_contact", "labour_only", "allocated_labour", "costed_contacts"),
    Definition("cost_per_contact", "per_inbound_contact", "allocated_amount", "costed_inbound"),
    Definition("cost_per_contact", "per_minute", "allocated_amount", "handle_seconds", 60),
    Definition("cost_per_resolution", "default", "allocated_amount", "issues_resolved"),
]

Work = tuple[date, str, str, str]
"""Business date, channel, queue (or nothing), site (or nothing)."""


def work_seconds(center: Center) -> dict[Work, Fraction]:
    """Return handle seconds of all handled legs and worked tickets, by day, channel, queue and site."""
    found: dict[Work, Fraction] = defaultdict(Fraction)
    for contact_id, contact in center.contacts.items():
        for leg in center.handling_legs(contact_id):
            handled = sum(
                (number(leg.get(name)) for name in ("talk_seconds", "hold_seconds", "acw_seconds")), Fraction(0)
            )
            on = center.leg_day(leg)
            found[(on, contact["channel"], leg.get("queue_id") or "", contact["site_id"])] += handled
    by_ticket = {ticket.row["ticket_id"]: ticket for ticket in tickets(center)}
    for row in center.rows("ticket_time_entries"):
        if row["ticket_id"] in by_ticket:
            ticket = by_ticket[row["ticket_id"]]
            on = day(row["worked_on"])
            site_id = center.of_agent(row["agent_id"], on)["site"]
            found[(on, ticket.row["channel"], "", site_id)] += number(row["seconds"])
    return found


def facts(center: Center) -> Iterator[Fact]:
    """Yield ledger, allocated cost, and the work it is divided by."""
    work = work_seconds(center)
    covered: set[date] = set()
    for fact in ledger_facts(center, work):
        covered.add(fact.day)
        yield fact
    # work on a day without any cost is not divided into the cost of other days
    for (on, channel, queue_id, site_id), spent in work.items():
        if on in covered:
            yield Fact(on, {"channel": channel, "queue": queue_id, "site": site_id}, {"handle_seconds": spent})
    yield from (fact for fact in contact_facts(center) if fact.day in covered)
    yield from (fact for fact in ticket_facts(center) if fact.day in covered)


def ledger_facts(center: Center, work: dict[Work, Fraction]) -> Iterator[Fact]:
    """Yield every entry, evenly by day, and its share by channel and queue over the entry's whole period."""
    for row in center.rows("cost_ledger"):
        first, last = day(row["period_start"]), day(row["period_end"])
        amount = center.in_reporting_currency(row["amount"], row["currency"], last)
        if amount is None:
            continue
        days = (last - first).days + 1
        direct = row.get("direct_channel")
        site_id = row.get("site_id") or ""
        shares: dict[tuple[str, str, str], Fraction] = defaultdict(Fraction)
        for (on, channel, queue_id, at_site), spent in work.items():
            if first <= on <= last and direct in (None, "", channel) and site_id in ("", at_site):
                shares[(channel, queue_id, at_site)] += spent
        whole = sum(shares.values(), Fraction(0))
        for offset in range(days):
            on = first + timedelta(days=offset)
            if on > center.last_day:
                break
            daily = amount / days
            spread = {key: daily * spent / whole for key, spent in shares.items()} if whole else {}
            for (channel, queue_id, at_site), part in (spread or {(direct or "", "", site_id): daily}).items():
                labour = part if row["cost_category"] == "labour" else Fraction(0)
                scopes = {"channel": channel, "queue": queue_id, "site": at_site}
                parts = {"allocated_amount": part, f"allocated_{row['behaviour']}": part, "allocated_labour": labour}
                yield Fact(on, scopes, parts)


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
        counted = contact is not None and contact["direction"] == "inbound" and flag(contact.get("is_resolved"))
        if ticket.last_solved_at and not counted:
            yield Fact(ticket.day(ticket.last_solved_at), ticket.scopes(), {"issues_resolved": 1})
