"""Tickets with their histories: where they are at home, what was asked and answered, when they were open."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime

from tests.reference.center import UNKNOWN, Center
from tests.reference.records import Row, flag, instant, number
from tests.reference.spans import Span

CLOSED = ("solved", "closed")


@dataclass
class Change:
    """A change of status; ``closes`` and ``reopens`` say whether being open changed."""

    at: datetime
    status: str
    closes: bool
    reopens: bool
    is_merge: bool
    actor: str


@dataclass
class Ticket:
    """A ticket with its history in order, up to as-of."""

    center: Center
    row: Row
    events: list[Row]
    messages: list[Row]

    def __post_init__(self) -> None:
        """Find out where the ticket is at home, and in which states it was."""
        self.created_at = instant(self.row["created_at"])
        self.changes = self._changes()
        self.site_id, self.team_id = self._home()

    # -- home -------------------------------------------------------------------------------------------------------

    def _home(self) -> tuple[str, str]:
        """Return site and team: of the first assignee, else of who replied first; else the site of its contact.

        Until the site is known there is no local date, and the UTC date stands in.
        """
        assigned = [row for row in self.events if row["event_type"] == "assigned"]
        people = [(row["to_value"], instant(row["event_at"])) for row in assigned[:1]]
        people += [(row["agent_id"], instant(row["sent_at"])) for row in self.replies[:1]]
        sites = [self.center.of_agent(agent_id, at.date())["site"] for agent_id, at in people]
        site_id = next((site_id for site_id in sites if site_id != UNKNOWN), None)
        contact = self.center.contacts.get(self.row.get("contact_id") or "")
        self.site_id = site_id or (contact["site_id"] if contact else UNKNOWN)
        teams = [self.of(agent_id, at)["team"] for agent_id, at in people]
        return self.site_id, next((team_id for team_id in teams if team_id != UNKNOWN), UNKNOWN)

    def of(self, agent_id: str, at: datetime) -> dict[str, str]:
        """Return agent, team and site of somebody at an instant, by the local date at the ticket's site."""
        return self.center.of_agent(agent_id, self.day(at))

    @property
    def replier(self) -> dict[str, str]:
        """The agent who replied first."""
        return {"agent": self.of(self.replies[0]["agent_id"], instant(self.replies[0]["sent_at"]))["agent"]}

    @property
    def solver(self) -> dict[str, str]:
        """The agent who solved it last; empty while it is open, and where no agent did."""
        if not self.last_solved_at:
            return {}
        last = [change for change in self.changes if change.closes and not change.is_merge][-1]
        solver = self.of(last.actor, self.last_solved_at)
        return {"agent": solver["agent"]} if solver else {}

    def scopes(self, agent: dict[str, str] | None = None) -> dict[str, str]:
        """Return the scopes of the ticket, or those of somebody's work on it."""
        found = {"channel": self.row["channel"], "site": self.site_id, "team": self.team_id}
        return found | {name: of for name, of in (agent or {}).items() if name != "site"}

    def day(self, at: datetime) -> date:
        """Return the business date of an instant, at the ticket's site."""
        return self.center.local_day(at, self.site_id)

    # -- words ------------------------------------------------------------------------------------------------------

    @property
    def asked_at(self) -> datetime:
        """The first inbound message, or the creation of a ticket without one."""
        inbound = [row for row in self.messages if row["direction"] == "inbound"]
        return instant(inbound[0]["sent_at"]) if inbound else self.created_at

    @property
    def began_at(self) -> datetime:
        """When the matter began: when it was asked, unless somebody wrote only after the solution."""
        solved = self.first_solved_at
        return self.created_at if solved and self.asked_at > solved else self.asked_at

    @property
    def answers(self) -> list[Row]:
        """Public messages of people, no automatic ones; the one with which an agent opened the ticket is none."""
        human = [
            row
            for row in self.messages
            if row["author_type"] in ("customer", "agent") and not flag(row["is_automated"])
        ]
        by_agent = any(row["event_type"] == "created" and row["actor_type"] == "agent" for row in self.events)
        opening = human[0] if human and by_agent and human[0]["author_type"] == "agent" else None
        return [row for row in self.messages if is_reply(row) and row is not opening]

    @property
    def replies(self) -> list[Row]:
        """Answers since the customer asked."""
        return [row for row in self.answers if instant(row["sent_at"]) >= self.asked_at]

    @property
    def replied_at(self) -> datetime | None:
        """The first reply."""
        return instant(self.replies[0]["sent_at"]) if self.replies else None

    # -- states -----------------------------------------------------------------------------------------------------

    def _changes(self) -> list[Change]:
        found: list[Change] = []
        before = "new"
        for row in self.events:
            if row["event_type"] not in ("status_changed", "merged"):
                continue
            status = "closed" if row["event_type"] == "merged" else row["to_value"]
            found.append(
                Change(
                    instant(row["event_at"]),
                    status,
                    closes=status in CLOSED and before not in CLOSED,
                    reopens=status not in CLOSED and before in CLOSED,
                    is_merge=row["event_type"] == "merged",
                    actor=(row.get("actor_id") or "") if row["actor_type"] == "agent" else "",
                )
            )
            before = status
        return found

    @property
    def is_merged(self) -> bool:
        """Whether it went up in another ticket."""
        return any(change.is_merge for change in self.changes)

    @property
    def first_solved_at(self) -> datetime | None:
        """The first solution; of a ticket that never was solved, its closing."""
        solved = [change.at for change in self.changes if change.closes and change.status == "solved"]
        closed = [change.at for change in self.changes if change.closes and not change.is_merge]
        return min(solved or closed, default=None)

    @property
    def last_solved_at(self) -> datetime | None:
        """The last solution of a ticket that is solved or closed now, and was not merged."""
        is_closed = bool(self.changes) and self.changes[-1].status in CLOSED
        closed = [change.at for change in self.changes if change.closes and not change.is_merge]
        return max(closed, default=None) if is_closed and not self.is_merged else None

    @property
    def was_reopened(self) -> bool:
        """Whether it ever went from solved or closed back to open."""
        return any(change.reopens for change in self.changes)

    @property
    def pending(self) -> list[Span]:
        """Spans in which the ticket waited for its customer."""
        following = [change.at for change in self.changes[1:]] + [self.center.as_of]
        return [
            (change.at, end) for change, end in zip(self.changes, following, strict=True) if change.status == "pending"
        ]

    def is_open_at(self, at: datetime) -> bool:
        """Whether the ticket existed and was neither solved nor closed just before an instant."""
        status = "new"
        for change in self.changes:
            if change.at < at:
                status = change.status
        return self.created_at < at and status not in CLOSED

    # -- promises ---------------------------------------------------------------------------------------------------

    def target(self, promise: str, kept_at: datetime | None) -> int | None:
        """Return the promised seconds: what was promised last before it was kept, else the ticket's own."""
        applied = [
            row
            for row in self.events
            if row["event_type"] == "sla_applied" and ("resolution" in row["to_value"]) == (promise == "resolution")
        ]
        in_time = [row for row in applied if kept_at is None or instant(row["event_at"]) <= kept_at]
        if applied:
            return int((in_time[-1] if in_time else applied[0])["to_value"].split(":")[-1])
        own = number(self.row.get("first_response_sla_seconds"))
        return int(own) if own and promise == "first_response" else None


