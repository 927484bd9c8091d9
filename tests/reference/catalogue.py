"""All KPIs of a contact center, by variant, period and scope."""

from collections.abc import Callable, Iterator
from fractions import Fraction
from types import ModuleType

from tests.reference import (
    cost,
    customers,
    handling,
    people,
    planning,
    quality,
    resolution,
    sales,
    surveys,
    telephony,
    tickets,
    workforce,
)
from tests.reference.center import Center
from tests.reference.sums import Definition, Fact, IntervalFact, Key, PeriodFact, Totals, Value

MODULES: tuple[ModuleType, ...] = (
    telephony,
    handling,
    tickets,
    resolution,
    surveys,
    quality,
    workforce,
    planning,
    people,
    cost,
    sales,
    customers,
)


def definitions() -> Iterator[Definition]:
    """Yield every KPI and variant that this computation knows."""
    for module in MODULES:
        yield from module.DEFINITIONS


def values(center: Center) -> dict[tuple[str, str], dict[Key, Value]]:
    """Return all values by (KPI, variant), then by period and scope."""
    totals = Totals(center.last_day)
    for module in MODULES:
        facts: Callable[[Center], Iterator[Fact | PeriodFact | IntervalFact]] = module.facts
        totals.add(facts(center))
    totals.settle()
    return {(each.kpi_id, each.variant): totals.evaluate(each) for each in definitions()}


def at(found: dict[tuple[str, str], dict[Key, Value]], definition: Definition, key: Key) -> Value:
    """Return the value of a definition at a key; where nothing happened, sums are zero and ratios have no value."""
    value = found[(definition.kpi_id, definition.variant)].get(key)
    if value is not None:
        return value
    zero = Fraction(0)
    return Value(zero, zero, None) if definition.denominator else Value(zero, None, zero)
