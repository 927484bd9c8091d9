"""Handling: contacts handled, KPIs 16 to 18, from the legs in which an agent served the customer.

What a cell leaves empty was not recorded: it counts neither above nor below the line.
"""

from collections.abc import Iterator

from tests.reference.center import Center
from tests.reference.records import Row, flag, number
from tests.reference.sums import Definition, Fact, IntervalFact, Parts, Recorded

HANDLE = "talk_seconds + hold_seconds + acw_seconds"

TIMES = {"hold_time": "timed_with_hold", "after_contact_work": "timed_with_acw"}
TOLD = Recorded(of="handled_legs")
HANDLED = Recorded(of="handled_legs", by="complete_legs", parts=TIMES)

DEFINITIONS = [
    Definition("contacts_handled", "default", "handled_contacts"),
    Definition(
        "contacts_handled",
        "incl_outbound",
        "handled_contacts + outbound_contacts",
        recorded=Recorded(
            of="handled_contacts + outbound_contacts",
            by="handled_contacts + outbound_contacts",
            parts={"outbound": "handled_legs + outbound_legs"},
        ),
    ),
    Definition("contacts_handled", "handled_legs", "handled_legs"),
    Definition("average_handle_time", "default", HANDLE, "timed_legs", recorded=HANDLED),
    Definition(
        "average_handle_time",
        "per_contact",
        "whole_contact_seconds",
        "whole_contacts",
        recorded=Recorded(of="handled_contacts", parts=TIMES),
    ),
    Definition(
        "average_handle_time",
        "incl_outbound",
        f"{HANDLE} + outbound_handle_seconds",
        "timed_legs + timed_outbound",
        recorded=Recorded(
            of="handled_legs + outbound_legs",
            by="complete_legs + complete_outbound",
            parts=TIMES | {"outbound": "handled_legs + outbound_legs"},
        ),
    ),
    Definition(
        "average_handle_time",
        "excl_hold",
        "seconds_besides_hold",
        "timed_with_hold",
        recorded=Recorded(of="handled_legs", by="complete_legs", parts={"after_contact_work": "timed_with_acw"}),
    ),
    Definition(
        "average_after_contact_work_time",
        "default",
        "all_acw_seconds",
        "legs_with_acw",
        recorded=Recorded(of="handled_legs"),
    ),
    Definition(
        "average_after_contact_work_time",
        "share_of_handle_time",
        "acw_seconds",
        "handle_seconds_with_acw",
        100,
        Recorded(of="handled_legs", by="timed_with_acw"),
    ),
    Definition("transfer_rate", "default", "transferred_legs", "told_legs", 100, TOLD),
    Definition(
        "transfer_rate",
        "per_contact",
        "transferred_contacts",
        "told_contacts",
        100,
        Recorded(of="handled_contacts"),
    ),
    Definition("transfer_rate", "external_only", "transferred_external", "told_legs", 100, TOLD),
    Definition(
        "transfer_rate",
        "misroute_only",
        "transferred_past_triage",
        "told_legs_past_triage",
        100,
        Recorded(of="handled_legs_past_triage"),
    ),
]


def facts(center: Center) -> Iterator[Fact | IntervalFact]:
    """Yield one fact per leg in which an agent served the customer."""
    for contact in center.contacts.values():
        legs = center.handling_legs(contact["contact_id"])
        inbound = [leg for leg in legs if contact["direction"] == "inbound" and leg["leg_type"] != "outbound"]
        is_timed = all(leg["talk_seconds"] for leg in inbound)
        is_told = all(leg["transfer_out_type"] for leg in inbound)
        is_transferred = any(leg["transfer_out_type"] not in ("", "none") for leg in inbound)
        for leg in legs:
            on = center.leg_day(leg)
            scopes = {"channel": contact["channel"], "queue": leg.get("queue_id") or ""}
            scopes |= {"campaign": contact.get("campaign_id") or ""}
            scopes |= center.of_leg(leg)
            clock = center.leg_start(leg), center.leg_site(leg)
            if leg not in inbound:
                is_first = contact["direction"] == "outbound" and leg == legs[0]
                parts = outbound_parts(leg) | {"outbound_contacts": int(is_first)}
                yield Fact(on, scopes, parts)
                yield center.interval_fact("leg", *clock, scopes, parts)
                continue
            is_triage = bool(leg.get("queue_id")) and flag(center.queue(leg["queue_id"], on).get("is_triage"))
            parts = inbound_parts(leg, is_triage)
            is_first = leg == inbound[0]
            parts["handled_contacts"] = int(is_first)
            parts["whole_contacts"] = int(is_first and is_timed)
            parts["whole_contact_seconds"] = handle(leg) if is_timed else 0
            parts["told_contacts"] = int(is_first and is_told)
            parts["transferred_contacts"] = int(is_first and is_told and is_transferred)
            yield Fact(on, scopes, parts)
            yield center.interval_fact("leg", *clock, scopes, parts)


def handle(leg: Row) -> int:
    """Return the handle seconds of a leg, as far as they are recorded; 0 where the talk time is not."""
    if not leg["talk_seconds"]:
        return 0
    return sum(int(number(leg.get(name))) for name in ("talk_seconds", "hold_seconds", "acw_seconds"))


def inbound_parts(leg: Row, is_triage: bool) -> Parts:
    """Return what one handled inbound leg counts for by itself."""
    talk, hold, acw = (bool(leg.get(name)) for name in ("talk_seconds", "hold_seconds", "acw_seconds"))
    kind = leg["transfer_out_type"]
    transferred = kind not in ("", "none")
    seconds = {name: int(number(leg.get(name))) for name in ("talk_seconds", "hold_seconds", "acw_seconds")}
    return {
        "handled_legs": 1,
        "timed_legs": int(talk),
        "timed_with_hold": int(talk and hold),
        "timed_with_acw": int(talk and acw),
        "complete_legs": int(talk and hold and acw),
        "legs_with_acw": int(acw),
        "all_acw_seconds": seconds["acw_seconds"],
        **{name: amount if talk else 0 for name, amount in seconds.items()},
        "seconds_besides_hold": handle(leg) - seconds["hold_seconds"] if talk and hold else 0,
        "handle_seconds_with_acw": handle(leg) if acw else 0,
        "told_legs": int(bool(kind)),
        "transferred_legs": int(transferred),
        "transferred_external": int(kind == "external"),
        "handled_legs_past_triage": int(not is_triage),
        "told_legs_past_triage": int(bool(kind) and not is_triage),
        "transferred_past_triage": int(transferred and not is_triage),
    }


def outbound_parts(leg: Row) -> Parts:
    """Return what one connected outbound leg counts for by itself."""
    recorded = [bool(leg.get(name)) for name in ("talk_seconds", "hold_seconds", "acw_seconds")]
    return {
        "outbound_legs": 1,
        "timed_outbound": int(recorded[0]),
        "complete_outbound": int(all(recorded)),
        "outbound_handle_seconds": handle(leg),
    }
