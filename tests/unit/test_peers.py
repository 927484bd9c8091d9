"""Which members of a group differ by more than chance; the SQL is run by itself, over members with known rates."""

import random
from collections.abc import Callable, Iterable, Mapping
from math import comb
from typing import Any

import duckdb
import pytest
from jinja2 import Environment

from orchestration.settings import PROJECT_DIR

Member = tuple[str, float, float, float | None] | tuple[str, float, float, float | None, float, float, int]
"""Id, numerator, denominator, sum of squares; of points also the sums of products and of squared bases, and cases."""

Judge = Callable[..., dict[str, tuple[float, bool]]]

COLUMNS = (
    "kpi_id varchar, variant varchar, period_type varchar, period_start integer, scope_type varchar, scope_id varchar,"
    " confidence_method varchar, multiplier double, numerator double, denominator double, squared_sum double,"
    " minimum_sample integer, product_sum double, base_squared_sum double, case_count double"
)


NONE = (None, None, None)
"""Of cases that are each 1 of the denominator."""


@pytest.fixture(scope="module")
def macros() -> Any:
    """Return the macros of the file; whether a member is the rest of its scope is said elsewhere."""
    environment = Environment(autoescape=False)  # noqa: S701 (this is SQL)
    environment.globals["is_rest"] = lambda column: f"({column} = 'no_team')"
    files = [PROJECT_DIR / "macros/kpi" / name for name in ("confidence.sql", "peers.sql")]
    return environment.from_string("".join(file.read_text() for file in files)).module


@pytest.fixture(scope="module")
def judge(macros: Any) -> Judge:
    """Return the common rate, and whether a member differs, by period and member, as the macro finds it."""

    def judged(
        groups: Mapping[int, Iterable[Member]], method: str = "wilson", scope: str = "team", period: str = "month"
    ) -> dict[str, tuple[float, bool]]:
        with duckdb.connect() as con:
            con.execute(f"create table shown ({COLUMNS})")
            rows = [
                ("k", "default", period, group, scope, name, method, 1.0, above, below, squares, 30, *(weights or NONE))
                for group, members in groups.items()
                for name, above, below, squares, *weights in members
            ]
            con.executemany(f"insert into shown values ({', '.join('?' * 15)})", rows)
            found = con.execute(
                f"with {macros.compared_with_peers('shown')}"
                " select period_start || ':' || scope_id, peer_value, differs_from_peers from compared_with_peers"
            ).fetchall()
        return {name: (value, differs) for name, value, differs in found}

    return judged


def tail(hits: int, cases: int, all_hits: int, all_cases: int) -> float:
    """Return twice the smaller tail of the hypergeometric distribution, by counting."""
    ways = [comb(all_hits, hit) * comb(all_cases - all_hits, cases - hit) for hit in range(min(cases, all_hits) + 1)]
    smaller = min(sum(ways[: hits + 1]), sum(ways[hits:]))
    return min(1.0, 2 * smaller / comb(all_cases, cases))


def test_the_probability_of_a_proportion_is_that_of_drawing_its_cases_at_random(macros: Any) -> None:
    tables = [
        (hits, cases, all_hits, 40)
        for cases in (1, 7, 24, 39)
        for all_hits in (1, 8, 20, 39)
        for hits in range(max(0, cases + all_hits - 40), min(cases, all_hits) + 1)
    ]
    tables += [(460, 1000, 4000, 10000), (350, 1000, 4000, 10000), (5, 1000, 150, 10000)]
    for hits, cases, all_hits, all_cases in tables:
        found = duckdb.execute(
            f"select {macros.hypergeometric_tails()} from (select *, cases * all_hits / all_cases as expected,"
            " sqrt(cases * all_hits / all_cases * (1 - all_hits / all_cases) * (all_cases - cases) / (all_cases - 1))"
            " as spread from (select $1::double as hits, $2::double as cases, $3::double as all_hits,"
            " $4::double as all_cases))",
            [hits, cases, all_hits, all_cases],
        ).fetchone()
        assert found is not None
        # from the hits outwards is the smaller tail, unless the hits are as many as are expected
        expected = tail(hits, cases, all_hits, all_cases)
        assert found[0] == pytest.approx(expected, rel=1e-6) or (found[0] == 1 and expected > 0.5)


@pytest.mark.parametrize(
    ("deviate", "probability"), [(0, 1), (1, 0.3173105), (1.959964, 0.05), (3.890592, 1e-4), (6.109410, 1e-9)]
)
def test_the_probability_of_a_deviate_is_that_of_the_normal_table(
    macros: Any, deviate: float, probability: float
) -> None:
    found = duckdb.execute(f"select {macros.normal_tails('x')} from (select $1::double as x)", [deviate]).fetchone()
    assert found is not None
    assert found[0] == pytest.approx(probability, rel=1e-5)


