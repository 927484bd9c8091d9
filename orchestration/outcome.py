"""How a refresh ended, as the command line and tests read it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from orchestration.boards.site import Site
from orchestration.publish.release import Release


@dataclass(frozen=True)
class RefreshOutcome:
    """How a refresh ended; ``release`` is None unless it was published, ``problems`` is what went wrong after that.

    ``rebuild_reason`` says why tables were built anew, and is empty where none was.
    """

    refresh_id: int
    run_id: str
    status: str
    stage: str
    reasons: list[str]
    as_of: datetime
    is_full: bool
    rebuild_reason: str
    stage_seconds: Mapping[str, float]
    release: Release | None
    problems: list[str] = field(default_factory=list)
    site: Site | None = None
