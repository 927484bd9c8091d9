"""One invented publication with its boards drawn, shared by the tests of boards."""

from pathlib import Path

import pytest

from tests.support.board_publication import drawn_publication


@pytest.fixture(scope="session")
def drawn() -> Path:
    """Return the folder of a publication whose boards are in ``site/``."""
    return drawn_publication()
