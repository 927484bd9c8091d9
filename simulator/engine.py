"""The event loop: a heap of (time, order of scheduling, action)."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from typing import Any

Action = Callable[..., object]


class Engine:
    """Runs actions in order of time; actions of the same second run in the order they were scheduled."""

    def __init__(self, start: int) -> None:
        self.now = start
        self._order = 0
        self._heap: list[tuple[int, int, Action, tuple[Any, ...]]] = []

    def at(self, time: int, action: Action, *args: object) -> None:
        """Schedule an action at a UTC second; a time already past means now."""
        self._order += 1
        heapq.heappush(self._heap, (time if time > self.now else self.now, self._order, action, args))

    def run_until(self, end: int) -> None:
        """Run everything before ``end`` and stand at ``end``."""
        heap = self._heap
        pop = heapq.heappop
        while heap and heap[0][0] < end:
            self.now, _, action, args = pop(heap)
            action(*args)
        self.now = end
