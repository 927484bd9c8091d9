"""The queue core against the closed forms of Erlang C and Erlang A."""

from __future__ import annotations

import math
import random
from statistics import mean, stdev

import pytest

from simulator.queueing import Dispatcher, QueueStatistics, simulate_queue
from simulator.staffing import erlang_c, servers_needed

BATCHES = 40


def textbook_erlang_c(servers: int, load: float) -> float:
    top = load**servers / math.factorial(servers) * servers / (servers - load)
    return top / (sum(load**k / math.factorial(k) for k in range(servers)) + top)


def erlang_a(rate: float, service: float, servers: int, patience: float) -> tuple[float, float, float]:
    """Delay probability, mean wait and abandonment of M/M/n+M from its birth-and-death steady state."""
    weights = [1.0]
    for k in range(1, servers + 3000):
        death = min(k, servers) / service + max(k - servers, 0) / patience
        weights.append(weights[-1] * rate / death)
    total = sum(weights)
    queue = sum((k - servers) * weight for k, weight in enumerate(weights) if k > servers) / total
    delayed = sum(weights[servers:]) / total
    return delayed, queue / rate, queue / patience / rate


def batch_estimate(values: list[float]) -> tuple[float, float]:
    """Mean and its standard error from batch means, which allows for waits that depend on each other."""
    size = len(values) // BATCHES
    means = [mean(values[i * size : (i + 1) * size]) for i in range(BATCHES)]
    return mean(means), stdev(means) / math.sqrt(BATCHES)


def assert_agrees(values: list[float], theory: float) -> None:
    """Agreement within 3.5 standard errors (t with 39 degrees: one in 800 by chance; the seeds are fixed)."""
    estimate, error = batch_estimate(values)
    assert error < 0.08 * theory, "the run is too short to tell anything"
    assert abs(estimate - theory) < 3.5 * error, f"{estimate} +- {error} against {theory}"


def run(servers: int, load: float, patience: float | None, seed: int) -> QueueStatistics:
    return simulate_queue(
        arrival_rate=load / 180.0,
        service_mean=180.0,
        servers=servers,
        customers=160_000,
        warm_up=5_000,
        patience_mean=patience,
        rng=random.Random(seed),  # noqa: S311
    )


@pytest.mark.parametrize(("servers", "load", "seed"), [(1, 0.6, 1), (5, 4.0, 2), (20, 17.0, 3)])
def test_waits_without_abandonment_agree_with_erlang_c(servers: int, load: float, seed: int) -> None:
    found = run(servers, load, None, seed)
    delayed = textbook_erlang_c(servers, load)
    assert_agrees([float(wait > 0) for wait in found.waits], delayed)
    assert_agrees(list(found.waits), delayed * 180.0 / (servers - load))
    assert found.abandoned_share == 0


@pytest.mark.parametrize(("servers", "load", "patience", "seed"), [(5, 4.5, 120.0, 4), (10, 12.0, 240.0, 5)])
def test_waits_and_abandonment_agree_with_erlang_a(servers: int, load: float, patience: float, seed: int) -> None:
    found = run(servers, load, patience, seed)
    delayed, wait, abandoned = erlang_a(load / 180.0, 180.0, servers, patience)
    assert_agrees([float(value > 0) for value in found.waits], delayed)
    assert_agrees(list(found.waits), wait)
    assert_agrees([float(value) for value in found.abandoned], abandoned)


def test_the_service_level_of_the_simulated_queue_is_what_the_planner_expects() -> None:
    found = run(20, 17.0, None, 6)
    planned = 1 - erlang_c(20, 17.0) * math.exp(-(20 - 17.0) * 20 / 180.0)
    assert_agrees([float(wait <= 20) for wait in found.waits], planned)


@pytest.mark.parametrize(("servers", "load"), [(1, 0.5), (7, 6.2), (60, 55.0)])
def test_the_planner_uses_the_textbook_erlang_c(servers: int, load: float) -> None:
    assert erlang_c(servers, load) == pytest.approx(textbook_erlang_c(servers, load), rel=1e-9)


def test_the_planner_hires_no_more_than_needed() -> None:
    servers = servers_needed(rate=0.1, service=200.0, threshold=20.0)
    for count, reaches in ((servers, True), (servers - 1, False)):
        level = 1 - textbook_erlang_c(count, 20.0) * math.exp(-(count - 20.0) * 20.0 / 200.0) if count > 20 else 0.0
        assert (level >= 0.8) is reaches


def test_the_longest_waiting_item_of_the_most_urgent_line_is_served_first() -> None:
    core: Dispatcher[str, str] = Dispatcher(["urgent", "normal"])
    for line, item in (("normal", "n1"), ("urgent", "u1"), ("urgent", "u2"), ("normal", "n2")):
        assert core.offer(line, item) is None
    assert core.leave("urgent", "u1")
    assert not core.leave("urgent", "u1")
    assert [core.next_item() for _ in range(4)] == ["u2", "n1", "n2", None]


def test_the_longest_idle_server_takes_the_next_arrival() -> None:
    core: Dispatcher[str, str] = Dispatcher(["line"])
    for server in ("a", "b", "c"):
        core.add_idle(server)
    assert core.withdraw("b")
    assert core.offer("line", "x") == "a"
    assert core.take_idle(keep=1) is None
    assert core.take_idle() == "c"
