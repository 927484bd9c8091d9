"""The warehouses that mutants are tried on: the golden example, and contact centers invented at random."""

from datetime import UTC
from pathlib import Path
from random import Random

from tests.mutation.judge import Judge
from tests.reference.center import Center, Parameters
from tests.reference.generated.builder import SEASONS, ZONES, Plan
from tests.reference.generated.delivery import World, deliver
from tests.support.nights import GOLDEN, GOLDEN_AS_OF, GOLDEN_PARAMETERS, Nights, land_golden

CENTERS = 16


def golden_scenery(scratch: Path) -> Judge:
    """Return a judge over the golden example."""
    nights = Nights(scratch / "home", scratch / "state_of_home")
    land_golden(nights.home)
    nights.night(GOLDEN_AS_OF, parameters=GOLDEN_PARAMETERS)
    center = Center(GOLDEN / "inputs", GOLDEN_AS_OF.replace(tzinfo=UTC), Parameters(**GOLDEN_PARAMETERS))
    return Judge(scratch / "judge", nights, center, GOLDEN_PARAMETERS)


def random_scenery(scratch: Path, number: int) -> Judge:
    """Return a judge over small contact centers of one of the seasons, always the same for a number."""
    chance = Random(number)  # noqa: S311 - test data, no secret
    plans = tuple(plan(chance) for _ in range(CENTERS))
    world = World(SEASONS[number % len(SEASONS)], plans, number)
    nights = Nights(scratch / "home", scratch / "state_of_home")
    landing = nights.home / "landing" / "standard"
    for night in (1, 2):
        deliver(world, landing, night)
    nights.night(world.season.as_of.replace(tzinfo=None), parameters=GOLDEN_PARAMETERS)
    center = Center(landing, world.season.as_of, Parameters(**GOLDEN_PARAMETERS))
    return Judge(scratch / "judge", nights, center, GOLDEN_PARAMETERS)


def plan(chance: Random) -> Plan:
    """Return a center with some of everything."""
    zones = (chance.choice(ZONES), chance.choice(ZONES))
    return Plan(chance.getrandbits(32), zones, chance.randint(5, 30), chance.randint(2, 8))
