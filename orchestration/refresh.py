"""The nightly refresh as one call, without Dagster; assets and command line go through the same ``Night``."""

import contextlib
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from orchestration.night import Night, RefreshOutcome
from orchestration.settings import Settings
from orchestration.stages import NightFailedError, Progress, Silent


def refresh(
    settings: Settings,
    as_of: datetime | None = None,
    parameters: Mapping[str, Any] | None = None,
    full_refresh: bool = False,
    progress: Progress | None = None,
    project_dir: Path | None = None,
) -> RefreshOutcome:
    """Run one night without Dagster and return how it ended; failures of the night are returned, not raised.

    Raises ``RefreshRunningError`` and ``ParameterError`` before anything is touched.
    """
    night = Night(settings, as_of, parameters, full_refresh, progress=progress or Silent(), project_dir=project_dir)
    with night, contextlib.suppress(NightFailedError):
        for stage in (night.begin, night.load, night.check_incoming, night.transform, night.audit, night.publish):
            stage()
    return night.outcome()
