"""What tests of whole processes share."""

from pathlib import Path

import pytest

from tests.support.installation import Installation, first_night, with_news


@pytest.fixture(scope="session")
def published_yesterday(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """Return an installation whose first refresh published; never changed by a test."""
    return first_night(tmp_path_factory.mktemp("yesterday"))


@pytest.fixture
def installation(published_yesterday: Installation, tmp_path: Path) -> Installation:
    """Return a copy of it with a new delivery."""
    return with_news(published_yesterday, tmp_path)
