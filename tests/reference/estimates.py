"""What few cases say: how many there are, whether that is a small sample, and the interval in which the value lies.

Of proportions Wilson's score interval, of means Student's t, of net scores adjusted Wald, at 95 % (decision 17).
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from math import inf, sqrt
from statistics import NormalDist

from scipy import stats  # type: ignore[import-untyped]

from tests.reference.catalogue import at, definitions
from tests.reference.center import Parameters
from tests.reference.compare import Published, show
from tests.reference.progress import SURVEYED
from tests.reference.sums import Definition, Key, Value

Estimate = tuple[str | None, bool, float | None, float | None, int | None, bool | None, float | None, float | None]
"""Method, sampled, lowest and highest possible value, cases, few of them, lower and upper bound."""

Ends = tuple[float, float]

Z = NormalDist().inv_cdf(0.975)
ARM = 0.004
"""How much of the way to a bound the two may differ: the warehouse takes Student's t from an expansion."""

ASKED = (*(set(SURVEYED) - {"survey_response_rate"}), "contact_resolution_rate", "average_sentiment_score")
EVALUATED = (
    "quality_score",
    "communication_skills_score",
    "procedure_adherence_rate",
    "compliance_critical_error_rate",
)


def minimum_cases(kpi_id: str, scope_type: str, given: Parameters) -> int:
    """Return the cases below which a sample is small; of agents fewer are asked for where cases are dear."""
    if scope_type == "agent" and kpi_id in ASKED:
        return given.survey_min_responses
    if scope_type == "agent" and kpi_id in EVALUATED:
        return given.qa_min_evaluations
    return given.sample_min_cases


@cache
def student(freedom: int) -> float:
    """Return the 97.5 % point of Student's t."""
    return float(stats.t.ppf(0.975, freedom))


@cache
def bounds(
    method: str | None, value: Value, multiplier: float, ends: tuple[float, float]
) -> tuple[float, float] | None:
    """Return the interval of a value in its unit; None where nothing can be said."""
    if value.value is None or not value.denominator or value.denominator < 0 or value.numerator is None:
        return None
    above, cases = float(value.numerator), float(value.denominator)
    share = above / cases
    if method == "wilson":
        if not 0 <= share <= 1:
            return None
        middle = (share + Z**2 / (2 * cases)) / (1 + Z**2 / cases)
        arm = Z * sqrt(share * (1 - share) / cases + Z**2 / (4 * cases**2)) / (1 + Z**2 / cases)
        return multiplier * max(0.0, middle - arm), multiplier * min(1.0, middle + arm)
    if value.squares is None:
        return None
    squares = float(value.squares)
    if method == "net":
        middle = above / (cases + 3)
        arm = Z * sqrt(max(0.0, (squares + 1.5) / (cases + 3) - middle**2) / (cases + 3))
        low, high = max(-1.0, middle - arm), min(1.0, middle + arm)
        return multiplier * min(share, low), multiplier * max(share, high)
    if method == "mean" and cases > 1:
        spread = float(value.squares - value.numerator**2 / value.denominator) / (cases - 1)
        if not spread:
            return None  # cases that are all the same do not say how much they vary
        arm = student(round(cases) - 1) * sqrt(spread / cases)
        return max(ends[0], multiplier * (share - arm)), min(ends[1], multiplier * (share + arm))
    return None


def misestimated(
    published: Iterable[tuple[Published, Estimate]],
    computed: Mapping[tuple[str, str], Mapping[Key, Value]],
    given: Parameters,
) -> list[str]:
    """Return one line per value whose cases, sample flag or interval differ."""
    known = {(each.kpi_id, each.variant): each for each in definitions()}
    found = []
    for row, estimate in published:
        metric, key, got = (row[0], row[1]), row[2:6], row[8]
        method, cases, is_small = estimate[0], estimate[4], estimate[5]
        if metric not in known or row[2] == "trailing_12m" or got is None:
            continue
        if method is None and cases is None and is_small is None:
            continue
        value = at(computed, known[metric], key)  # type: ignore[arg-type]
        problems = differences(known[metric], value, row[4], estimate, given)
        found += [f"{row[0]} {row[1]} {show(key)}: {problem}" for problem in problems]
    return sorted(found)


def differences(
    definition: Definition, value: Value, scope_type: str, estimate: Estimate, given: Parameters
) -> Iterator[str]:
    """Yield what differs of one value."""
    method, sampled, lowest, highest, cases, is_small, low, high = estimate
    if cases is not None:
        if cases != round(value.cases or 0):
            yield f"{cases} cases, computed {value.cases}"
        if is_small != (cases < minimum_cases(definition.kpi_id, scope_type, given)):
            yield f"small sample {is_small} of {cases} cases"
    elif method or is_small is not None:
        yield f"{method} of no cases, small sample {is_small}"
    if method in ("mean", "skewed_mean") and not definition.squares:
        return  # how much the cases vary is not computed twice
    ends = (-inf if lowest is None else lowest, inf if highest is None else highest)
    shown = sampled or scope_type != "enterprise"
    want = bounds(method, value, float(definition.multiplier), ends) if shown else None
    if (want is None) != (low is None or high is None):
        yield f"between {low} and {high}, computed {want}"
    elif want is not None and low is not None and high is not None:
        middle = float(value.value or 0)
        for one, other in ((low, want[0]), (high, want[1])):
            if abs(one - other) > ARM * abs(other - middle) + 1e-6 * max(1.0, abs(middle)):
                yield f"between {low} and {high}, computed {want}"
