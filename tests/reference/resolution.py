"""Resolution: KPIs 28, 31, the disposition variant of 32, and 39, from contacts of the same customer."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime, timedelta

from tests.reference.center import Center
from tests.reference.records import Row, flag, instant, number
from tests.reference.sums import PERIODS, Definition, Fact, Parts, PeriodFact, Recorded, period_start, scope_keys

WINDOWS = (1, 3, 14, 30)

IDENTIFIED = Recorded(of="handled", by="identified")
HANDLED = Recorded(of="handled")
ATTEMPTS = Recorded(of="attempts")

DEFINITIONS = [
    Definition("first_contact_resolution_rate", "default", "fcr_success", "fcr_observable", 100, IDENTIFIED),
    Definition("first_contact_resolution_rate", "any_reason", "any_success", "any_observable", 100, IDENTIFIED),
    Definition(
        "first_contact_resolution_rate",
        "no_transfer",
        "no_transfer_success",
        "told_observable",
        100,
        Recorded(of="handled", by="told_identified"),
    ),
    Definition(
        "first_contact_resolution_rate",
        "voice_only",
        "voice_success",
        "voice_observable",
        100,
        Recorded(of="voice_handled", by="voice_identified"),
    ),
    *(
        Definition(
            "first_contact_resolution_rate",
            f"window_{window}d",
            f"window_{window}d_success",
            f"window_{window}d_observable",
            100,
            IDENTIFIED,
        )
        for window in WINDOWS
    ),
    Definition("repeat_contact_rate", "default", "repeat_contacts", "repeat_eligible", 100, ATTEMPTS),
    Definition("repeat_contact_rate", "any_reason", "repeat_any", "repeat_eligible", 100, ATTEMPTS),
    Definition("repeat_contact_rate", "window_30d", "repeat_30d", "repeat_eligible", 100, ATTEMPTS),
    Definition("contact_resolution_rate", "agent_disposition", "disposed_resolved", "disposed", 100, HANDLED),
    Definition(
        "average_sentiment_score", "default", "sentiment_sum", "sentiment_contacts", squares="sentiment_squares"
    ),
    Definition(
        "average_sentiment_score",
        "net_sentiment",
        "sentiment_positive - sentiment_negative",
        "sentiment_contacts",
        100,
        squares="sentiment_positive + sentiment_negative",
    ),
]


class History:
    """The inbound contacts of every customer, as far as they are known."""

    def __init__(self, center: Center, channel: str | None = None) -> None:
        """Sort all inbound contacts of known customers by customer; with a channel, as if there were no other."""
        self.center = center
        self.channel = channel
        self.by_customer: dict[str, list[Row]] = defaultdict(list)
        for row in center.contacts.values():
            if row["direction"] == "inbound" and row.get("customer_id"):
                self.by_customer[row["customer_id"]].append(row)

    def others(self, contact: Row, any_reason: bool) -> list[Row]:
        """Return the other contacts of the customer, for the same reason or for any, on the channel looked at."""
        return [
            row
            for row in self.by_customer[contact["customer_id"]]
            if row is not contact
            and (any_reason or row.get("contact_reason_id") == contact["contact_reason_id"])
            and self.channel in (None, row["channel"])
        ]

    def is_short(self, contact: Row) -> bool:
        """Whether a contact was no attempt worth the name: nobody served it, and every wait was a short abandon."""
        entries = [leg for leg in self.center.legs.get(contact["contact_id"], []) if leg["leg_type"] == "queue"]
        return not self.center.is_handled(contact["contact_id"]) and all(self.center.is_short(leg) for leg in entries)

    def is_attempt(self, contact: Row) -> bool:
        """Whether a contact was handled, or waited in a queue for longer than a short abandon."""
        entries = [leg for leg in self.center.legs.get(contact["contact_id"], []) if leg["leg_type"] == "queue"]
        return self.center.is_handled(contact["contact_id"]) or not all(self.center.is_short(leg) for leg in entries)

    def follows_handled(self, contact: Row, days: int, any_reason: bool) -> bool:
        """Whether a handled contact of the customer began before and ended at most so many days before."""
        start = instant(contact["started_at"])
        return any(
            self.center.is_handled(row["contact_id"])
            and order(row) < order(contact)
            and start - end_of(row, self.center) <= timedelta(days=days)
            for row in self.others(contact, any_reason)
        )

    def came_again(self, contact: Row, days: int, any_reason: bool) -> bool:
        """Whether the customer tried again, not shortly, within so many days after the contact ended."""
        limit = end_of(contact, self.center) + timedelta(days=days)
        return any(
            order(row) > order(contact) and instant(row["started_at"]) <= limit and not self.is_short(row)
            for row in self.others(contact, any_reason)
        )


def order(contact: Row) -> tuple[datetime, str]:
    """Return what sorts contacts: their beginning, then their id."""
    return instant(contact["started_at"]), contact["contact_id"]


def end_of(contact: Row, center: Center) -> datetime:
    """Return the end of a contact, as-of while it lasts."""
    return instant(contact["ended_at"]) if contact.get("ended_at") else center.as_of


def facts(center: Center) -> Iterator[Fact | PeriodFact]:
    """Yield the facts of all contacts."""
    history, voice = History(center), History(center, "voice")
    yield from sentiment_facts(center)
    for contact in center.contacts.values():
        on = center.contact_day(contact)
        if contact["direction"] != "inbound":
            continue
        handling = center.inbound_handling_legs(contact["contact_id"])
        scopes = of_first(center, contact)
        identified = bool(handling and contact.get("customer_id") and contact.get("contact_reason_id"))
        is_voice = contact["channel"] == "voice"
        told = all(leg["transfer_out_type"] for leg in handling)
        counted: Parts = {
            "handled": int(bool(handling)),
            "voice_handled": int(bool(handling) and is_voice),
            "identified": int(identified),
            "voice_identified": int(identified and is_voice),
            "told_identified": int(identified and told),
            "attempts": int(history.is_attempt(contact)),
        }
        yield Fact(on, scopes, counted)
        if handling and contact.get("is_resolved"):
            yield Fact(on, scopes, {"disposed": 1, "disposed_resolved": int(flag(contact["is_resolved"]))})
        if contact.get("customer_id"):
            parts = repeat_parts(history, contact) | first_contact_parts(history, contact, handling)
            if contact["channel"] == "voice":
                alone = first_contact_parts(voice, contact, handling)
                parts |= {name.replace("fcr_", "voice_"): part for name, part in alone.items() if "fcr_" in name}
            yield Fact(on, scopes, parts)


def sentiment_facts(center: Center) -> Iterator[PeriodFact]:
    """Yield sentiment by period and scope, as the model scored it that scored the period's last contact."""
    scored: dict[tuple[str, date], list[Row]] = defaultdict(list)
    for contact in center.contacts.values():
        if contact.get("sentiment_score"):
            for period_type in PERIODS:
                scored[(period_type, period_start(period_type, center.contact_day(contact)))].append(contact)
    for (period_type, start), contacts in scored.items():
        newest = max((center.contact_day(row), model_of(row)) for row in contacts)[1]
        for contact in contacts:
            if model_of(contact) == newest:
                score = number(contact["sentiment_score"])
                parts: Parts = {
                    "sentiment_sum": score,
                    "sentiment_squares": score**2,
                    "sentiment_contacts": 1,
                    "sentiment_positive": int(score > 0),
                    "sentiment_negative": int(score < 0),
                }
                for scope in scope_keys(of_first(center, contact)):
                    yield PeriodFact(period_type, start, scope, parts)


