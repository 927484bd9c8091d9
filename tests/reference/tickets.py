"""Tickets and digital response: KPIs 19, 21 to 27 and 30, from tickets, their events and messages."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from itertools import pairwise, zip_longest

from tests.reference.center import ONE_DAY, Center
from tests.reference.records import Row, flag, instant, number, seconds
from tests.reference.sums import Definition, Fact, Parts

CLOSED = ("solved", "closed")

DEFINITIONS = [
    Definition("escalation_rate", "default", "tickets_escalated", "tickets_assigned", 100),
    Definition("average_first_response_time", "default", "first_response_seconds", "tickets_first_replied"),
    Definition("average_first_response_time", "creation_cohort", "cohort_response_seconds", "cohort_first_replied"),
    Definition("average_turnaround_time", "default", "turnaround_seconds", "assignments_replied"),
    Definition("average_time_to_first_solution", "default", "first_solution_seconds", "tickets_first_solved"),
    Definition("average_total_resolution_time", "default", "total_resolution_seconds", "tickets_resolved"),
    Definition("average_total_resolution_time", "last_outbound_reply", "last_reply_seconds", "tickets_last_replied"),
    Definition("average_total_resolution_time", "excl_customer_wait", "net_resolution_seconds", "tickets_resolved"),
    Definition("same_day_response_rate", "default", "queries_in_time", "queries_due", 100),
    Definition("same_day_response_rate", "replies_basis", "queries_in_time", "queries_replied", 100),
    Definition("same_day_response_rate", "same_local_business_day", "queries_same_day", "queries_day_over", 100),
    Definition("response_sla_compliance_rate", "default", "sla_met", "sla_due", 100),
    Definition("ticket_backlog", "default", "last_open_tickets"),
    Definition("fcr_ticket_rate", "default", "one_touch", "tickets_resolved", 100),
]


@dataclass
class Ticket:
    """A ticket with its history in order, up to as-of."""

    row: Row
    events: list[Row]
    messages: list[Row]
    site_id: str | None

    def scopes(self, agent: dict[str, str] | None = None) -> dict[str, str]:
        """Return the scopes of the ticket, with those of an agent."""
        place = {"channel": self.row["channel"], "site": self.site_id or ""}
        return place | {name: of for name, of in (agent or {}).items() if name != "site" or not self.site_id}

    @property
    def asked_at(self) -> datetime:
        """The first inbound message, or the creation of a ticket without one."""
        inbound = [row for row in self.messages if row["direction"] == "inbound"]
        return instant(inbound[0]["sent_at"]) if inbound else instant(self.row["created_at"])

    @property
    def replies(self) -> list[Row]:
        """Public replies by people, no automatic ones, after the customer asked."""
        return [row for row in self.messages if is_reply(row) and instant(row["sent_at"]) >= self.asked_at]

    @property
    def changes(self) -> list[tuple[datetime, str, str]]:
        """Instants with the status before and after."""
        return [
            (instant(row["event_at"]), row.get("from_value") or "", row["to_value"])
            for row in self.events
            if row["event_type"] == "status_changed"
        ]

    @property
    def solves(self) -> list[datetime]:
        """Instants at which the ticket became solved; or closed, if it never was solved."""
        solved = [at for at, before, after in self.changes if after == "solved" and before not in CLOSED]
        return solved or [at for at, before, after in self.changes if after == "closed"][:1]

    @property
    def is_closed(self) -> bool:
        """Whether the ticket is solved or closed now."""
        return self.row["status"] in CLOSED

    @property
    def was_reopened(self) -> bool:
        """Whether it ever went from solved or closed back to open."""
        return any(before in CLOSED and after not in CLOSED for _, before, after in self.changes)

    def is_open_at(self, at: datetime) -> bool:
        """Whether the ticket existed and was not solved or closed just before an instant."""
        if instant(self.row["created_at"]) >= at:
            return False
        status = "new"
        for when, _, after in self.changes:
            if when < at:
                status = after
        gone = any(row["event_type"] in ("merged", "deleted") and instant(row["event_at"]) < at for row in self.events)
        return status not in CLOSED and not gone


def is_reply(row: Row) -> bool:
    """Whether a message is a public answer by a person."""
    return (
        row["direction"] == "outbound"
        and row["author_type"] == "agent"
        and flag(row["is_public"])
        and not flag(row["is_automated"])
    )


def tickets(center: Center) -> list[Ticket]:
    """Return the tickets that are not deleted."""
    events: dict[str, list[Row]] = defaultdict(list)
    messages: dict[str, list[Row]] = defaultdict(list)
    for row in center.rows("ticket_events"):
        events[row["ticket_id"]].append(row)
    for row in center.rows("ticket_messages"):
        messages[row["ticket_id"]].append(row)
    found = []
    for row in center.rows("tickets"):
        if flag(row.get("is_deleted")):
            continue
        contact = center.contacts.get(row.get("contact_id") or "")
        ticket_id = row["ticket_id"]
        found.append(
            Ticket(
                row,
                sorted(events[ticket_id], key=lambda event: (event["event_at"], event["event_id"])),
                sorted(messages[ticket_id], key=lambda message: (message["sent_at"], message["message_id"])),
                contact["site_id"] if contact else None,
            )
        )
    return found


def facts(center: Center) -> Iterator[Fact]:
    """Yield the facts of all tickets."""
    for ticket in tickets(center):
        yield from cohort_facts(center, ticket)
        yield from reply_facts(center, ticket)
        yield from turnaround_facts(center, ticket)
        yield from solution_facts(center, ticket)
        yield from query_facts(center, ticket)
        yield from backlog_facts(center, ticket)


def cohort_facts(center: Center, ticket: Ticket) -> Iterator[Fact]:
    """Yield what is counted on the day a ticket was created: escalation and the promised first reply."""
    created = center.local_day(instant(ticket.row["created_at"]), ticket.site_id)
    assigned = any(row["event_type"] == "assigned" for row in ticket.events)
    escalated = any(row["event_type"] == "escalated" for row in ticket.events)
    parts: Parts = {
        "tickets_assigned": int(assigned),
        "tickets_escalated": int(escalated and assigned),
    }
    target = number(ticket.row.get("first_response_sla_seconds"))
    if target:
        waited = seconds(ticket.asked_at, instant(ticket.replies[0]["sent_at"])) if ticket.replies else None
        is_past = seconds(ticket.asked_at, center.as_of) > target
        parts["sla_met"] = int(waited is not None and waited <= target)
        parts["sla_due"] = int(waited is not None or is_past)
    if ticket.replies:
        parts["cohort_response_seconds"] = seconds(ticket.asked_at, instant(ticket.replies[0]["sent_at"]))
        parts["cohort_first_replied"] = 1
    yield Fact(created, ticket.scopes(), parts)


def reply_facts(center: Center, ticket: Ticket) -> Iterator[Fact]:
    """Yield the first reply, on its day and for the agent who gave it."""
    if ticket.replies:
        reply = ticket.replies[0]
        at = instant(reply["sent_at"])
        on = center.local_day(at, ticket.site_id)
        parts: Parts = {"first_response_seconds": seconds(ticket.asked_at, at), "tickets_first_replied": 1}
        yield Fact(on, ticket.scopes(center.of_agent(reply["agent_id"], on)), parts)


def turnaround_facts(center: Center, ticket: Ticket) -> Iterator[Fact]:
    """Yield every assignment that its assignee answered before the next one, on the day of the answer."""
    assigned = [row for row in ticket.events if row["event_type"] == "assigned"]
    for row, following in zip_longest(assigned, assigned[1:]):
        start = instant(row["event_at"])
        end = instant(following["event_at"]) if following else None
        for reply in ticket.messages:
            at = instant(reply["sent_at"])
            if is_reply(reply) and reply["agent_id"] == row["to_value"] and start <= at and (end is None or at < end):
                on = center.local_day(at, ticket.site_id)
                parts: Parts = {"turnaround_seconds": seconds(start, at), "assignments_replied": 1}
                yield Fact(on, ticket.scopes(center.of_agent(reply["agent_id"], on)), parts)
                break


def solution_facts(center: Center, ticket: Ticket) -> Iterator[Fact]:
    """Yield the first solution, which never moves, and the last one of a ticket that is closed now."""
    if not ticket.solves:
        return
    first, last = ticket.solves[0], ticket.solves[-1]
    on = center.local_day(first, ticket.site_id)
    yield Fact(
        on, ticket.scopes(), {"first_solution_seconds": seconds(ticket.asked_at, first), "tickets_first_solved": 1}
    )
    if not ticket.is_closed:
        return
    public = [row for row in ticket.messages if is_reply(row)]
    waits = seconds(ticket.asked_at, last)
    pending = Fraction(0)
    for (at, _, after), (following, _, _) in pairwise([*ticket.changes, (last, "", "")]):
        if after == "pending" and at < last:
            pending += seconds(at, min(following, last))
    parts: Parts = {
        "total_resolution_seconds": waits,
        "tickets_resolved": 1,
        "one_touch": int(len(public) == 1 and not ticket.was_reopened),
        "net_resolution_seconds": waits - pending,
        "last_reply_seconds": seconds(ticket.asked_at, instant(public[-1]["sent_at"])) if public else 0,
        "tickets_last_replied": int(bool(public)),
    }
    yield Fact(center.local_day(last, ticket.site_id), ticket.scopes(), parts)


def query_facts(center: Center, ticket: Ticket) -> Iterator[Fact]:
    """Yield every customer message that needs a reply, on its own day."""
    for row in ticket.messages:
        if row["direction"] != "inbound" or not flag(row.get("requires_reply", "true") or "true"):
            continue
        at = instant(row["sent_at"])
        on = center.local_day(at, ticket.site_id)
        answers = [instant(reply["sent_at"]) for reply in ticket.messages if is_reply(reply)]
        answered = min((answer for answer in answers if answer >= at), default=None)
        limit = timedelta(seconds=center.parameters.same_day_seconds)
        is_day_over = center.midnight(on + ONE_DAY, ticket.site_id) <= center.as_of
        parts: Parts = {
            "queries_in_time": int(answered is not None and answered - at <= limit),
            "queries_due": int(answered is not None or center.as_of - at > limit),
            "queries_replied": int(answered is not None),
            "queries_same_day": int(answered is not None and center.local_day(answered, ticket.site_id) == on),
            "queries_day_over": int(answered is not None or is_day_over),
        }
        yield Fact(on, ticket.scopes(), parts)


def backlog_facts(center: Center, ticket: Ticket) -> Iterator[Fact]:
    """Yield a ticket at every local midnight at which it was open."""
    on = center.local_day(instant(ticket.row["created_at"]), ticket.site_id)
    while on <= center.last_day:
        if ticket.is_open_at(center.midnight(on + ONE_DAY, ticket.site_id)):
            yield Fact(on, ticket.scopes(), {"last_open_tickets": 1})
        on += ONE_DAY
