"""A contact center as delivered, its parameters, an as-of instant, and look-ups that several subjects share."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from zoneinfo import ZoneInfo

from tests.reference.records import Row, day, flag, instant, number, read_entity
from tests.reference.spans import Span
from tests.reference.sums import IntervalFact, Parts

ONE_DAY = timedelta(days=1)
UNKNOWN = "unknown"
"""The member of every scope to which references to nobody belong."""


@dataclass(frozen=True)
class Parameters:
    """The catalogue's parameters (section 3.3) with its defaults."""

    reporting_time_zone: str = "UTC"
    reporting_currency: str = "EUR"
    interval_minutes: int = 30
    short_abandon_seconds: int = 5
    fcr_window_days: int = 7
    survey_response_window_days: int = 14
    csat_top: int = 4
    csat_bottom: int = 2
    effort_easy_min: int = 5
    effort_difficult_max: int = 3
    same_day_seconds: int = 86400
    qa_pass_mark_pct: int = 85
    qa_min_evaluations: int = 3
    calibration_tolerance_points: int = 5
    order_attribution_days: int = 7
    save_confirm_days: int = 30
    annualisation_days: int = 365
    staffing_tolerance_pct: int = 10
    inactive_days_non_contract: int = 90
    retention_cohort_months: int = 3
    net_easy_easy_min: int = 5
    net_easy_difficult_max: int = 2
    employee_survey_minimum: int = 5
    late_data_rebuild_days: int = 8
    sample_min_cases: int = 30
    survey_min_responses: int = 5