def model_of(contact: Row) -> str:
    """Return the version of the model that scored a contact."""
    return contact.get("sentiment_model_version") or "unknown"


def of_first(center: Center, contact: Row) -> dict[str, str]:
    """Return the scopes of a contact: its first queue, and agent and team who handled it first."""
    queues = [leg["queue_id"] for leg in center.legs.get(contact["contact_id"], []) if leg.get("queue_id")]
    return center.credit(contact, 0) | {"queue": queues[0] if queues else ""}


def repeat_parts(history: History, contact: Row) -> Parts:
    """Return whether a contact can be a repetition, and is one."""
    if history.is_short(contact) or not contact.get("contact_reason_id"):
        return {}
    window = history.center.parameters.fcr_window_days
    return {
        "repeat_eligible": 1,
        "repeat_contacts": int(history.follows_handled(contact, window, any_reason=False)),
        "repeat_any": int(history.follows_handled(contact, window, any_reason=True)),
        "repeat_30d": int(history.follows_handled(contact, 30, any_reason=False)),
    }


def first_contact_parts(history: History, contact: Row, handling: list[Row]) -> Parts:
    """Return whether a handled contact was the first about its matter, can be judged, and stayed the only one."""
    if not handling or not contact.get("contact_reason_id"):
        return {}
    parts: Parts = {}
    window = history.center.parameters.fcr_window_days

    def judge(name: str, days: int, any_reason: bool = False) -> bool:
        if history.follows_handled(contact, days, any_reason):
            return False
        if end_of(contact, history.center) + timedelta(days=days) > history.center.as_of:
            return False
        resolved = not history.came_again(contact, days, any_reason)
        parts[f"{name}_observable"] = 1
        parts[f"{name}_success"] = int(resolved)
        return resolved

    resolved = judge("fcr", window)
    judge("any", window, any_reason=True)
    for days in WINDOWS:
        judge(f"window_{days}d", days)
    if all(leg["transfer_out_type"] for leg in handling):
        transferred = any(leg["transfer_out_type"] != "none" for leg in handling)
        parts["no_transfer_success"] = int(resolved and not transferred)
        parts["told_observable"] = parts.get("fcr_observable", 0)
    return parts
