"""What all tests share: whole nights first, boards in one language, less garbage collection, a place to meet."""

import gc
import os
from pathlib import Path

import pytest

from tests.support.shared import share_in

HERE = Path(__file__).parent
NIGHTS = ("integration", "e2e")

# collections cost a twelfth of every night of dbt in one process
gc.set_threshold(100_000, 50, 100)

# a page in another language costs as much as the first; the wheel is tried, and boards are looked at, in all of them
os.environ["CONTACT_CENTER_LANGUAGES"] = "en"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the files that run whole nights first: minutes each, at the end they would leave all workers but one idle."""
    items.sort(key=lambda item: item.path.relative_to(HERE).parts[0] not in NIGHTS)


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Return the name of the argument for bytes: their text in an id is unreadable, and may differ between workers."""
    return argname if isinstance(val, bytes) else None


@pytest.fixture(scope="session", autouse=True)
def shared(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Have the workers of this run meet in its temporary folder."""
    base = tmp_path_factory.getbasetemp()
    share_in(base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base)