def test_of_agents_with_one_true_rate_hardly_a_group_has_one_who_is_said_to_differ(judge: Judge) -> None:
    draw = random.Random(11)  # noqa: S311
    groups = {
        group: [(f"A{agent}", float(sum(draw.random() < 0.2 for _ in range(24))), 24.0, None) for agent in range(20)]
        for group in range(300)
    }
    shares = [hits / cases for members in groups.values() for _, hits, cases, _ in members]
    assert min(shares) == 0
    assert max(shares) >= 0.5
    marked = {name.split(":")[0] for name, (_, differs) in judge(groups, scope="agent").items() if differs}
    assert len(marked) <= 0.05 * len(groups)


def test_who_really_differs_is_found_among_those_who_do_not(judge: Judge) -> None:
    draw = random.Random(12)  # noqa: S311
    rates = {"A0": 0.6, "A1": 0.01} | {f"A{agent}": 0.2 for agent in range(2, 20)}
    hits = {name: float(sum(draw.random() < rate for _ in range(120))) for name, rate in rates.items()}
    members = [(name, above, 120.0, None) for name, above in hits.items()]
    found = judge({0: members}, scope="agent")
    assert {name for name, (_, differs) in found.items() if differs} == {"0:A0", "0:A1"}
    assert found["0:A5"][0] == pytest.approx(sum(hits.values()) / (20 * 120))


def test_the_same_distance_counts_for_less_among_more_members(judge: Judge) -> None:
    apart = [("A", 13.0, 24.0, None)]
    few = apart + [(f"B{number}", 5.0, 24.0, None) for number in range(5)]
    many = apart + [(f"B{number}", 5.0, 24.0, None) for number in range(200)]
    assert tail(13, 24, 13 + 5 * 5, 6 * 24) < 0.05 / 6
    assert 0.05 / 201 < tail(13, 24, 13 + 200 * 5, 201 * 24) < 0.05
    assert judge({0: few})["0:A"][1]
    assert not judge({0: many})["0:A"][1]


def test_means_differ_by_their_spread_and_few_cases_say_nothing_of_a_mean(judge: Judge) -> None:
    draw = random.Random(13)  # noqa: S311

    def member(name: str, middle: float, cases: int) -> Member:
        times = [draw.lognormvariate(0, 0.6) * middle for _ in range(cases)]
        return (name, sum(times), float(cases), sum(time * time for time in times))

    alike = {group: [member(f"A{number}", 300, 40) for number in range(20)] for group in range(200)}
    marked = {name.split(":")[0] for name, (_, differs) in judge(alike, "mean", "agent").items() if differs}
    assert len(marked) <= 0.08 * len(alike)
    unlike = [*alike[1], member("SLOW", 500, 100), member("RARE", 5000, 29)]
    found = judge({0: unlike}, "mean", "agent")
    assert {name for name, (_, differs) in found.items() if differs} == {"0:SLOW"}
    assert "0:RARE" not in found


def test_long_tails_of_times_mark_nobody_by_mistake(judge: Judge) -> None:
    draw = random.Random(15)  # noqa: S311

    def member(name: str, middle: float) -> Member:
        # squared coefficient of variation 2.9, as of the waits in a bank's call log
        times = [draw.lognormvariate(0, 1.17) * middle for _ in range(30)]
        return (name, sum(times), 30.0, sum(time * time for time in times))

    alike = {group: [member(f"Q{number}", 60) for number in range(20)] for group in range(200)}

    def marked(method: str) -> int:
        return len({name.split(":")[0] for name, (_, differs) in judge(alike, method, "queue").items() if differs})

    assert marked("mean") > 0.1 * len(alike)
    assert marked("skewed_mean") <= 0.08 * len(alike)
    unlike = [*alike[1], member("SLOW", 400), member("FAST", 8)]
    found = judge({0: unlike}, "skewed_mean", "queue")
    assert {name for name, (_, differs) in found.items() if differs} == {"0:SLOW", "0:FAST"}


def test_a_score_of_points_is_not_marked_for_long_evaluations(judge: Judge) -> None:
    draw = random.Random(16)  # noqa: S311

    def member(name: str, possible: int, share: float) -> Member:
        earned = [possible * min(1.0, draw.gauss(share, 0.05)) for _ in range(40)]
        squares = sum(points**2 for points in earned)
        return (name, sum(earned), 40.0 * possible, squares, sum(earned) * possible, 40.0 * possible**2, 40)

    members = [
        member("LONG", 200, 0.8),
        *(member(f"A{number}", 20, 0.8) for number in range(10)),
        member("LOW", 20, 0.6),
    ]
    found = judge({0: members}, "mean", "agent")
    assert {name for name, (_, differs) in found.items() if differs} == {"0:LOW"}


def test_without_peers_nobody_is_judged(judge: Judge) -> None:
    alone: list[Member] = [("T1", 3.0, 4.0, None), ("T2", 0.0, 0.0, None), ("unknown", 9.0, 9.0, None)]
    alone += [("no_team", 9.0, 9.0, None)]
    assert judge({0: alone}) == {}
    two: list[Member] = [("T1", 3.0, 4.0, None), ("T2", 3.0, 4.0, None)]
    assert judge({0: two}) == {"0:T1": (0.75, False), "0:T2": (0.75, False)}
    assert judge({0: two}, scope="channel") == {}
    assert judge({0: two}, period="interval") == {}
