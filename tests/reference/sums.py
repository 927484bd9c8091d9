"""Facts with their parts, summed over periods and scopes, and divided last."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
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

Key = tuple[str, date, str, str | None]
"""Period type, first day, scope type, scope id (None for the enterprise)."""


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
class Definition:
    """A KPI's variant: sums of parts above and below the line, for example ``answered + abandoned``."""

    kpi_id: str
    variant: str
    numerator: str
    denominator: str | None = None
    multiplier: int | Fraction = 1


@dataclass(frozen=True)
class Value:
    """Numerator, denominator and quotient; the quotient is None over zero."""

    numerator: Fraction
    denominator: Fraction | None
    value: Fraction | None


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

    def add(self, facts: Iterable[Fact | PeriodFact]) -> None:
        """Add facts to every period and scope they belong to."""
        for fact in facts:
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

    def evaluate(self, definition: Definition) -> dict[Key, Value]:
        """Return the values of a definition wherever one of its parts is known."""
        above = terms(definition.numerator)
        below = terms(definition.denominator) if definition.denominator else {}
        keys = {key for name in (*above, *below) for key in self.parts.get(name, {})}
        found = {}
        for key in keys:
            numerator = self.total(above, key)
            if definition.denominator is None:
                found[key] = Value(numerator, None, numerator * definition.multiplier)
                continue
            denominator = self.total(below, key)
            quotient = numerator * definition.multiplier / denominator if denominator else None
            found[key] = Value(numerator, denominator, quotient)
        return found

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
