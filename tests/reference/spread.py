"""How much the cases of a mean vary, and how sure the mean is: from one fact per case, not from published sums.

A mean of times has the interval of Student's t on its logarithm, a score of points that of the distances of its
evaluations from the common ratio. Of the enterprise only evaluations are a sample.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from fractions import Fraction
from functools import cache
from math import exp, lgamma, log, pi, sqrt

from tests.reference import handling, quality, telephony, tickets
from tests.reference.center import Center
from tests.reference.compare import show
from tests.reference.sums import PERIODS, Definition, Fact, Key, period_start, scope_keys, terms

Metric = tuple[str, str]

Bounds = tuple[float, float] | None

Estimate = tuple[str, str, str, date, str, str | None, float | None, float | None, float | None]
"""KPI, variant, period type, first day, scope type, scope id, value, and both ends of its interval."""

TIMES = frozenset(
    {
        ("average_speed_of_answer", "default"),
        ("average_speed_of_answer", "cumulative"),
        ("average_speed_of_answer", "incl_callbacks"),
        ("average_queue_time", "default"),
        ("average_queue_time", "per_contact"),
        ("average_time_to_abandon", "default"),
        ("average_time_to_abandon", "incl_short"),
        ("callback_success_rate", "average_callback_wait"),
        ("average_handle_time", "default"),
        ("average_handle_time", "incl_outbound"),
        ("average_handle_time", "excl_hold"),
        ("average_after_contact_work_time", "default"),
        ("average_first_response_time", "default"),
        ("average_first_response_time", "business_hours"),
        ("average_first_response_time", "creation_cohort"),
        ("average_turnaround_time", "default"),
        ("average_turnaround_time", "business_hours"),
        ("average_time_to_first_solution", "default"),
        ("average_time_to_first_solution", "business_hours"),
        ("average_total_resolution_time", "default"),
        ("average_total_resolution_time", "business_hours"),
        ("average_total_resolution_time", "last_outbound_reply"),
        ("average_total_resolution_time", "excl_customer_wait"),
    }
)

POINTS = frozenset(
    {
        ("quality_score", "default"),
        ("quality_score", "raw_before_autofail"),
        ("communication_skills_score", "default"),
        ("procedure_adherence_rate", "default"),
    }
)
"""Cases are evaluations, whatever is divided by."""


class Cases:
    """Pairs of what each case is above and below the line, added by powers."""

    def __init__(self) -> None:
        """Begin without cases."""
        self.above = self.below = self.squares = self.products = self.bases = Fraction(0)
        self.evaluations = 0

    def add(self, above: Fraction, below: Fraction, evaluations: int) -> None:
        """Add one case."""
        self.above += above
        self.below += below
        self.squares += above * above
        self.products += above * below
        self.bases += below * below
        self.evaluations += evaluations

    def bounds(self, definition: Definition) -> Bounds:
        """Return both ends of the interval; None where the spread is not known."""
        is_time = (definition.kpi_id, definition.variant) in TIMES
        cases = int(self.below) if is_time else self.evaluations
        if not self.below or cases < 2:
            return None
        ratio = self.above / self.below
        residual = self.squares - 2 * ratio * self.products + ratio * ratio * self.bases
        if not residual:
            return None
        arm = student(cases - 1) * sqrt(residual * cases / (cases - 1)) / float(self.below)
        if is_time:
            return (float(ratio) * exp(-arm / float(ratio)), float(ratio) * exp(arm / float(ratio)))
        return (100 * max(0.0, float(ratio) - arm), 100 * min(1.0, float(ratio) + arm))


def spreads(center: Center) -> dict[Metric, dict[Key, Cases]]:
    """Return the cases of every mean, by period and scope."""
    found: dict[Metric, dict[Key, Cases]] = defaultdict(lambda: defaultdict(Cases))
    for module in (telephony, handling, tickets, quality):
        means = [
            (each, terms(each.numerator), terms(each.denominator or ""))
            for each in module.DEFINITIONS
            if (each.kpi_id, each.variant) in TIMES | POINTS
        ]
        for fact in module.facts(center):
            if not isinstance(fact, Fact):
                continue
            keys = [
                (period_type, period_start(period_type, fact.day), *scope)
                for period_type in PERIODS
                for scope in scope_keys(fact.scopes)
            ]
            evaluations = int(fact.parts.get("qa_evaluations", 0))
            for definition, upper, lower in means:
                above, below = amount(fact, upper), amount(fact, lower)
                if above or below or evaluations:
                    for key in keys:
                        found[definition.kpi_id, definition.variant][key].add(above, below, evaluations)
    return found


def amount(fact: Fact, formula: Mapping[str, int]) -> Fraction:
    """Return what a fact is of a formula."""
    return Fraction(sum(fact.parts.get(name, 0) * factor for name, factor in formula.items()))


def unsure(published: Iterable[Estimate], computed: Mapping[Metric, Mapping[Key, Cases]]) -> list[str]:
    """Return one line per mean whose interval is not the one that its cases give."""
    known = {
        (each.kpi_id, each.variant): each
        for module in (telephony, handling, tickets, quality)
        for each in module.DEFINITIONS
    }
    found = []
    for kpi_id, variant, period_type, start, scope_type, scope_id, value, low, high in published:
        metric, key = (kpi_id, variant), (period_type, start, scope_type, scope_id)
        if metric not in TIMES | POINTS or period_type not in PERIODS:
            continue
        cases = computed.get(metric, {}).get(key)
        is_counted = scope_type == "enterprise" and metric in TIMES
        want = None if value is None or cases is None or is_counted else cases.bounds(known[metric])
        if not is_same_interval((low, high), want):
            found.append(f"{kpi_id} {variant} {show(key)}: between {low} and {high}, computed {want}")
    return sorted(found)


def is_same_interval(published: tuple[float | None, float | None], computed: Bounds) -> bool:
    """Whether two intervals agree to a hundredth of their width, within which the published t is approximated."""
    low, high = published
    if low is None or high is None or computed is None:
        return low is None and high is None and computed is None
    leeway = 0.01 * (computed[1] - computed[0])
    return abs(low - computed[0]) <= leeway and abs(high - computed[1]) <= leeway


@cache
def student(freedom: int) -> float:
    """Return the 97.5 % point of Student's t, by adding up its density (Simpson's rule) and halving a range."""
    scale = exp(lgamma((freedom + 1) / 2) - lgamma(freedom / 2) - log(freedom * pi) / 2)

    def density(x: float) -> float:
        return float(scale * (1 + x * x / freedom) ** (-(freedom + 1) / 2))

    def below(x: float, steps: int = 400) -> float:
        width = x / steps
        inner = sum((4 if step % 2 else 2) * density(step * width) for step in range(1, steps))
        return width / 3 * (density(0) + inner + density(x))

    low, high = 1.0, 20.0
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if below(middle) < 0.475 else (low, middle)
    return low
