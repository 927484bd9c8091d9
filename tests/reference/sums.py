"""Facts with their parts, summed over periods and scopes, and divided last."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from fractions import Fraction

Parts = dict[str, Fraction | int]
"""Amounts by name, exact."""

PERIODS = ("day", "week", "month", "quarter", "year")

PAIRS = (("queue", "channel"), ("team", "channel"))

RESTS = {
    "site": "no_site",
    "queue": "no_queue",
    "channel": "no_channel",
    "team": "no_team",
    "agent": "no_agent",
    "vendor": "own_staff",
    "segment": "no_segment",
    "campaign": "no_campaign",
    "system": "no_system",
}
"""Scope types, and the member of each that holds what belongs to no other."""

INTERVAL = "interval"

INTERVAL_SCOPES = {
    "leg": ("enterprise", "site", "queue", "channel"),
    "state": ("enterprise", "site", "team"),
    "staffing": ("enterprise", "site"),
    "forecast": ("enterprise", "site", "queue", "channel"),
    "trunk": ("enterprise",),
}
"""Scopes for which intervals are published, by what is counted in them."""

Key = tuple[str, date, str, str | None]
"""Period type, first day, scope type, scope id (None for the enterprise).

The day of an interval is the local time at which it begins. That may come twice, so its type names the instant as well.
"""


@dataclass(frozen=True)
class Fact:
    """Parts of something that happened on a business date, and the scopes it belongs to.

    A part named ``max_...`` is never added, the greatest counts. A part named ``last_...`` is added over groups, and
    of a period the last day counts.
    """

    day: date
    scopes: Mapping[str, str]
    parts: Mapping[str, Fraction | int]


@dataclass(frozen=True)
class PeriodFact:
    """Parts of one period and one scope, because they cannot be added over days or scopes."""

    period_type: str
    period_start: date
    scope: tuple[str, str | None]
    parts: Mapping[str, Fraction | int]


@dataclass(frozen=True)
class IntervalFact:
    """Parts of an interval of local time: when it begins, what the clock of its place shows then, and how often before.

    ``source`` names what counts together: its intervals that several clocks call the same begin with the first.
    """

    source: str
    begin: datetime
    local: datetime
    fold: int
    scopes: Mapping[str, str]
    parts: Mapping[str, Fraction | int]


@dataclass(frozen=True)
class Recorded:
    """Cases in all (``of``), those of which everything measured was recorded (``by``; the denominator where empty).

    ``parts`` says of a composite measure, for each part, what counts the cases that have it.
    """

    of: str
    by: str = ""
    parts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Definition:
    """A KPI's variant: sums of parts above and below the line, for example ``answered + abandoned``.

    ``squares`` are of what each case adds above the line; ``cases`` says how many there are, where not the denominator.
    """

    kpi_id: str
    variant: str
    numerator: str
    denominator: str | None = None
    multiplier: int | Fraction = 1
    recorded: Recorded | None = None
    squares: str | None = None
    cases: str | None = None


@dataclass(frozen=True)
class Value:
    """Numerator, denominator and quotient; the quotient is None over zero.

    ``numerator`` is None where there were cases and nobody recorded what is measured. ``recorded_share`` is None where
    there were none, or where a source cannot leave out what is measured; ``missing_parts`` are the parts of a composite
    measure that no case has.
    """

    numerator: Fraction | None
    denominator: Fraction | None
    value: Fraction | None
    recorded_share: Fraction | None = None
    missing_parts: str | None = None
    squares: Fraction | None = None
    cases: Fraction | None = None


def period_start(period_type: str, on: date) -> date:
    """Return the first day of the period of a type that a day belongs to; weeks begin on Monday."""
    match period_type:
        case "day":
            return on
        case "week":
            return on - timedelta(days=on.weekday())
        case "month":
            return on.replace(day=1)
        case "quarter":
            return on.replace(month=(on.month - 1) // 3 * 3 + 1, day=1)
        case "year":
            return on.replace(month=1, day=1)
    raise ValueError(period_type)


def period_end(period_type: str, start: date) -> date:
    """Return the last day of a period."""
    longest = {"day": 0, "week": 6, "month": 31, "quarter": 93, "year": 366}[period_type]
    if period_type in ("day", "week"):
        return start + timedelta(days=longest)
    return period_start(period_type, start + timedelta(days=longest)) - timedelta(days=1)


def periods_between(period_type: str, first: date, last: date) -> Iterator[date]:
    """Yield the first days of all periods of a type that touch a range of days."""
    start = period_start(period_type, first)
    while start <= last:
        yield start
        start = period_end(period_type, start) + timedelta(days=1)


def scope_keys(scopes: Mapping[str, str]) -> Iterator[tuple[str, str | None]]:
    """Yield the enterprise, the member of every scope or its rest, and the pairs that are published."""
    yield ("enterprise", None)
    members = {scope_type: scopes.get(scope_type) or rest for scope_type, rest in RESTS.items()}
    yield from members.items()
    for one, other in PAIRS:
        yield (f"{one}_{other}", f"{members[one]}|{members[other]}")


def interval_type(begin: datetime) -> str:
    """Return the period type of an interval that begins at an instant."""
    return f"{INTERVAL} {begin:%Y-%m-%dT%H:%M:%S}"


def is_rest(scope_id: str | None) -> bool:
    """Whether a member, or the first of a pair, holds what belongs to no other."""
    return scope_id is not None and scope_id.split("|")[0] in RESTS.values()


def is_counted(fact: Fact | PeriodFact, name: str, end: date) -> bool:
    """Whether a part is added to a period whose last complete day is given; of snapshots only that day counts."""
    return isinstance(fact, PeriodFact) or not name.startswith("last_") or fact.day == end


class Totals:
    """Parts by name, period and scope."""

    def __init__(self, last_day: date) -> None:
        """Begin with nothing; ``last_day`` is the last complete day, beyond which no period is measured."""
        self.last_day = last_day
        self.parts: dict[str, dict[Key, Fraction | int]] = defaultdict(dict)
        self.begins: dict[tuple[str, Key], datetime] = {}
        self.sources: dict[str, str] = {}

    def add(self, facts: Iterable[Fact | PeriodFact | IntervalFact]) -> None:
        """Add facts to every period and scope they belong to."""
        for fact in facts:
            if isinstance(fact, IntervalFact):
                self.add_interval(fact)
                continue
            if isinstance(fact, PeriodFact):
                spans = [(fact.period_type, fact.period_start)]
                scopes = [fact.scope]
            else:
                spans = [(period_type, period_start(period_type, fact.day)) for period_type in PERIODS]
                scopes = list(scope_keys(fact.scopes))
            for period_type, start in spans:
                end = min(period_end(period_type, start), self.last_day)
                for name, amount in fact.parts.items():
                    sums = self.parts[name]
                    for scope_type, scope_id in scopes:
                        key = (period_type, start, scope_type, scope_id)
                        if name.startswith("max_"):
                            sums[key] = max(sums.get(key, 0), amount)
                        elif is_counted(fact, name, end):
                            sums[key] = sums.get(key, 0) + amount

    def add_interval(self, fact: IntervalFact) -> None:
        """Add the parts of an interval to all its scopes, and note when it began first."""
        for scope_type, scope_id in scope_keys(fact.scopes):
            if scope_type not in INTERVAL_SCOPES[fact.source]:
                continue
            key = (f"{INTERVAL} {fact.fold}", fact.local, scope_type, scope_id)
            begin = self.begins.get((fact.source, key), fact.begin)
            self.begins[(fact.source, key)] = min(begin, fact.begin)
            for name, amount in fact.parts.items():
                self.sources[name] = fact.source
                known = self.parts[name].get(key, 0)
                self.parts[name][key] = max(known, amount) if name.startswith("max_") else known + amount

    def settle(self) -> None:
        """Put into the types of all intervals when they begin; those that begin together are one."""
        for name, source in self.sources.items():
            sums = self.parts[name]
            for key in [key for key in sums if key[0].startswith(INTERVAL)]:
                amount = sums.pop(key)
                named = (interval_type(self.begins[(source, key)]), *key[1:])
                known = sums.get(named, 0)
                sums[named] = max(known, amount) if name.startswith("max_") else known + amount

    def evaluate(self, definition: Definition) -> dict[Key, Value]:
        """Return the values of a definition wherever one of its parts is known; of variants none by the interval."""
        above = terms(definition.numerator)
        below = terms(definition.denominator) if definition.denominator else {}
        cases = terms(definition.recorded.of) if definition.recorded else {}
        names = (*above, *below, *cases)
        is_default = definition.variant == "default"
        keys = {
            key for name in names for key in self.parts.get(name, {}) if is_default or not key[0].startswith(INTERVAL)
        }
        found = {}
        for key in keys:
            # a greatest or a median of nothing is none, a sum of nothing is zero
            is_known = all(key in self.parts[name] for name in above if name.startswith("max_"))
            numerator = self.total(above, key) if is_known else None
            denominator = self.total(below, key) if definition.denominator else None
            share, missing = None, None
            if definition.recorded is not None:
                numerator, share, missing = self.judge(definition, definition.recorded, key, numerator, denominator)
            quotient = None if numerator is None else numerator * definition.multiplier
            if quotient is not None and denominator is not None:
                quotient = quotient / denominator if denominator else None
            squares = self.total(terms(definition.squares), key) if definition.squares else None
            count = self.total(terms(definition.cases), key) if definition.cases else denominator
            value = Value(numerator, denominator, quotient, share, missing, squares, count)
            found[key] = value
        return found

    def judge(
        self,
        definition: Definition,
        recorded: Recorded,
        key: Key,
        numerator: Fraction | None,
        denominator: Fraction | None,
    ) -> tuple[Fraction | None, Fraction | None, str | None]:
        """Return the numerator, None if nothing of the cases was recorded; the share recorded; and what is missing."""
        cases = self.total(terms(recorded.of), key)
        complete = self.total(terms(recorded.by or definition.denominator or ""), key)
        counted = denominator if denominator is not None and (recorded.parts or not recorded.by) else complete
        if cases and not counted:
            numerator = None
        missing = [name for name, part in recorded.parts.items() if counted and not self.total(terms(part), key)]
        return numerator, complete / cases if cases else None, ",".join(missing) or None

    def total(self, formula: Mapping[str, int], key: Key) -> Fraction:
        """Return the sum of a formula's parts at a key; unknown parts are zero."""
        return Fraction(sum(self.parts[name].get(key, 0) * factor for name, factor in formula.items()))


def terms(formula: str) -> dict[str, int]:
    """Return the parts of ``a + 2 b - c`` with their factors."""
    found: dict[str, int] = {}
    sign, factor = 1, 1
    for word in formula.split():
        if word in "+-":
            sign = 1 if word == "+" else -1
        elif word.isdigit():
            factor = int(word)
        else:
            found[word] = found.get(word, 0) + sign * factor
            sign, factor = 1, 1
    return found
