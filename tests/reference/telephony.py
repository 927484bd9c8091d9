"""Demand and access: KPIs 1 to 15 but for handling, from queue entries, callbacks, sessions and trunks."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime, timedelta

from tests.reference.center import Center
from tests.reference.demand import middles, open_hours, peaks
from tests.reference.records import Row, flag, instant, number, seconds
from tests.reference.sums import (
    Definition,
    Fact,
    IntervalFact,
    Parts,
    PeriodFact,
    Recorded,
)

ENTERED = "answered + abandoned + callback_requested + voicemail"
WAITS = Recorded(of="over_entries", by="timed_entries")
JOURNEYS = Recorded(of="offered", by="timed_contacts")

DEFINITIONS = [
    Definition("contacts_offered", "default", "offered"),
    Definition("contacts_offered", "net_of_short_abandons", "timed_contacts - offered_short", recorded=JOURNEYS),
    Definition("contacts_offered", "queue_entries", "queue_entries"),
    Definition("contact_arrival_rate", "default", "offered", "open_hours"),
    Definition("contact_arrival_rate", "per_interval", "offered", "open_intervals"),
    Definition("peak_interval_contacts", "default", "max_offered"),
    Definition("peak_interval_contacts", "busy_hour", "max_offered_hour"),
    Definition("contacts_abandoned", "default", "abandoned", recorded=WAITS),
    Definition("contacts_abandoned", "incl_short", "abandoned + abandoned_short + abandoned_untimed"),
    Definition("blocked_contact_rate", "default", "blocked_attempts", "blocked_attempts + connected_attempts", 100),
    Definition("blocked_contact_rate", "all_trunks_busy_time_share", "busy_seconds", "trunk_seconds", 100),
    Definition("abandonment_rate", "default", "abandoned", ENTERED, 100, WAITS),
    Definition("abandonment_rate", "answered_plus_abandoned", "abandoned", "answered + abandoned", 100, WAITS),
    Definition(
        "abandonment_rate",
        "all_queue_entries_incl_short",
        "abandoned + abandoned_short + abandoned_untimed",
        "queue_entries",
        100,
    ),
    Definition("abandonment_rate", "offered_incl_flow_outs", "abandoned", f"{ENTERED} + overflow_out", 100, WAITS),
    Definition("service_level", "default", "answered_in_threshold", "answered + abandoned", 100, WAITS),
    Definition("service_level", "answered_only", "answered_in_threshold", "answered", 100, WAITS),
    Definition(
        "service_level",
        "all_abandons_penalise",
        "answered_in_threshold",
        "answered + abandoned + abandoned_short",
        100,
        WAITS,
    ),
    Definition(
        "service_level",
        "abandon_within_threshold_ignored",
        "answered_in_threshold",
        "answered + abandoned + abandoned_short - abandoned_in_threshold",
        100,
        WAITS,
    ),
    Definition(
        "service_level",
        "abandon_within_threshold_credited",
        "answered_in_threshold + abandoned_in_threshold",
        "answered + abandoned + abandoned_short",
        100,
        WAITS,
    ),
    Definition(
        "service_level",
        "short_abandons_credited",
        "answered_in_threshold + abandoned_short",
        "answered + abandoned + abandoned_short",
        100,
        WAITS,
    ),
    Definition("service_level", "include_flow_outs", "answered_in_threshold", f"{ENTERED} + overflow_out", 100, WAITS),
    Definition(
        "service_level",
        "removed_within_threshold_over_queued",
        "answered_in_threshold + abandoned_in_threshold + callback_in_threshold",
        "queue_entries - over_entries + timed_entries",
        100,
        WAITS,
    ),
    Definition(
        "service_level",
        "contact_cumulative_wait",
        "contact_in_threshold",
        "contact_answered_or_abandoned",
        100,
        JOURNEYS,
    ),
    Definition("average_speed_of_answer", "default", "wait_answered_seconds", "answered", recorded=WAITS),
    Definition(
        "average_speed_of_answer",
        "incl_callbacks",
        "wait_answered_beside_callbacks + callback_wait_seconds",
        "answered_beside_callbacks + callbacks_completed",
        recorded=Recorded(
            of="over_entries_beside_callbacks",
            by="timed_entries_beside_callbacks",
            parts={"queue_waits": "timed_entries_beside_callbacks"},
        ),
    ),
    Definition(
        "average_speed_of_answer",
        "cumulative",
        "contact_wait_answered_seconds",
        "contact_answered",
        recorded=JOURNEYS,
    ),
    Definition("average_queue_time", "default", "wait_all_seconds", "timed_entries", recorded=WAITS),
    Definition("average_speed_of_answer", "median", "max_median_wait", recorded=WAITS),
    Definition("average_speed_of_answer", "p90", "max_p90_wait", recorded=WAITS),
    Definition("average_queue_time", "per_contact", "contact_wait_seconds", "timed_contacts", recorded=JOURNEYS),
    Definition("longest_queue_wait", "default", "max_wait_seconds"),
    Definition("longest_queue_wait", "answered_only", "max_wait_answered_seconds"),
    Definition("average_time_to_abandon", "default", "wait_abandoned_seconds", "abandoned", recorded=WAITS),
    Definition(
        "average_time_to_abandon",
        "incl_short",
        "wait_abandoned_seconds + wait_abandoned_short_seconds",
        "abandoned + abandoned_short",
        recorded=WAITS,
    ),
    Definition("callback_success_rate", "default", "callbacks_completed", "callbacks_closed", 100),
    Definition("callback_success_rate", "within_promised_time", "callbacks_in_time", "callbacks_promised", 100),
    Definition("callback_success_rate", "take_rate", "callbacks_requested", "offered_beside_callbacks", 100),
    Definition("callback_success_rate", "average_callback_wait", "callback_wait_seconds", "callbacks_completed"),
    Definition(
        "self_service_share", "default", "sessions_no_agent", "sessions_no_agent + offered_beside_sessions", 100
    ),
    Definition("self_service_share", "sessions_over_contacts", "sessions_no_agent", "offered_beside_sessions", 100),
    Definition("self_service_containment_rate", "default", "sessions_contained", "sessions_started", 100),
    Definition("self_service_containment_rate", "raw_no_agent", "sessions_no_agent", "sessions_started", 100),
    Definition(
        "self_service_containment_rate",
        "no_agent_contact_within_24h",
        "sessions_contained_24h",
        "sessions_started",
        100,
    ),
]


def facts(center: Center) -> Iterator[Fact | PeriodFact | IntervalFact]:
    """Yield the facts of all subjects of this module."""
    first_callback = min((fact.day for fact in callback_facts(center)), default=date.max)
    first_session = min((fact.day for fact in session_facts(center)), default=date.max)
    for contact_id, contact in center.contacts.items():
        legs = center.legs.get(contact_id, [])
        if contact["direction"] == "inbound":
            entries = [leg for leg in legs if leg["leg_type"] == "queue"]
            for fact in queue_facts(center, contact, entries):
                yield fact
                if isinstance(fact, Fact):
                    yield Fact(fact.day, fact.scopes, beside(fact, first_callback, first_session))
    yield from peaks(center)
    yield from middles(center)
    yield from open_hours(center)
    yield from callback_facts(center)
    yield from session_facts(center)
    yield from trunk_facts(center)


def queue_facts(center: Center, contact: Row, entries: list[Row]) -> Iterator[Fact | IntervalFact]:
    """Yield one fact per queue entry of an inbound contact, and one for the contact over all its hops."""
    place = {"site": contact["site_id"], "channel": contact["channel"], "campaign": contact.get("campaign_id") or ""}
    for position, leg in enumerate(entries):
        on = center.leg_day(leg)
        promise = center.queue(leg["queue_id"], on)
        outcome = leg["queue_outcome"]
        is_over = outcome != "in_queue"
        so_far = 0 if center.is_lost(leg) else center.wait(leg)
        recorded = center.recorded_wait(leg) if is_over else None
        wait = recorded or 0
        in_threshold = recorded is not None and wait <= number(promise["service_level_threshold_seconds"])
        is_short = center.is_short(leg)
        kind = "abandoned_short" if is_short else outcome
        if is_over and recorded is None:
            kind = f"{outcome}_untimed"
        parts: Parts = {
            "queue_entries": 1,
            "offered": int(position == 0),
            "offered_short": int(position == 0 and is_short and journey(center, entries) is not None),
            kind: 1,
            "answered_in_threshold": int(outcome == "answered" and in_threshold),
            "abandoned_in_threshold": int(outcome == "abandoned" and in_threshold),
            "callback_in_threshold": int(outcome == "callback_requested" and in_threshold),
            "wait_all_seconds": wait,
            "over_entries": int(is_over),
            "timed_entries": int(recorded is not None),
            "max_wait_seconds": so_far,
            "max_wait_answered_seconds": wait if outcome == "answered" else 0,
            "wait_answered_seconds": wait if outcome == "answered" else 0,
            "wait_abandoned_seconds": wait if kind == "abandoned" else 0,
            "wait_abandoned_short_seconds": wait if is_short else 0,
        }
        scopes = place | {"queue": leg["queue_id"]}
        if leg["answered_at"]:
            scopes |= center.of_leg(leg)
        yield Fact(on, scopes, parts)
        yield center.interval_fact("leg", center.leg_start(leg), center.leg_site(leg), scopes, parts)
    if entries:
        first = entries[0]
        on = center.leg_day(first)
        promise = center.queue(first["queue_id"], on)
        waited = journey(center, entries)
        if waited is None:
            return
        answered = any(leg["queue_outcome"] == "answered" for leg in entries)
        gave_up = entries[-1]["queue_outcome"] == "abandoned" and waited >= number(promise["short_abandon_seconds"])
        within = answered and waited <= number(promise["service_level_threshold_seconds"])
        yield Fact(
            on,
            place | {"queue": first["queue_id"]},
            {
                "timed_contacts": 1,
                "contact_in_threshold": int(within),
                "contact_answered": int(answered),
                "contact_answered_or_abandoned": int(answered or gave_up),
                "contact_wait_answered_seconds": waited if answered else 0,
                "contact_wait_seconds": waited,
            },
        )


def journey(center: Center, entries: list[Row]) -> int | None:
    """Return the seconds that a contact waited in all its queues, none yet where it still waits; None where unknown."""
    waits = [center.recorded_wait(leg) for leg in entries if leg["queue_outcome"] != "in_queue"]
    known = [wait for wait in waits if wait is not None]
    return sum(known) if len(known) == len(waits) else None


def beside(fact: Fact, first_callback: date, first_session: date) -> Parts:
    """Return what is compared with callbacks and sessions: nothing before the first record of either."""
    parts: Parts = {}
    if fact.day >= first_callback:
        for name in ("offered", "answered", "wait_answered_seconds", "over_entries", "timed_entries"):
            parts[f"{name.removesuffix('_seconds')}_beside_callbacks"] = fact.parts.get(name, 0)
    if fact.day >= first_session:
        parts["offered_beside_sessions"] = fact.parts.get("offered", 0)
    return parts


def callback_facts(center: Center) -> Iterator[Fact]:
    """Yield one fact per requested callback, dated to the request."""
    for row in center.rows("callbacks"):
        contact = center.contacts.get(row["contact_id"])
        if contact is None:
            continue
        asked = instant(row["requested_at"])
        due = instant(row["due_at"]) if row.get("due_at") else None
        completed = row["status"] == "completed"
        connected = instant(row["connected_at"]) if row.get("connected_at") else None
        past_due = row["status"] == "pending" and due is not None and due < center.as_of
        parts: Parts = {
            "callbacks_requested": 1,
            "callbacks_completed": int(completed),
            "callbacks_closed": int(row["status"] in ("completed", "failed", "cancelled") or past_due),
            "callbacks_promised": int(due is not None and (row["status"] != "pending" or past_due)),
            "callbacks_in_time": int(completed and connected is not None and due is not None and connected <= due),
            "callback_wait_seconds": seconds(asked, connected) if completed and connected else 0,
        }
        scopes = {"site": contact["site_id"], "channel": contact["channel"], "queue": row["queue_id"]}
        yield Fact(center.local_day(asked, contact["site_id"]), scopes, parts)


def session_facts(center: Center) -> Iterator[Fact]:
    """Yield one fact per self-service session, dated to its start."""
    by_customer: dict[str, list[datetime]] = defaultdict(list)
    for contact_id, contact in center.contacts.items():
        if contact.get("customer_id") and center.is_handled(contact_id):
            by_customer[contact["customer_id"]].append(instant(contact["started_at"]))
    tests = {row["contact_id"] for row in center.rows("contacts")} - set(center.contacts)
    for row in center.rows("self_service_sessions"):
        if row.get("contact_id") in tests:
            continue
        contact_row = center.contacts.get(row.get("contact_id") or "")
        start = instant(row["started_at"])
        site_id = contact_row["site_id"] if contact_row else None
        no_agent = not flag(row["agent_requested"])
        contained = no_agent and flag(row["goal_completed"])
        came_back = any(
            start <= other <= start + timedelta(hours=24) for other in by_customer.get(row.get("customer_id") or "", [])
        )
        parts: Parts = {
            "sessions_started": 1,
            "sessions_no_agent": int(no_agent),
            "sessions_contained": int(contained),
            "sessions_contained_24h": int(contained and not came_back),
        }
        scopes = {"site": site_id, "channel": contact_row["channel"] if contact_row else ""}
        yield Fact(center.local_day(start, site_id), {name: of or "" for name, of in scopes.items()}, parts)


def trunk_facts(center: Center) -> Iterator[Fact | IntervalFact]:
    """Yield one fact per trunk group and interval."""
    for row in center.rows("trunk_intervals"):
        parts: Parts = {
            "blocked_attempts": number(row["blocked_attempts"]),
            "connected_attempts": number(row["connected_attempts"]),
            "busy_seconds": number(row.get("all_trunks_busy_seconds")),
            "trunk_seconds": number(row["interval_minutes"]) * 60 if row.get("all_trunks_busy_seconds") else 0,
        }
        at = instant(row["interval_start_at"])
        yield Fact(center.local_day(at, None), {}, parts)
        yield center.interval_fact("trunk", at, None, {}, parts)
