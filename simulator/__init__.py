"""A believable contact center, simulated as discrete events and written as standard extracts."""

from simulator.options import SimulationOptions, SimulationSummary
from simulator.run import simulate

__all__ = ["SimulationOptions", "SimulationSummary", "simulate"]
