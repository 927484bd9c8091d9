"""Delivery defects, applied to a clean day just before it is written. The clean simulation underneath is unchanged.

With ``dirt`` = d, independently for each row or contact:

- late: a completed contact with all its segments arrives one to three days later (share d);
- corrected: a completed contact is delivered again one to five days later with a later ``last_updated_at`` and another
  reason, the opposite ``is_resolved``, or, when anonymous, ``is_test`` set (share d);
- duplicate: a row arrives again, unchanged, one to four days later (share d, of contacts, segments and other
  rows that carry their last update or never change);
- bad: an extra, corrupted copy of a row arrives beside the good one, with an unreadable timestamp, an unknown code or
  a required id missing (share d / 2). The good row is always delivered too, so a bad row changes no truth.

The truths count a contact on the day its rows arrive, and take back what a correction to ``is_test`` removes.
"""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from datetime import date, timedelta

from simulator.clock import OPERATOR_ZONE, midnight, stamp
from simulator.entities import COLUMNS, position
from simulator.output import ContactDelivery, DayRows, Row
from simulator.streams import stream
from simulator.world import REASONS

# Rows that say when they were updated, or never change: a repeat of anything else could bring back an old state.
REPEATED = (
    "contacts", "contact_segments", "agent_states", "self_service_sessions", "schedules", "order_lines",
    "ticket_events", "ticket_messages", "survey_responses", "qa_section_scores",
)  # fmt: skip
# Entity: (timestamp column, column with a closed list of values, required id).
SPOILED = {
    "contacts": ("started_at", "channel", "contact_id"),
    "contact_segments": ("queued_at", "leg_type", "contact_id"),
    "agent_states": ("ended_at", "state", "agent_id"),
    "self_service_sessions": ("started_at", "exit_type", "session_id"),
    "schedules": ("start_at", "activity", "schedule_segment_id"),
    "absences": ("start_at", "approval_status", "absence_id"),
    "orders": ("ordered_at", "status", "order_id"),
    "ticket_events": ("event_at", "event_type", "event_id"),
    "tickets": ("created_at", "status", "ticket_id"),
    "survey_responses": ("responded_at", "is_complete", "response_id"),
    "qa_evaluations": ("evaluated_on", "evaluation_type", "evaluation_id"),
}
BAD_TIME, BAD_CODE = "31/02/2025 25:61", "???"


def _is_whole(contact: ContactDelivery) -> bool:
    """Tell whether all segments of the contact arrive with this delivery."""
    return bool(contact.segments) and contact.segments[0][position("contact_segments", "segment_seq")] == "1"


def _may_be_test(contact: ContactDelivery) -> bool:
    """Tell whether a delivery could be a test that nobody had marked: complete, and of no known customer."""
    row = contact.contact
    known = row[position("contacts", "customer_id")] or row[position("contacts", "is_test")] == "true"
    return not known and _is_whole(contact)


class Dirt:
    """Turns clean days into days as they are really delivered; with no dirt it only counts."""

    def __init__(self, seed: int, share: float, truth: Counter[str]) -> None:
        self._seed = seed
        self._share = share
        self._truth = truth
        self._late: dict[date, list[ContactDelivery]] = defaultdict(list)
        self._corrections: dict[date, list[tuple[Row, Counter[str]]]] = defaultdict(list)
        self._again: dict[date, list[tuple[str, Row]]] = defaultdict(list)

    @property
    def undelivered(self) -> set[str]:
        """Contacts that are late and have not arrived yet."""
        return {contact.contact_id for late in self._late.values() for contact in late}

    def deliver(self, day: date, clean: DayRows) -> dict[str, list[Row]]:
        """Return the rows of the day's files, in the order of the entities, and count what they make true."""
        if not self._share:
            return self._rows(clean.rows, clean.contacts)
        rng = stream(self._seed, "dirt", day)
        punctual = []
        for contact in clean.contacts:
            if contact.is_final and rng.random() < self._share:
                self._late[day + timedelta(days=rng.randint(1, 3))].append(contact)
                self._truth["late_contacts"] += 1
            else:
                punctual.append(contact)
        arriving = punctual + self._late.pop(day, [])
        rows = self._rows(clean.rows, arriving)
        corrected = self._correct(day, rows)
        for contact in arriving:
            if contact.is_final and contact.contact_id not in corrected and rng.random() < self._share:
                self._plan_correction(day, contact, rng)
        repeats = self._again.pop(day, [])
        self._plan_repeats(day, rows, rng)
        for entity, row in repeats:
            rows.setdefault(entity, []).append(row)
            self._truth["duplicate_rows"] += 1
        self._spoil(rows, rng)
        return {entity: rows[entity] for entity in COLUMNS if entity in rows}

    def _rows(self, rows: dict[str, list[Row]], contacts: list[ContactDelivery]) -> dict[str, list[Row]]:
        found = dict(rows)
        if contacts:
            found["contacts"] = [contact.contact for contact in contacts]
            found["contact_segments"] = [row for contact in contacts for row in contact.segments]
        for contact in contacts:
            self._truth.update(contact.facts)
            if contact.contact[position("contacts", "is_test")] == "true":
                self._truth.subtract(contact.companions)
        return {entity: found[entity] for entity in COLUMNS if entity in found}

    def _plan_correction(self, day: date, contact: ContactDelivery, rng: random.Random) -> None:
        due = day + timedelta(days=rng.randint(1, 5))
        row = list(contact.contact)
        taken_back: Counter[str] = Counter()
        kind = rng.randrange(2)
        resolved = position("contacts", "is_resolved")
        if _may_be_test(contact):
            row[position("contacts", "is_test")] = "true"
            taken_back = contact.facts + contact.companions
        elif kind == 0 and row[resolved]:
            row[resolved] = "false" if row[resolved] == "true" else "true"
        else:
            place = position("contacts", "contact_reason_id")
            row[place] = rng.choice([reason.reason_id for reason in REASONS if reason.reason_id != row[place]])
        row[position("contacts", "last_updated_at")] = stamp(midnight(OPERATOR_ZONE, due) + rng.randint(0, 80_000))
        self._corrections[due].append((tuple(row), taken_back))

    def _correct(self, day: date, rows: dict[str, list[Row]]) -> set[str]:
        corrected = set()
        for row, taken_back in self._corrections.pop(day, []):
            rows.setdefault("contacts", []).append(row)
            corrected.add(row[0])
            self._truth["corrected_contacts"] += 1
            self._truth["contacts_corrected_to_test"] += bool(taken_back)
            self._truth.subtract(taken_back)
        return corrected

    def _plan_repeats(self, day: date, rows: dict[str, list[Row]], rng: random.Random) -> None:
        for entity in REPEATED:
            for row in rows.get(entity, []):
                if rng.random() < self._share:
                    self._again[day + timedelta(days=rng.randint(1, 4))].append((entity, row))

    def _spoil(self, rows: dict[str, list[Row]], rng: random.Random) -> None:
        for entity, columns in SPOILED.items():
            spoiled = []
            for row in rows.get(entity, []):
                if rng.random() >= self._share / 2:
                    continue
                kind = rng.randrange(3)
                bad = list(row)
                bad[position(entity, columns[kind])] = (BAD_TIME, BAD_CODE, "")[kind]
                spoiled.append((rng.randrange(len(rows[entity]) + 1), tuple(bad)))
            for place, bad_row in spoiled:
                rows[entity].insert(place, bad_row)
            self._truth["bad_rows"] += len(spoiled)
            self._truth[f"bad_rows_{entity}"] += len(spoiled)
