"""Random numbers: one independent stream per concern, so that changing one part does not reshuffle the others."""

from __future__ import annotations

import math
import random
from bisect import bisect
from collections.abc import Sequence
from itertools import accumulate
from typing import Generic, TypeVar

T = TypeVar("T")


def stream(seed: int, *names: object) -> random.Random:
    """Random stream of a concern (and, for some, of a day). Not for secrets."""
    return random.Random(":".join(str(part) for part in (seed, *names)))  # noqa: S311


def poisson(rng: random.Random, mean: float) -> int:
    """One Poisson count: by multiplication up to a mean of 30, by the rounded normal beyond."""
    if mean <= 0:
        return 0
    if mean > 30:
        return max(0, round(rng.gauss(mean, math.sqrt(mean))))
    limit, product, count = math.exp(-mean), rng.random(), 0
    while product > limit:
        product *= rng.random()
        count += 1
    return count


def lognormal(rng: random.Random, mean: float, sigma: float) -> float:
    """Lognormal value with the given mean (not median) and log-scale deviation."""
    return mean * math.exp(sigma * rng.gauss(0.0, 1.0) - sigma * sigma / 2)


class Choice(Generic[T]):
    """A weighted choice prepared once and drawn often."""

    def __init__(self, options: Sequence[tuple[T, float]]) -> None:
        self._values = [value for value, _ in options]
        self._cumulative = list(accumulate(weight for _, weight in options))
        self._last = len(self._values) - 1

    def draw(self, rng: random.Random) -> T:
        """One value, with probability proportional to its weight."""
        return self._values[bisect(self._cumulative, rng.random() * self._cumulative[-1], 0, self._last)]