@dataclass
class Center:
    """What was delivered to a landing folder, known up to ``as_of`` (UTC, exclusive)."""

    folder: Path
    as_of: datetime
    parameters: Parameters = field(default_factory=Parameters)
    _read: dict[str, list[Row]] = field(default_factory=dict)

    def rows(self, entity: str) -> list[Row]:
        """Return the records of an entity; an empty list if nothing was delivered."""
        if entity not in self._read:
            self._read[entity] = read_entity(self.folder, entity)
        return self._read[entity]

    def delivered(self, entity: str) -> bool:
        """Whether the source of an entity delivered anything."""
        return bool(self.rows(entity))

    @property
    def last_day(self) -> date:
        """The last day that is over where no site is known: in the operator's zone."""
        return self.last_day_at(None)

    def last_day_at(self, site_id: str | None) -> date:
        """Return the last day that is over at a site."""
        return self.local_day(self.as_of, site_id) - ONE_DAY

    def last_day_of(self, agent_id: str, on: date) -> date:
        """Return the last day that is over at the site of an agent on a day."""
        row = self.assignment(agent_id, on)
        return self.last_day_at(row["site_id"] if row else None)

    # -- places and people ------------------------------------------------------------------------------------------

    @cached_property
    def zones(self) -> dict[str, ZoneInfo]:
        """Time zone by site."""
        return {row["site_id"]: ZoneInfo(row["timezone"]) for row in self.rows("sites")}

    def zone(self, site_id: str | None) -> ZoneInfo:
        """Return the zone of a site, the operator's for none or an unknown one."""
        return self.zones.get(site_id or "", ZoneInfo(self.parameters.reporting_time_zone))

    def local(self, at: datetime, site_id: str | None) -> datetime:
        """Return the local time of an instant at a site."""
        return at.astimezone(self.zone(site_id))

    def local_day(self, at: datetime, site_id: str | None) -> date:
        """Return the business date of an instant at a site."""
        return self.local(at, site_id).date()

    def midnight(self, on: date, site_id: str | None) -> datetime:
        """Return the instant at which a local day begins at a site, UTC."""
        return datetime(on.year, on.month, on.day, tzinfo=self.zone(site_id)).astimezone(UTC)

    # -- intervals --------------------------------------------------------------------------------------------------

    def interval(self, at: datetime, site_id: str | None) -> datetime:
        """Return when the interval of local time begins that holds an instant."""
        local = self.local(at, site_id)
        into = timedelta(minutes=(local.hour * 60 + local.minute) % self.parameters.interval_minutes)
        return at - into - timedelta(seconds=local.second, microseconds=local.microsecond)

    def intervals(self, span: Span, site_id: str | None) -> Iterator[Span]:
        """Yield the whole intervals that a span touches."""
        size = timedelta(minutes=self.parameters.interval_minutes)
        start = self.interval(span[0], site_id)
        while start < span[1]:
            yield start, start + size
            start += size

    def interval_fact(
        self, source: str, at: datetime, site_id: str | None, scopes: Mapping[str, str], parts: Parts
    ) -> IntervalFact:
        """Return parts of the interval of local time that holds an instant."""
        begin = self.interval(at, site_id)
        local = self.local(begin, site_id)
        return IntervalFact(source, begin, local.replace(tzinfo=None, fold=0), local.fold, scopes, parts)

    @cached_property
    def _assignments(self) -> dict[str, list[Row]]:
        found: dict[str, list[Row]] = defaultdict(list)
        for row in sorted(self.rows("agents"), key=lambda row: row["valid_from"]):
            found[row["agent_id"]].append(row)
        return found

    def assignment(self, agent_id: str, on: date) -> Row | None:
        """Return what an agent was on a day: of several assignments the one that began last."""
        held = None
        for row in self._assignments.get(agent_id, []):
            if day(row["valid_from"]) <= on and (not row.get("valid_to") or on <= day(row["valid_to"])):
                held = row
        return held

    def site_at(self, agent_id: str, at: datetime) -> str | None:
        """Return the site at which an agent works; until it is known there is no local date, so the UTC date counts."""
        row = self.assignment(agent_id, at.astimezone(UTC).date())
        return row["site_id"] if row else None

    def of_agent(self, agent_id: str | None, on: date) -> dict[str, str]:
        """Return agent, team and site of an agent on a day; all unknown without an assignment on it."""
        if not agent_id:
            return {}
        row = self.assignment(agent_id, on)
        if row is None:
            return {"agent": UNKNOWN, "team": UNKNOWN, "site": UNKNOWN, "vendor": UNKNOWN}
        return {
            "agent": agent_id,
            "team": row["team_id"],
            "site": row["site_id"],
            "vendor": row.get("vendor_id") or "",
        }

    def of_leg(self, leg: Row) -> dict[str, str]:
        """Return agent and team of a handled leg, as they were when it was answered, and the site of its contact."""
        site_id = self.contacts[leg["contact_id"]]["site_id"]
        on = self.local_day(instant(leg["answered_at"]), site_id)
        return self.of_agent(leg["agent_id"], on) | {"site": site_id}

    def credit(self, contact: Row, position: int) -> dict[str, str]:
        """Return the scopes of a contact, with queue, agent and team of its first (0) or last (-1) handled leg."""
        scopes = {
            "site": contact["site_id"],
            "channel": contact["channel"],
            "campaign": contact.get("campaign_id") or "",
        }
        handling = self.handling_legs(contact["contact_id"])
        if handling:
            scopes |= self.of_leg(handling[position])
            queues = [leg["queue_id"] for leg in handling if leg.get("queue_id")]
            scopes |= {"queue": queues[position]} if queues else {}
        return scopes

    def contact_day(self, contact: Row) -> date:
        """Return the business date of a contact: of its first queue entry, else of its beginning."""
        for leg in self.legs.get(contact["contact_id"], []):
            if leg["leg_type"] == "queue":
                return self.leg_day(leg)
        return self.local_day(instant(contact["started_at"]), contact["site_id"])

    # -- queues -----------------------------------------------------------------------------------------------------

    def queue(self, queue_id: str, on: date) -> Row:
        """Return what a queue promised on a day; its first promise reaches back to the beginning."""
        versions = sorted(
            (row for row in self.rows("queues") if row["queue_id"] == queue_id),
            key=lambda row: row.get("valid_from", ""),
        )
        held = versions[0]
        for row in versions:
            if row.get("valid_from") and day(row["valid_from"]) <= on:
                held = row
        return held

    # -- contacts ---------------------------------------------------------------------------------------------------

    @cached_property
    def contacts(self) -> dict[str, Row]:
        """Contacts that count, by id: neither tests nor internal."""
        return {
            row["contact_id"]: row
            for row in self.rows("contacts")
            if not flag(row.get("is_test")) and row["direction"] != "internal"
        }

    @cached_property
    def legs(self) -> dict[str, list[Row]]:
        """Legs by contact, in order."""
        found: dict[str, list[Row]] = defaultdict(list)
        for row in self.rows("contact_segments"):
            if row["contact_id"] in self.contacts:
                found[row["contact_id"]].append(row)
        for legs in found.values():
            legs.sort(key=lambda row: int(row["segment_seq"]))
        return found

    def leg_start(self, leg: Row) -> datetime:
        """Return the instant that dates a leg: the queue entry, or the answer of a leg without a queue."""
        return instant(leg["queued_at"] or leg["answered_at"])

    def handling_legs(self, contact_id: str) -> list[Row]:
        """Return the legs in which an agent served the customer, outbound included, consult and monitor not."""
        return [
            leg
            for leg in self.legs.get(contact_id, [])
            if leg["answered_at"] and leg["leg_type"] in ("queue", "direct", "callback", "outbound")
        ]

    def is_handled(self, contact_id: str) -> bool:
        """Whether an agent was connected to the customer of an inbound contact."""
        return self.contacts[contact_id]["direction"] == "inbound" and bool(self.inbound_handling_legs(contact_id))

    def inbound_handling_legs(self, contact_id: str) -> list[Row]:
        """Return the handled legs of an inbound contact."""
        return [leg for leg in self.handling_legs(contact_id) if leg["leg_type"] != "outbound"]

    def wait(self, leg: Row) -> int:
        """Return the seconds a queue leg has waited so far; without an end up to that of its contact, or to as-of."""
        recorded = self.recorded_wait(leg)
        if recorded is not None:
            return recorded
        contact = self.contacts[leg["contact_id"]]
        end = contact.get("ended_at")
        until = instant(end) if end else self.as_of
        return max(0, round((until - instant(leg["queued_at"])).total_seconds()))

    def is_lost(self, leg: Row) -> bool:
        """Whether a queue leg is older than late data can be, and nothing says when it ended: it is no wait."""
        ended = leg.get("dequeued_at") or self.contacts[leg["contact_id"]].get("ended_at")
        limit = self.as_of - timedelta(days=self.parameters.late_data_rebuild_days)
        return not ended and instant(leg["queued_at"]) <= limit

    def leg_site(self, leg: Row) -> str | None:
        """Return the site whose clock dates a leg: the queue's, that of the contact outside any queue."""
        at = self.leg_start(leg).astimezone(UTC).date()
        of_queue = self.queue(leg["queue_id"], at).get("site_id") if leg.get("queue_id") else None
        return of_queue or self.contacts[leg["contact_id"]]["site_id"]

    def recorded_wait(self, leg: Row) -> int | None:
        """Return the seconds a queue leg waited until it was over; None while it waits or where no end is recorded.

        An answer ends the wait, and who gives up ends the contact.
        """
        outcome = leg["queue_outcome"]
        end = leg.get("dequeued_at")
        if not end and outcome == "answered":
            end = leg["answered_at"]
        if not end and outcome == "abandoned":
            end = self.contacts[leg["contact_id"]].get("ended_at")
            end = end if end and end >= leg["queued_at"] else None
        return round((instant(end) - instant(leg["queued_at"])).total_seconds()) if end else None

    def leg_day(self, leg: Row) -> date:
        """Return the business date of a leg."""
        return self.local_day(self.leg_start(leg), self.leg_site(leg))

    def is_short(self, leg: Row) -> bool:
        """Whether a queue leg was given up before the short-abandon threshold."""
        if leg["leg_type"] != "queue" or leg["queue_outcome"] != "abandoned":
            return False
        wait = self.recorded_wait(leg)
        return wait is not None and wait < number(
            self.queue(leg["queue_id"], self.leg_day(leg))["short_abandon_seconds"]
        )

    # -- money ------------------------------------------------------------------------------------------------------

    def in_reporting_currency(self, amount: str, currency: str, on: date) -> Fraction | None:
        """Convert an amount at the newest rate not after a day; None without a rate."""
        if currency == self.parameters.reporting_currency:
            return number(amount)
        rates = [row for row in self.rows("fx_rates") if row["currency"] == currency and day(row["rate_date"]) <= on]
        if not rates:
            return None
        return number(amount) * number(max(rates, key=lambda row: row["rate_date"])["rate_to_reporting"])
