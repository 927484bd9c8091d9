"""The warehouse that mutants are tried on."""

from datetime import UTC
from pathlib import Path

from tests.mutation.judge import Judge
from tests.reference.center import Center, Parameters
from tests.support.nights import GOLDEN, GOLDEN_AS_OF, GOLDEN_PARAMETERS, Nights, land_golden


def golden_scenery(scratch: Path) -> Judge:
    """Return a judge over the golden example."""
    nights = Nights(scratch / "home", scratch / "state_of_home")
    land_golden(nights.home)
    nights.night(GOLDEN_AS_OF, parameters=GOLDEN_PARAMETERS)
    center = Center(GOLDEN / "inputs", GOLDEN_AS_OF.replace(tzinfo=UTC), Parameters(**GOLDEN_PARAMETERS))
    return Judge(scratch / "judge", nights, center, GOLDEN_PARAMETERS)
