"""Tickets and digital response: KPIs 19, 21 to 27 and 30, from tickets, their events and messages."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from fractions import Fraction
from itertools import zip_longest
from statistics import median

from tests.reference.center import ONE_DAY, Center
from tests.reference.histories import Ticket, is_reply, tickets
from tests.reference.hours import Hours
from tests.reference.records import flag, instant, seconds
from tests.reference.spans import length, overlap
from tests.reference.sums import PERIODS, Definition, Fact, Parts, PeriodFact, Recorded, period_start, scope_keys

DEFINITIONS = [
    Definition("escalation_rate", "default", "tickets_escalated", "tickets_assigned", 100),
    Definition("escalation_rate", "contact_basis", "contacts_escalated", "contacts_worked", 100),
    Definition("average_first_response_time", "default", "first_response_seconds", "tickets_first_replied"),
    Definition("average_first_response_time", "business_hours", "first_response_business", "tickets_first_replied"),
    Definition("average_first_response_time", "creation_cohort", "cohort_response_seconds", "cohort_first_replied"),
    Definition("average_first_response_time", "median", "median_response_seconds"),
    Definition("average_turnaround_time", "default", "turnaround_seconds", "assignments_replied"),
    Definition("average_turnaround_time", "business_hours", "turnaround_business", "assignments_replied"),
    Definition("average_time_to_first_solution", "default", "first_solution_seconds", "tickets_first_solved"),
    Definition("average_time_to_first_solution", "business_hours", "first_solution_business", "tickets_first_solved"),
    Definition("average_total_resolution_time", "default", "total_resolution_seconds", "tickets_resolved"),
    Definition("average_total_resolution_time", "business_hours", "total_resolution_business", "tickets_resolved"),
    Definition("average_total_resolution_time", "last_outbound_reply", "until_reply_seconds", "tickets_last_replied"),
    Definition("average_total_resolution_time", "excl_customer_wait", "net_resolution_seconds", "tickets_resolved"),
    Definition("same_day_response_rate", "default", "queries_in_time", "queries_due", 100),
    Definition("same_day_response_rate", "replies_basis", "queries_in_time", "queries_replied", 100),
    Definition("same_day_response_rate", "same_local_business_day", "queries_same_day", "queries_day_over", 100),
    Definition("response_sla_compliance_rate", "default", "sla_met", "sla_due", 100),
    Definition("response_sla_compliance_rate", "business_hours", "business_sla_met", "business_sla_due", 100),
    Definition("response_sla_compliance_rate", "resolution_sla", "resolution_met", "resolution_due", 100),
    Definition("ticket_backlog", "default", "last_open_tickets"),
    Definition("ticket_backlog", "overdue_only", "last_overdue_tickets"),
    Definition("ticket_backlog", "average_over_period", "open_ticket_days", "days_of_backlog"),
    Definition(
        "fcr_ticket_rate",
        "default",
        "one_touch",
        "tickets_with_replies",
        100,
        Recorded(of="tickets_resolved"),
    ),
]


def facts(center: Center) -> Iterator[Fact | PeriodFact]:
    """Yield the facts of all tickets."""
    known = tickets(center)
    if not known:
        return
    hours = Hours(center, min(ticket.created_at for ticket in known).date())
    for ticket in known:
        yield from cohort_facts(ticket)
        yield from reply_facts(ticket, hours)
        yield from turnaround_facts(ticket, hours)
        yield from solution_facts(center, ticket, hours)
        yield from query_facts(center, ticket)
        yield from promise_facts(center, ticket, hours)
        yield from backlog_facts(center, ticket)
    yield from medians(known)
    yield from backlog_days(center, known)
    yield from contact_facts(center, known)


def cohort_facts(ticket: Ticket) -> Iterator[Fact]:
    """Yield what is counted on the day a ticket was created: assignment, escalation and its first reply."""
    assigned = any(row["event_type"] == "assigned" for row in ticket.events)
    escalated = any(row["event_type"] == "escalated" for row in ticket.events)
    parts: Parts = {"tickets_assigned": int(assigned), "tickets_escalated": int(escalated and assigned)}
    if ticket.replied_at:
        parts["cohort_response_seconds"] = seconds(ticket.asked_at, ticket.replied_at)
        parts["cohort_first_replied"] = 1
    yield Fact(ticket.day(ticket.created_at), ticket.scopes(), parts)


def reply_facts(ticket: Ticket, hours: Hours) -> Iterator[Fact]:
    """Yield the first reply, on its day and for the agent who gave it."""
    if ticket.replied_at:
        parts: Parts = {
            "first_response_seconds": seconds(ticket.asked_at, ticket.replied_at),
            "first_response_business": hours.seconds(ticket.site_id, ticket.asked_at, ticket.replied_at),
            "tickets_first_replied": 1,
        }
        yield Fact(ticket.day(ticket.replied_at), ticket.scopes() | ticket.replier, parts)


def medians(known: list[Ticket]) -> Iterator[PeriodFact]:
    """Yield the median time to the first reply of every period and scope."""
    found: dict[tuple[str, date, str, str | None], list[Fraction]] = defaultdict(list)
    for ticket in known:
        if ticket.replied_at:
            waited = seconds(ticket.asked_at, ticket.replied_at)
            for period_type in PERIODS:
                start = period_start(period_type, ticket.day(ticket.replied_at))
                for scope in scope_keys(ticket.scopes() | ticket.replier):
                    found[(period_type, start, *scope)].append(waited)
    for (period_type, start, scope_type, scope_id), waits in found.items():
        parts: Parts = {"median_response_seconds": median(waits)}
        yield PeriodFact(period_type, start, (scope_type, scope_id), parts)


def turnaround_facts(ticket: Ticket, hours: Hours) -> Iterator[Fact]:
    """Yield every assignment that its assignee answered before the next one, on the day of the answer."""
    assigned = [row for row in ticket.events if row["event_type"] == "assigned"]
    for row, following in zip_longest(assigned, assigned[1:]):
        start = instant(row["event_at"])
        end = instant(following["event_at"]) if following else None
        for reply in ticket.messages:
            at = instant(reply["sent_at"])
            if is_reply(reply) and reply["agent_id"] == row["to_value"] and start <= at and (end is None or at < end):
                parts: Parts = {
                    "turnaround_seconds": seconds(start, at),
                    "turnaround_business": hours.seconds(ticket.site_id, start, at),
                    "assignments_replied": 1,
                }
                yield Fact(ticket.day(at), ticket.scopes(ticket.of(row["to_value"], start)), parts)
                break


def solution_facts(center: Center, ticket: Ticket, hours: Hours) -> Iterator[Fact]:
    """Yield the first solution, which never moves, and the last one of a ticket that is closed now."""
    first, last = ticket.first_solved_at, ticket.last_solved_at
    if first:
        parts: Parts = {
            "first_solution_seconds": seconds(ticket.began_at, first),
            "first_solution_business": hours.seconds(ticket.site_id, ticket.began_at, first),
            "tickets_first_solved": 1,
        }
        yield Fact(ticket.day(first), ticket.scopes(), parts)
    if last:
        span = (ticket.began_at, last)
        replied = [instant(row["sent_at"]) for row in ticket.answers]
        has_reply = bool(replied) and replied[-1] >= ticket.began_at
        parts = {
            "total_resolution_seconds": seconds(*span),
            "total_resolution_business": hours.seconds(ticket.site_id, *span),
            "tickets_resolved": 1,
            "tickets_with_replies": int(center.delivered("ticket_messages")),
            "one_touch": int(len(replied) == 1 and not ticket.was_reopened),
            "net_resolution_seconds": seconds(*span) - length(overlap([span], ticket.pending)),
            "until_reply_seconds": seconds(ticket.began_at, replied[-1]) if has_reply else 0,
            "tickets_last_replied": int(has_reply),
        }
        yield Fact(ticket.day(last), ticket.scopes(ticket.solver), parts)


def query_facts(center: Center, ticket: Ticket) -> Iterator[Fact]:
    """Yield every customer message that needs a reply, on its own day."""
    for row in ticket.messages:
        if row["direction"] != "inbound" or not flag(row["requires_reply"]):
            continue
        at = instant(row["sent_at"])
        on = ticket.day(at)
        answers = [instant(reply["sent_at"]) for reply in ticket.messages if is_reply(reply)]
        answered = min((answer for answer in answers if answer >= at), default=None)
        limit = timedelta(seconds=center.parameters.same_day_seconds)
        parts: Parts = {
            "queries_in_time": int(answered is not None and answered - at <= limit),
            "queries_due": int(answered is not None or center.as_of - at > limit),
            "queries_replied": int(answered is not None),
            "queries_same_day": int(answered is not None and ticket.day(answered) == on),
            "queries_day_over": int(answered is not None or on < ticket.day(center.as_of)),
        }
        yield Fact(on, ticket.scopes(), parts)


def promise_facts(center: Center, ticket: Ticket, hours: Hours) -> Iterator[Fact]:
    """Yield promised replies and solutions, kept or not; an unkept one is broken as soon as its time is over."""
    target = ticket.target("first_response", ticket.replied_at)
    if target and center.delivered("ticket_messages"):
        until = ticket.replied_at or center.as_of
        waited = seconds(ticket.asked_at, until)
        open_for = hours.seconds(ticket.site_id, ticket.asked_at, until)
        kept = ticket.replied_at is not None
        parts: Parts = {
            "sla_met": int(kept and waited <= target),
            "sla_due": int(kept or waited > target),
            "business_sla_met": int(kept and open_for <= target),
            "business_sla_due": int(kept or open_for > target),
        }
        yield Fact(ticket.day(ticket.asked_at), ticket.scopes(), parts)
    target = ticket.target("resolution", ticket.first_solved_at)
    if target:
        solved = ticket.first_solved_at is not None
        taken = seconds(ticket.began_at, ticket.first_solved_at or center.as_of)
        parts = {"resolution_met": int(solved and taken <= target), "resolution_due": int(solved or taken > target)}
        yield Fact(ticket.day(ticket.began_at), ticket.scopes(), parts)


def backlog_facts(center: Center, ticket: Ticket) -> Iterator[Fact]:
    """Yield a ticket at every local midnight at which it was open, and whether something promised was late then."""
    replied, solved = ticket.replied_at, ticket.first_solved_at
    reply_target, solve_target = ticket.target("first_response", replied), ticket.target("resolution", solved)
    answers = center.delivered("ticket_messages")
    on = ticket.day(ticket.created_at)
    while on <= center.last_day:
        night = center.midnight(on + ONE_DAY, ticket.site_id)
        if ticket.is_open_at(night):
            late = bool(reply_target and answers) and seconds(ticket.asked_at, night) > (reply_target or 0)
            reply_late = late and (replied is None or replied >= night)
            # a ticket that was solved in time has kept its promise, whatever happens to it later
            taken = seconds(ticket.began_at, min(solved or night, night))
            solve_late = bool(solve_target) and taken > (solve_target or 0)
            parts: Parts = {"last_open_tickets": 1}
            if answers:  # else nobody knows which promised replies are late
                parts["last_overdue_tickets"] = int(reply_late or solve_late)
            yield Fact(on, ticket.scopes(), parts)
        on += ONE_DAY


def backlog_days(center: Center, known: list[Ticket]) -> Iterator[PeriodFact]:
    """Yield, by period, the complete days since the first ticket of a scope and the tickets open at their ends."""
    first: dict[tuple[str, str | None], date] = {}
    waiting: dict[tuple[str, str | None], dict[date, int]] = defaultdict(lambda: defaultdict(int))
    for ticket in known:
        created = ticket.day(ticket.created_at)
        for scope in scope_keys(ticket.scopes()):
            first[scope] = min(created, first.get(scope, created))
        for fact in backlog_facts(center, ticket):
            for scope in scope_keys(fact.scopes):
                waiting[scope][fact.day] += 1
    for scope, since in first.items():
        for period_type in PERIODS:
            days: dict[date, list[int]] = defaultdict(list)
            on = since
            while on <= center.last_day:
                days[period_start(period_type, on)].append(waiting[scope][on])
                on += ONE_DAY
            for start, counts in days.items():
                parts: Parts = {"open_ticket_days": sum(counts), "days_of_backlog": len(counts)}
                yield PeriodFact(period_type, start, scope, parts)


def contact_facts(center: Center, known: list[Ticket]) -> Iterator[Fact]:
    """Yield handled contacts from the day of the first ticket on, and those whose ticket was handed on."""
    first = min(ticket.day(ticket.created_at) for ticket in known)
    handed_on = {
        ticket.row.get("contact_id")
        for ticket in known
        if any(row["event_type"] == "escalated" for row in ticket.events)
    }
    for contact_id, contact in center.contacts.items():
        is_known = center.delivered("ticket_events") and center.contact_day(contact) >= first
        if is_known and center.handling_legs(contact_id):
            parts: Parts = {"contacts_worked": 1, "contacts_escalated": int(contact_id in handed_on)}
            entries = [leg["queue_id"] for leg in center.legs[contact_id] if leg.get("queue_id")]
            scopes = center.credit(contact, 0) | {"queue": entries[0] if entries else ""}
            yield Fact(center.contact_day(contact), scopes, parts)
