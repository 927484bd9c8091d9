"""Fixtures shared by the tests of single source systems."""

from pathlib import Path

import pytest

from tests.integration.system_support import SystemWarehouse


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
