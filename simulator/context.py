"""What every part of the simulation shares."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from simulator.engine import Engine
from simulator.options import SimulationOptions
from simulator.output import Output
from simulator.streams import stream


@dataclass
class Context:
    """The options, the event loop, the output and the random streams by concern."""

    options: SimulationOptions
    engine: Engine
    out: Output = field(default_factory=Output)
    _streams: dict[str, random.Random] = field(default_factory=dict)

    def rng(self, concern: str) -> random.Random:
        """Return the concern's own random stream, always the same object."""
        if concern not in self._streams:
            self._streams[concern] = stream(self.options.seed, concern)
        return self._streams[concern]
