"""Fixtures that several files share: a warehouse for single source systems, and the finished golden example."""

from pathlib import Path

import pytest

from orchestration.settings import PROJECT_DIR
from orchestration.transform.project import DbtPaths, Manifest, read_manifest
from tests.integration.system_support import SystemWarehouse
from tests.support.clone import Clone, shared_clone
from tests.support.nights import GOLDEN_AS_OF, GOLDEN_PARAMETERS, Nights, golden_night, lend_parsed


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
    return golden_night(
        tmp_path_factory.mktemp("golden"), tmp_path_factory.mktemp("state"), GOLDEN_AS_OF, GOLDEN_PARAMETERS
    )


@pytest.fixture(scope="session")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> Manifest:
    """Return the manifest of the project as it is now."""
    paths = DbtPaths(PROJECT_DIR, tmp_path_factory.mktemp("parsed"))
    lend_parsed(paths)
    return read_manifest(paths)


@pytest.fixture(scope="session")
def clone() -> Clone:
    """Return a clone of the project with a small center's warehouse and publication."""
    return shared_clone()
