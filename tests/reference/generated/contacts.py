"""Queues, opening hours, contacts and their legs, callbacks, menus, trunks and forecasts."""

from datetime import date, datetime, timedelta

from tests.reference.generated.builder import Builder
from tests.reference.generated.staff import roster
from tests.reference.records import Row, instant

WAITS = (0, 1, 4, 5, 6, 19, 20, 21, 59, 60, 61, 90, 1200, 4000)
REASONS = ("BILL", "ORDER", "CANCEL")
OPTIONAL = (
    "queue_id",
    "queued_at",
    "dequeued_at",
    "queue_outcome",
    "agent_id",
    "answered_at",
    "talk_seconds",
    "hold_seconds",
    "acw_seconds",
)
LEFT_OUT = ("dequeued_at", "talk_seconds", "hold_seconds", "acw_seconds", "transfer_out_type")
"""Columns that a system may not record although the leg has them."""


def build(builder: Builder) -> None:
    """Add everything about contacts."""
    queues(builder)
    for reason in REASONS:
        builder.add(
            "contact_reasons", contact_reason_id=f"{builder.name}-{reason}", reason_name=reason, parent_reason_id="",
            is_sales_eligible=reason == "ORDER", is_retention=reason == "CANCEL",
        )  # fmt: skip
    for _ in range(builder.plan.contacts):
        contact(builder)
    follow_ups(builder)
    menus(builder)
    trunks(builder)
    forecasts(builder)


def queues(builder: Builder) -> None:
    """Add two voice queues, one of which changes its promise, and a chat queue; the second belongs to site two."""
    for number, channel, site, limit in ((1, "voice", 0, 20), (2, "voice", 1, 20), (3, "chat", 0, 60)):
        queue_id = f"{builder.name}-Q{number}"
        versions: list[tuple[date | None, int, int]] = [(None, limit, 5)]
        if number == 1:
            versions = [(date(2020, 1, 1), limit, 5), (builder.day(), 60, builder.random.choice((0, 5, 20)))]
        for valid_from, threshold, short in versions:
            builder.add(
                "queues", queue_id=queue_id, queue_name=queue_id, channel=channel, site_id=builder.sites[site],
                service_level_threshold_seconds=threshold, short_abandon_seconds=short, valid_from=valid_from,
            )  # fmt: skip
        for on in sorted({builder.day(), builder.clock_change(), builder.day()}):
            opened = builder.local(builder.sites[site], on, builder.random.choice((0, 8)))
            for _ in range(builder.random.choice((1, 1, 2))):
                closed = opened + timedelta(hours=builder.random.choice((2, 3)))
                builder.add("operating_hours", queue_id=queue_id, local_date=on, open_at=opened, close_at=closed)
                opened = closed + timedelta(hours=1)


def queue_of(builder: Builder, channel: str, before: str = "") -> str:
    """Return a queue of a channel; from the second voice queue, at the other site, no contact goes to the first."""
    if channel == "chat":
        return f"{builder.name}-Q3"
    return before if before.endswith("Q2") else f"{builder.name}-Q{builder.random.choice((1, 1, 2))}"


class Legs:
    """The legs of one contact, one after the other."""

    def __init__(self, builder: Builder, contact_id: str, at: datetime) -> None:
        """Begin without a leg."""
        self.builder = builder
        self.contact_id = contact_id
        self.at = at
        self.number = 0

    def add(self, **cells: str | int | datetime | None) -> None:
        """Add the next leg."""
        self.number += 1
        empty = dict.fromkeys(OPTIONAL)
        row = {"segment_id": f"{self.contact_id}-{self.number}", "contact_id": self.contact_id}
        row |= {"segment_seq": str(self.number)}
        filled = empty | {"transfer_out_type": "none", "ended_by": "customer"} | cells
        for column in LEFT_OUT:
            filled[column] = self.builder.recorded(column, filled[column])
        self.builder.add("contact_segments", **row, **filled)

    def served(self) -> dict[str, str | int | datetime | None]:
        """Return the cells of a service that begins now, and move on to its end."""
        chosen = self.builder.random
        talk, hold = chosen.choice((1, 60, 300, chosen.randrange(1, 900))), chosen.choice((0, 0, 30))
        agent_id = chosen.choice(roster(self.builder))[0]
        answered = self.at
        self.at += timedelta(seconds=talk + hold)
        acw = chosen.choice((0, 20, None, 100))
        return {
            "agent_id": agent_id, "answered_at": answered, "talk_seconds": talk, "hold_seconds": hold,
            "acw_seconds": acw,
        }  # fmt: skip

    def queue(self, queue_id: str, outcome: str, transfer: str = "none") -> None:
        """Wait in a queue until an outcome; an answered entry is served."""
        entered = self.at
        self.at += timedelta(seconds=self.builder.random.choice(WAITS))
        waited: dict[str, str | int | datetime | None] = {
            "leg_type": "queue", "queue_id": queue_id, "queued_at": entered, "dequeued_at": self.at,
            "queue_outcome": outcome, "transfer_out_type": transfer,
        }  # fmt: skip
        self.add(**waited, **(self.served() if outcome == "answered" else {}))

    def other(self, leg_type: str, queue_id: str | None = None) -> None:
        """Add a leg that did not wait: direct, callback, outbound or consult."""
        self.add(leg_type=leg_type, queue_id=queue_id, **self.served())


