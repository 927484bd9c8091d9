"""What a simulation is told and what it answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta


@dataclass(frozen=True)
class SimulationOptions:
    """Settings of one simulation. The same options always give the same bytes.

    days: simulated operator days (Europe/Berlin midnight to midnight).
    contacts_per_day: mean contacts a day over a week, repeats included; tickets come on top (about 12 %).
    agents: size of the floor; 0 or None staffs for about 80 % answered within the threshold.
    seed: seed of all random streams.
    dirt: 0..1, share of contacts touched by each kind of delivery defect (see ``dirt.py``); 0 is clean.
    end_date: last simulated day. start_date: first one; derived from end_date and days when absent. When both are
        given they must agree with days. Only the start matters for the content of a day's files: a longer simulation
        from the same start writes the same first days.
    write_from: first day whose files are written; earlier days are simulated but leave no files.
    entities: entities whose files are written; None writes all that the simulation knows.
    """

    days: int = 60
    contacts_per_day: int = 1500
    agents: int | None = None
    seed: int = 1
    dirt: float = 0.0
    end_date: date | None = None
    start_date: date | None = None
    write_from: date | None = None
    entities: frozenset[str] | None = None

    def __post_init__(self) -> None:
        """Refuse settings that cannot be simulated; raises ValueError."""
        if self.days < 1:
            raise ValueError("days must be at least 1")
        if self.contacts_per_day < 1:
            raise ValueError("contacts_per_day must be at least 1")
        if not 0.0 <= self.dirt <= 1.0:
            raise ValueError("dirt must lie between 0 and 1")
        if self.agents is not None and self.agents < 0:
            raise ValueError("agents must not be negative")
        if self.start_date is None and self.end_date is None:
            raise ValueError("end_date or start_date is required")
        if (
            self.start_date is not None
            and self.end_date is not None
            and self.end_date - self.start_date != timedelta(days=self.days - 1)
        ):
            raise ValueError("start_date, end_date and days disagree")

    @property
    def first_day(self) -> date:
        """First simulated operator day."""
        if self.start_date is not None:
            return self.start_date
        if self.end_date is None:
            raise ValueError("end_date or start_date is required")
        return self.end_date - timedelta(days=self.days - 1)


@dataclass(frozen=True)
class SimulationSummary:
    """What was written, and what a correct warehouse must find in it.

    files: files of the period, whether or not their bytes were already there.
    rows: rows per entity, defects included.
    truth: counts and sums kept by the simulator itself, as delivered by the last file.
    daily: those of them that belong to a site's local day, by name and ISO date. On the last days some of what is
        counted is still going on (a shift, a contact) and a future day may already be planned.
    """

    files: int
    rows: dict[str, int] = field(default_factory=dict)
    truth: dict[str, int] = field(default_factory=dict)
    daily: dict[str, dict[str, int]] = field(default_factory=dict)
