"""One invented publication with its boards drawn, shared by the tests of boards."""

from pathlib import Path

import pytest

from orchestration.boards.site import build_site
from orchestration.settings import PROJECT_DIR
from tests.support.board_publication import BEFORE, write_publication


@pytest.fixture(scope="session")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a publication whose boards are in ``site/``."""
    published = tmp_path_factory.mktemp("boards") / "published"
    write_publication(published)
    build_site(published, PROJECT_DIR, BEFORE)
    return published
