"""The confidence intervals of published values, against values worked out elsewhere; the SQL is run by itself."""

import math
import random
import statistics
from collections.abc import Callable, Sequence
from typing import Any

import duckdb
import pytest
from jinja2 import Environment

from orchestration.settings import PROJECT_DIR

Interval = Callable[..., list[float | None]]


@pytest.fixture(scope="module")
def bounds_sql() -> str:
    """Return the columns ``low`` and ``high`` as the macro writes them."""
    text = (PROJECT_DIR / "macros/kpi/confidence.sql").read_text()
    module: Any = Environment(autoescape=True).from_string(text).module
    return f"{module.confidence_bound('-')} as low, {module.confidence_bound('+')} as high"


@pytest.fixture(scope="module")
def interval(bounds_sql: str) -> Interval:
    """Return (low, high) of a value by its method and parts."""

    def bounds(
        method: str,
        numerator: float | None,
        denominator: float | None,
        squared_sum: float | None = None,
        *,
        multiplier: float = 1,
        scale: tuple[int | None, int | None] = (None, None),
        weights: tuple[float | None, float | None, int | None] = (None, None, None),
    ) -> list[float | None]:
        found = duckdb.execute(
            f"select {bounds_sql} from (select"
            " $1::varchar as confidence_method, $2::double as numerator, $3::double as denominator,"
            " $4::double as squared_sum, $5::double as multiplier, $6::double as lowest_value,"
            " $7::double as highest_value, $8::double as product_sum, $9::double as base_squared_sum,"
            " $10::double as case_count)",
            [method, numerator, denominator, squared_sum, multiplier, *scale, *weights],
        ).fetchone()
        assert found is not None
        return list(found)

    return bounds


@pytest.mark.parametrize(
    ("numerator", "denominator", "low", "high"),
    [(5, 10, 23.6593, 76.3407), (0, 10, 0, 27.7533), (10, 10, 72.2467, 100), (81, 263, 25.53, 36.62)],
)
def test_a_proportion_has_the_score_interval_of_wilson(
    interval: Interval, numerator: int, denominator: int, low: float, high: float
) -> None:
    assert interval("wilson", numerator, denominator, multiplier=100) == pytest.approx([low, high], abs=5e-3)


def test_a_net_score_has_the_adjusted_wald_interval(interval: Interval) -> None:
    # 60 for, 20 against, 20 neither; with 0.75, 0.75 and 1.5 added: 40/103, variance (81.5/103 - (40/103)^2) / 103
    assert interval("net", 40, 100, 80, multiplier=100) == pytest.approx([23.3799, 54.2902], abs=1e-3)


def test_a_mean_has_the_interval_of_student(interval: Interval) -> None:
    # 4, 4, 5, 5, 2: mean 4, sample variance 1.5, t with 4 degrees of freedom 2.7764
    assert interval("mean", 20, 5, 86) == pytest.approx([4 - 1.5207, 4 + 1.5207], abs=5e-3)
    # 3 and 5: t with 1 degree of freedom 12.706
    assert interval("mean", 8, 2, 34) == pytest.approx([-8.7062, 16.7062], abs=1e-3)
    assert interval("mean", 8, 2, 34, scale=(1, 5)) == [1, 5]
    # 400 answers: as good as normal
    assert interval("mean", 1600, 400, 6800) == pytest.approx([3.9016, 4.0984], abs=1e-3)


def moments(cases: Sequence[float]) -> tuple[float, int, float]:
    """Return the sum of cases, their number, and the sum of their squares."""
    return sum(cases), len(cases), sum(case * case for case in cases)


def test_a_mean_of_times_has_the_interval_of_student_on_its_logarithm(interval: Interval) -> None:
    times = [100, 200, 300, 600]  # mean 300; t with 3 degrees of freedom 3.1824
    arm = 3.1824 * statistics.stdev(times) / 2 / 300
    found = interval("skewed_mean", *moments(times))
    assert found == pytest.approx([300 * math.exp(-arm), 300 * math.exp(arm)])
    assert interval("skewed_mean", *moments([0, 0, 0])) == [0, 0]


def test_the_interval_of_skewed_times_holds_the_true_mean_oftener_than_that_of_student(interval: Interval) -> None:
    draw = random.Random(14)  # noqa: S311
    held = {"mean": 0, "skewed_mean": 0}
    for _ in range(1000):
        parts = moments([draw.lognormvariate(-0.5, 1) for _ in range(30)])  # the true mean is 1
        for method in held:
            low, high = interval(method, *parts)
            held[method] += low is not None and high is not None and low <= 1 <= high
    assert held["mean"] < held["skewed_mean"]
    assert 890 <= held["skewed_mean"] <= 950


def test_a_score_of_points_varies_by_the_distances_of_its_evaluations_from_the_common_ratio(
    interval: Interval,
) -> None:
    earned, possible = [8, 9, 30, 17], [10, 10, 40, 20]
    ratio = sum(earned) / sum(possible)
    distances = [above - ratio * below for above, below in zip(earned, possible, strict=True)]
    error = math.sqrt(4 / 3 * sum(distance**2 for distance in distances)) / sum(possible)
    weights = (
        sum(above * below for above, below in zip(earned, possible, strict=True)),
        sum(below**2 for below in possible),
        len(earned),
    )
    found = interval("mean", sum(earned), sum(possible), moments(earned)[2], multiplier=100, weights=weights)
    assert found == pytest.approx([100 * (ratio - 3.1824 * error), 100 * (ratio + 3.1824 * error)])


def test_an_interval_holds_its_value_and_nothing_that_is_impossible(bounds_sql: str) -> None:
    found = duckdb.execute(
        f"""
        with counted as (
            select positive, negative, cases
            from range(1, 40) as c (cases)
            cross join lateral range(cases + 1) as p (positive)
            cross join lateral range(0, cases - positive + 1, 3) as n (negative)
        ),
        input as (
            select 'wilson' as confidence_method, 0 as least, positive as numerator, cases as denominator,
                null as squared_sum
            from counted
            union
            select 'net', -1, positive - negative, cases, positive + negative from counted
        ),
        bounded as (
            select confidence_method, least, numerator / denominator as value, {bounds_sql}
            from (
                select *, 1 as multiplier, null::double as lowest_value, null::double as highest_value,
                    null::double as product_sum, null::double as base_squared_sum, null::double as case_count
                from input
            )
        )
        select confidence_method, count(*),
            count(*) filter (least <= low and low <= value and value <= high and high <= 1)
        from bounded group by all order by all
        """
    ).fetchall()
    assert found == [("net", 4108, 4108), ("wilson", 819, 819)]


def test_without_cases_or_method_there_is_no_interval(interval: Interval) -> None:
    assert interval("wilson", 0, 0) == [None, None]
    assert interval("wilson", None, None) == [None, None]
    assert interval("mean", 4, 1, 16) == [None, None]
    assert interval("", 1, 2) == [None, None]
