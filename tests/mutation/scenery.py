"""The warehouses that mutants are tried on: the golden example, and contact centers invented at random."""

from datetime import UTC
from pathlib import Path

from tests.mutation.judge import Judge
from tests.reference.center import Center, Parameters
from tests.reference.generated.builder import SEASONS
from tests.reference.generated.delivery import deliver, invented
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
    world = invented(SEASONS[number % len(SEASONS)], CENTERS, number)
    nights = Nights(scratch / "home", scratch / "state_of_home")
    landing = nights.home / "landing" / "standard"
    for night in (1, 2):
        deliver(world, landing, night)
    nights.night(world.season.as_of.replace(tzinfo=None), parameters=GOLDEN_PARAMETERS)
    center = Center(landing, world.season.as_of, Parameters(**GOLDEN_PARAMETERS))
    return Judge(scratch / "judge", nights, center, GOLDEN_PARAMETERS)