def is_reply(row: Row) -> bool:
    """Whether a message is a public answer by a person."""
    return (
        row["direction"] == "outbound"
        and row["author_type"] == "agent"
        and flag(row["is_public"])
        and not flag(row["is_automated"])
    )


def tickets(center: Center) -> list[Ticket]:
    """Return the tickets that are not deleted, neither by themselves nor by an event."""
    events: dict[str, list[Row]] = defaultdict(list)
    messages: dict[str, list[Row]] = defaultdict(list)
    for row in center.rows("ticket_events"):
        events[row["ticket_id"]].append(row)
    for row in center.rows("ticket_messages"):
        messages[row["ticket_id"]].append(row)
    return [
        Ticket(
            center,
            row,
            sorted(events[row["ticket_id"]], key=lambda event: in_order(event["event_at"], event["event_id"])),
            sorted(messages[row["ticket_id"]], key=lambda message: in_order(message["sent_at"], message["message_id"])),
        )
        for row in center.rows("tickets")
        if not flag(row.get("is_deleted"))
        and not any(event["event_type"] == "deleted" for event in events[row["ticket_id"]])
    ]


def in_order(at: str, record_id: str) -> tuple[datetime, int, str]:
    """Return what sorts records of a ticket: by instant, then E9 before E10."""
    return instant(at).astimezone(UTC), len(record_id), record_id