def contact(builder: Builder, at: datetime | None = None, like: Row | None = None) -> None:
    """Add one contact with its legs, possibly about the same matter as another one."""
    chosen = builder.random
    channel = "chat" if builder.chance(0.25) else "voice"
    queue_id = queue_of(builder, channel)
    site_id = builder.sites[queue_id.endswith("Q2")]
    start = at or builder.moment(site_id)
    kind = builder.weighted(
        answered=10, abandoned=5, overflow=3, transfer=4, consult=2, callback=3, voicemail=1, dropped=1, direct=1,
        outbound=2, internal=1, test=1, external=1, waiting=1,
    )  # fmt: skip
    contact_id = builder.id("K")
    legs = Legs(builder, contact_id, start)
    ended = True
    if kind == "waiting":
        start = builder.season.as_of - timedelta(seconds=chosen.choice((3, 300, 7200)))
        legs.add(leg_type="queue", queue_id=queue_id, queued_at=start, queue_outcome="in_queue")
        ended = False
    else:
        walk(builder, legs, kind, queue_id, channel)
    direction = kind if kind in ("outbound", "internal") else "inbound"
    resolved = builder.recorded("is_resolved", chosen.choice((True, True, False, None)))
    if like is not None:
        customer, reason = like["customer_id"], like["contact_reason_id"]
    else:
        known = f"{builder.name}-C{chosen.randrange(1, 6)}" if builder.chance(0.85) else ""
        customer = str(builder.recorded("customer_id", known) or "")
        cause = f"{builder.name}-{chosen.choice(REASONS)}" if builder.chance(0.9) else ""
        reason = str(builder.recorded("contact_reason_id", cause) or "")
    sentiment = chosen.choice((None, None, "-0.5", "0", "0.25", "1"))
    end = legs.at + timedelta(seconds=chosen.choice((0, 0, 5)))
    is_ended = ended and end < builder.season.as_of
    builder.add(
        "contacts", contact_id=contact_id, channel=channel, direction=direction, initiation_method="inbound",
        customer_id=customer, site_id=site_id, contact_reason_id=reason, campaign_id="",
        started_at=start - timedelta(seconds=chosen.choice((0, 0, 0, 25))) if kind != "waiting" else start,
        ended_at=end if is_ended else None, is_resolved=resolved, sentiment_score=sentiment,
        sentiment_model_version=chosen.choice(("m1", "m2")) if sentiment else "", is_test=kind == "test",
        last_updated_at=end + timedelta(seconds=5),
    )  # fmt: skip


def walk(builder: Builder, legs: Legs, kind: str, queue_id: str, channel: str) -> None:
    """Add the legs of a kind of contact."""
    chosen = builder.random
    simple = {"abandoned": "abandoned", "voicemail": "voicemail", "dropped": "system_disconnect"}
    if kind in simple:
        legs.queue(queue_id, simple[kind])
    elif kind == "overflow":
        legs.queue(queue_id, "overflow_out")
        legs.queue(queue_of(builder, channel, queue_id), chosen.choice(("answered", "answered", "abandoned")))
    elif kind == "transfer":
        legs.queue(queue_id, "answered", chosen.choice(("blind", "consult")))
        legs.queue(queue_of(builder, channel, queue_id), chosen.choice(("answered", "answered", "abandoned")))
    elif kind == "external":
        legs.queue(queue_id, "answered", "external")
    elif kind == "consult":
        legs.queue(queue_id, "answered")
        legs.other("consult")
    elif kind == "callback":
        legs.queue(queue_id, "callback_requested")
        callback(builder, legs, queue_id)
    elif kind in ("direct", "outbound", "internal"):
        legs.other("outbound" if kind == "outbound" else "direct")
    else:
        legs.queue(queue_id, "answered")


