"""Fixtures that several files share: a warehouse for single source systems, and the finished golden example."""

from pathlib import Path

import pytest

from tests.integration.system_support import SystemWarehouse
from tests.support.nights import GOLDEN_AS_OF, GOLDEN_PARAMETERS, Nights, land_golden


@pytest.fixture(scope="session")
def shared_system_warehouse(tmp_path_factory: pytest.TempPathFactory) -> SystemWarehouse:
    """Return the one warehouse of the session: dbt parses once for it."""
    folder: Path = tmp_path_factory.mktemp("systems")
    return SystemWarehouse(folder)


@pytest.fixture
def system_warehouse(shared_system_warehouse: SystemWarehouse) -> SystemWarehouse:
    """Return an empty warehouse."""
    shared_system_warehouse.reset()
    return shared_system_warehouse


@pytest.fixture(scope="session")
def golden(tmp_path_factory: pytest.TempPathFactory) -> Nights:
    """Return the warehouse of the golden example after its night; nobody writes to it."""
    nights = Nights(tmp_path_factory.mktemp("golden"), tmp_path_factory.mktemp("state"))
    land_golden(nights.home)
    nights.night(GOLDEN_AS_OF, parameters=GOLDEN_PARAMETERS)
    return nights
