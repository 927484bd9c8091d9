"""What one invented center is made of: plan, rows, and instants near what is easily got wrong."""

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random
from zoneinfo import ZoneInfo

from tests.reference.records import Row

ZONES = (
    "Pacific/Honolulu",
    "Europe/Berlin",
    "America/New_York",
    "Asia/Tehran",
    "Asia/Beirut",
    "Asia/Kathmandu",
    "Pacific/Auckland",
    "Pacific/Tongatapu",
)
"""Zones from UTC-10 to UTC+13, with half and quarter hours, and with clocks that change at midnight (Beirut)."""

Cell = str | int | bool | Decimal | date | datetime | None


@dataclass(frozen=True)
class Season:
    """When everything happens: around changes of clocks, or around a change of year."""

    name: str
    first: date
    as_of: datetime

    def seen_from(self, zone: str) -> "Season":
        """Return the season as of the local midnight of a zone on the same date."""
        midnight = datetime.combine(self.as_of.date(), datetime.min.time(), ZoneInfo(zone))
        return replace(self, as_of=midnight.astimezone(UTC))

    @property
    def last(self) -> date:
        """The last day with events."""
        return self.as_of.date()


SEASONS = (
    Season("autumn", date(2024, 10, 25), datetime(2024, 11, 30, tzinfo=UTC)),
    Season("spring", date(2025, 3, 28), datetime(2025, 4, 15, tzinfo=UTC)),
    Season("new_year", date(2024, 12, 27), datetime(2025, 1, 14, tzinfo=UTC)),
)
"""Clocks go back in Berlin and Beirut on 27 October and in New York on 3 November; forward on 30 March.

Autumn is long enough for windows of thirty days to close.
"""


@dataclass(frozen=True)
class Plan:
    """Choices from which a center follows: the same plan always gives the same center."""

    seed: int
    zones: tuple[str, str]
    contacts: int
    tickets: int


class Builder:
    """Collects the rows of one center; every id is led by the center's name, so that centers never share one."""

    def __init__(self, name: str, plan: Plan, season: Season) -> None:
        """Begin an empty center."""
        self.name = name
        self.plan = plan
        self.season = season
        self.random = Random(plan.seed)  # noqa: S311 - test data, no secret
        self.rows: dict[str, list[Row]] = defaultdict(list)
        self.counts: dict[str, int] = defaultdict(int)
        self.records: dict[str, str] = {}

    # -- rows -------------------------------------------------------------------------------------------------------

    def id(self, kind: str) -> str:
        """Return a new id such as ``c03-K7``."""
        self.counts[kind] += 1
        return f"{self.name}-{kind}{self.counts[kind]}"

    def add(self, entity: str, **cells: Cell) -> Row:
        """Add a row, its cells written as the contract wants them, and return it."""
        row = {name: text(cell) for name, cell in cells.items()}
        self.rows[entity].append(row)
        return row

    def recorded(self, column: str, cell: Cell) -> Cell:
        """Return a cell, or nothing where the center's systems do not record the column, or did not this time.

        Each center decides once about a column: recorded always, in part of the rows, or never.
        """
        if column not in self.records:
            self.records[column] = self.weighted(always=5, partly=3, never=2)
        kept = {"always": True, "partly": self.chance(0.6), "never": False}
        return cell if kept[self.records[column]] else None

    # -- chance -----------------------------------------------------------------------------------------------------

    def chance(self, share: float) -> bool:
        """Be true in a share of cases."""
        return self.random.random() < share

    def weighted(self, **weights: int) -> str:
        """Return one of the names, by weight."""
        return self.random.choices(list(weights), list(weights.values()))[0]

    # -- time -------------------------------------------------------------------------------------------------------

    @property
    def sites(self) -> tuple[str, str]:
        """The two sites."""
        return f"{self.name}-S1", f"{self.name}-S2"

    def zone(self, site_id: str) -> ZoneInfo:
        """Return the zone of a site."""
        return ZoneInfo(self.plan.zones[self.sites.index(site_id)])

    def day(self) -> date:
        """Return a day of the season, one of the first days more often."""
        days = (self.season.last - self.season.first).days
        return self.season.first + timedelta(days=self.random.randrange(self.random.choice((4, 10, days))))

    def local(self, site_id: str, on: date, hour: int, minute: int = 0) -> datetime:
        """Return the instant of a local time, UTC."""
        return datetime(on.year, on.month, on.day, hour, minute, tzinfo=self.zone(site_id)).astimezone(UTC)

    def moment(self, site_id: str) -> datetime:
        """Return an instant of the season before as-of, often near midnight, a change of clocks or a half-hour."""
        kind = self.weighted(midnight=3, night=2, interval=3, office=8)
        on = self.day()
        if kind == "midnight":
            at = self.local(site_id, on, 0) + timedelta(seconds=self.random.choice((-31, -1, 0, 1, 45)))
        elif kind == "night":
            at = self.local(site_id, self.clock_change(), 0) + timedelta(seconds=self.random.randrange(4 * 3600))
        elif kind == "interval":
            at = self.local(site_id, on, self.random.randrange(24), self.random.choice((0, 30)))
            at += timedelta(seconds=self.random.choice((-1, 0)))
        else:
            at = self.local(site_id, on, self.random.randrange(8, 20)) + timedelta(seconds=self.random.randrange(3600))
        return min(at, self.season.as_of - timedelta(seconds=60))

    def clock_change(self) -> date:
        """Return a day on which clocks change somewhere in this season, or the first of a month."""
        return {
            "autumn": self.random.choice((date(2024, 10, 27), date(2024, 11, 3))),
            "spring": date(2025, 3, 30),
            "new_year": date(2025, 1, 1),
        }[self.season.name]

    def later(self, at: datetime, *choices: int) -> datetime:
        """Return an instant so many seconds later, one of the choices."""
        return at + timedelta(seconds=self.random.choice(choices))


def text(cell: Cell) -> str:
    """Write a cell as the contract wants it: instants as UTC with a Z, booleans in lower case, nothing as empty."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return str(cell).lower()
    if isinstance(cell, datetime):
        return cell.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(cell, date):
        return cell.isoformat()
    return str(cell)