def callback(builder: Builder, legs: Legs, queue_id: str) -> None:
    """Add a callback, connected, failed, cancelled, pending or past due."""
    chosen = builder.random
    asked = legs.at
    status = builder.weighted(completed=4, failed=1, cancelled=1, pending=2)
    due = builder.later(asked, 600, 86400) if builder.chance(0.8) else None
    connected = None
    if status == "completed":
        legs.at = connected = builder.later(asked, 0, 599, 600, 601, 7200)
        legs.other("callback", queue_id)
    builder.add(
        "callbacks", callback_id=builder.id("CB"), contact_id=legs.contact_id, queue_id=queue_id, requested_at=asked,
        due_at=due, attempts=chosen.choice((0, 1, 3)), connected_at=connected, status=status,
    )  # fmt: skip


def follow_ups(builder: Builder) -> None:
    """Add contacts of the same customer about the same matter, on and around the ends of windows."""
    week = 7 * 86400
    for first in list(builder.rows["contacts"]):
        if first["ended_at"] and first["customer_id"] and builder.chance(0.3):
            at = builder.later(instant(first["ended_at"]), 1, 3600, 86399, 86401, 2 * 86400, week - 1, week + 1, -20)
            if at < builder.season.as_of - timedelta(hours=3):
                contact(builder, at, first)


def menus(builder: Builder) -> None:
    """Add sessions of the menu: some lead to a contact, some end in it, some are given up."""
    for row in builder.rows["contacts"]:
        if row["direction"] == "inbound" and builder.chance(0.5):
            builder.add(
                "self_service_sessions", session_id=builder.id("I"), session_type="ivr", contact_id=row["contact_id"],
                customer_id=row["customer_id"], started_at=row["started_at"], ended_at=None, goal="",
                goal_completed=False, agent_requested=True, exit_type="agent_transfer",
            )  # fmt: skip
    for _ in range(builder.random.randrange(1, 6)):
        exit_type = builder.weighted(completed=3, customer_hangup=2, timeout=1, error=1)
        builder.add(
            "self_service_sessions", session_id=builder.id("I"), session_type="bot", contact_id="",
            customer_id=f"{builder.name}-C{builder.random.randrange(1, 6)}" if builder.chance(0.8) else "",
            started_at=builder.moment(builder.sites[0]), ended_at=None, goal="", agent_requested=False,
            goal_completed=exit_type == "completed", exit_type=exit_type,
        )  # fmt: skip


def trunks(builder: Builder) -> None:
    """Add a trunk group for some intervals."""
    start = builder.local(builder.sites[0], builder.clock_change(), 0)
    for number in range(4):
        builder.add(
            "trunk_intervals", trunk_group_id=f"{builder.name}-TG",
            interval_start_at=start + timedelta(minutes=30 * number), interval_minutes=30,
            connected_attempts=builder.random.choice((0, 0, 17)), blocked_attempts=builder.random.choice((0, 0, 3)),
            all_trunks_busy_seconds=builder.random.choice((0, 90, 1800)),
        )  # fmt: skip


def forecasts(builder: Builder) -> None:
    """Add a baseline and a later forecast for some queues and days, in intervals with and without contacts."""
    for number in (1, 3):
        queue_id = f"{builder.name}-Q{number}"
        entries = [row for row in builder.rows["contact_segments"] if row["queue_id"] == queue_id and row["queued_at"]]
        starts: set[datetime] = set()
        for row in entries[:6]:
            at = instant(row["queued_at"])
            local = at.astimezone(builder.zone(builder.sites[0]))
            start = at - timedelta(minutes=local.minute % 30, seconds=local.second)
            starts |= {start, start + timedelta(minutes=30)}
        for start in sorted(starts):
            for version, baseline in (("v1", True), ("v2", False)):
                builder.add(
                    "forecasts", forecast_version=version, is_baseline=baseline, queue_id=queue_id,
                    interval_start_at=start, interval_minutes=30,
                    forecast_contacts=builder.random.choice(("0", "0.5", "1", "3")), forecast_aht_seconds="240",
                )  # fmt: skip
