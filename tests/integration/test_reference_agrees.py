"""Many small contact centers, invented at random: the warehouse and an independent computation give the same KPIs.

Each example is a world of centers that share one warehouse, each with its own sites, queues, agents and customers,
delivered in two nights with late, repeated and corrected rows, under parameters of any allowed value. The details of a
center follow from a seed that hypothesis draws. ``REFERENCE_EXAMPLES`` and ``REFERENCE_CENTERS`` set how many worlds of
how many centers are tried; with ``REFERENCE_RANDOM=1`` every run draws other ones.
"""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from orchestration.documents.lineage import kpi_metrics
from orchestration.settings import PROJECT_DIR
from orchestration.transform.project import DbtPaths
from orchestration.transform.runner import current_manifest
from tests.reference.catalogue import definitions, values
from tests.reference.center import Center
from tests.reference.compare import Scopes, begun_as_published, disagreements
from tests.reference.estimates import misestimated
from tests.reference.generated.builder import SEASONS
from tests.reference.generated.delivery import World, deliver, worlds
from tests.reference.generated.parameters import known_to_both
from tests.reference.progress import misjudged
from tests.reference.spread import spreads, unsure
from tests.support.nights import Nights

EXAMPLES = int(os.environ.get("REFERENCE_EXAMPLES", "1"))
CENTERS = int(os.environ.get("REFERENCE_CENTERS", "16"))
RANDOM = os.environ.get("REFERENCE_RANDOM") == "1"

NUMBERS = (
    "kpi_id, variant, period_type || coalesce(' ' || strftime(interval_start_at, '%Y-%m-%dT%H:%M:%S'), ''),"
    " coalesce(interval_local_start, period_start), scope_type, scope_id, numerator, denominator, value,"
    " recorded_share, missing_parts"
)
VALUES = f"select {NUMBERS} from marts.kpi_value"
ESTIMATES = (
    f"select {NUMBERS}, confidence_method, is_sampled, lowest_value, highest_value, sample_size, is_sample_small,"
    " confidence_low, confidence_high from marts.kpi_value inner join marts.dim_kpi using (kpi_id, variant)"
)
STATES = (
    "select kpi_id, variant, period_type, period_start, scope_type, scope_id, state, coverage_share, final_after_days,"
    " value is not null from marts.kpi_value inner join marts.dim_kpi using (kpi_id, variant)"
)
INTERVALS = (
    "select kpi_id, variant, period_type, period_start, scope_type, scope_id, value, confidence_low, confidence_high"
    " from marts.kpi_value"
)


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a place for dbt's parse cache, shared by all examples."""
    return tmp_path_factory.mktemp("state")


@pytest.fixture
def new_home(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Path]:
    """Return what makes a new home."""
    return lambda: tmp_path_factory.mktemp("home")


def read(nights: Nights, select: str, parameters: list[Any] | None = None) -> list[tuple[Any, ...]]:
    """Return rows that begin with ``NUMBERS``; an interval starts at a local time, other periods on a day."""
    rows = nights.query(select, parameters)
    return [row if row[2].startswith("interval") else (*row[:3], row[3].date(), *row[4:]) for row in rows]


def build(world: World, nights: Nights) -> None:
    """Refresh a warehouse over the two nights of a world."""
    landing = nights.home / "landing" / "standard"
    for number, as_of in ((1, world.first_night), (2, world.season.as_of)):
        deliver(world, landing, number)
        nights.night(as_of.replace(tzinfo=None), parameters=world.parameters)


def published_for(nights: Nights) -> Scopes:
    """Return period types and scope types by KPI and variant."""
    rows = nights.query("select kpi_id, variant, period_types, scope_types from marts.dim_kpi")
    return {
        (kpi_id, variant): (frozenset(periods.split(",")), frozenset(scopes.split(",")))
        for kpi_id, variant, periods, scopes in rows
    }


@pytest.mark.parametrize("season", SEASONS, ids=[season.name for season in SEASONS])
def test_the_warehouse_agrees_with_an_independent_computation(
    season: Any, state: Path, new_home: Callable[[], Path]
) -> None:
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=not RANDOM,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(worlds(season, CENTERS))
    def agree(world: World) -> None:
        nights = Nights(new_home(), state)
        build(world, nights)
        landing = nights.home / "landing" / "standard"
        center = Center(landing, world.season.as_of, known_to_both(world.parameters))
        computed = values(center)
        scopes = published_for(nights)
        published = [(row[:11], row[11:]) for row in read(nights, ESTIMATES)]
        numbers = [row for row, _ in published]
        computed = begun_as_published(numbers, computed)
        assert disagreements(numbers, computed, scopes) == []
        periods = {metric: types for metric, (types, _) in scopes.items()}
        assert misestimated(published, computed, center.parameters) == []
        assert misjudged(nights.query(STATES), computed, periods, center) == []
        assert unsure(nights.query(INTERVALS), spreads(center)) == []

    agree()


def test_every_published_variant_is_computed_twice(state: Path) -> None:
    metrics = kpi_metrics(current_manifest(DbtPaths(PROJECT_DIR, state), state))
    published = {(kpi["kpi_id"], kpi["variant"]) for _, kpi in metrics}
    assert published - {(each.kpi_id, each.variant) for each in definitions()} == set()
