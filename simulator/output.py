"""What the simulation says happened, held for one operator day until it is written."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date

from simulator.entities import COLUMNS

Row = tuple[str, ...]


def flag(value: bool | None) -> str:
    """Contract text of a boolean; empty when unknown."""
    return "" if value is None else "true" if value else "false"


def text(value: str) -> str:
    """Free text as a CSV field: quoted when it has to be. All other fields never need quotes."""
    if any(mark in value for mark in ',"\n'):
        return '"' + value.replace('"', '""') + '"'
    return value


def money(cents: int) -> str:
    """Return an amount of cents as decimal text."""
    sign, cents = ("-", -cents) if cents < 0 else ("", cents)
    return f"{sign}{cents // 100}.{cents % 100:02d}"


def split_truth(counts: Counter[str]) -> tuple[dict[str, int], dict[str, dict[str, int]]]:
    """Separate totals from the counts of single days, whose names end with a date; both sorted by name.

    Names that begin with ``~`` are notes of single half-hours for ``Planning.truth`` and are left out.
    """
    totals: dict[str, int] = {}
    daily: dict[str, dict[str, int]] = {}
    for name in sorted(counts):
        if name.startswith("~"):
            continue
        what, _, day = name.partition(" ")
        if day:
            daily.setdefault(what, {})[day] = counts[name]
        else:
            totals[name] = counts[name]
    return totals, daily


@dataclass
class ContactDelivery:
    """One delivery of a contact: its current row, the segments new since the last delivery, and what they count.

    ``companions`` are counted where they are delivered (sessions, callbacks) and leave with a test contact.
    """

    contact_id: str
    contact: Row
    segments: list[Row]
    facts: Counter[str]
    companions: Counter[str] = field(default_factory=Counter)
    is_final: bool = True


@dataclass
class DayRows:
    """Everything an operator day delivers, defects not yet applied."""

    rows: dict[str, list[Row]] = field(default_factory=dict)
    contacts: list[ContactDelivery] = field(default_factory=list)


class Output:
    """Collects rows of the day. A row put twice under one key on one day is delivered once, as it last was."""

    def __init__(self) -> None:
        self.truth: Counter[str] = Counter()
        self._added: dict[str, list[Row]] = {name: [] for name in COLUMNS}
        self._put: dict[str, dict[str, Row]] = {name: {} for name in COLUMNS}
        self._contacts: dict[str, ContactDelivery] = {}

    def count(self, name: str, amount: int, day: date) -> None:
        """Add to what is true of the whole and of a site's local day."""
        self.truth[name] += amount
        self.truth[f"{name} {day}"] += amount

    def add(self, entity: str, *values: str) -> None:
        """Deliver a row that never changes."""
        self._added[entity].append(values)

    def put(self, entity: str, key: str, *values: str) -> None:
        """Deliver the current state of a row that may be delivered again on a later day."""
        self._put[entity][key] = values

    def contact(self, delivery: ContactDelivery) -> None:
        """Deliver a contact with its new segments; a second delivery on the same day replaces the contact's row."""
        earlier = self._contacts.get(delivery.contact_id)
        if earlier is not None:
            delivery.segments[:0] = earlier.segments
            delivery.facts.update(earlier.facts)
            delivery.companions.update(earlier.companions)
        self._contacts[delivery.contact_id] = delivery

    def take_day(self) -> DayRows:
        """Hand over the day's rows and start the next day empty."""
        rows = {name: self._added[name] + list(self._put[name].values()) for name in COLUMNS}
        day = DayRows({name: found for name, found in rows.items() if found}, list(self._contacts.values()))
        self._added = {name: [] for name in COLUMNS}
        self._put = {name: {} for name in COLUMNS}
        self._contacts = {}
        return day
