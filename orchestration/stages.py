"""The stages of a night: how they are timed, noted in the books, watched, and how they fail.

Also what is decided before a night starts: its as-of instant.
"""

import time
from datetime import UTC, date, datetime
from types import TracebackType
from typing import Protocol
from zoneinfo import ZoneInfo

import duckdb

from orchestration.faults import why
from orchestration.ingest.errors import IngestError
from orchestration.monitor import beat
from orchestration.publish.columns import UnpublishableColumnError
from orchestration.settings import Settings
from orchestration.transform.runner import DbtError
from orchestration.validate.suites import SuiteError

STAGES = ("prepare", "load", "incoming", "dbt", "audit", "boards", "publish")


class NightFailedError(RuntimeError):
    """The refresh stopped; ``stage`` says where and ``reasons`` why, the most telling first."""

    def __init__(self, stage: str, reasons: list[str]) -> None:
        super().__init__(f"{stage}: {'; '.join(reasons)}")
        self.stage = stage
        self.reasons = reasons


class RefreshRunningError(RuntimeError):
    """Another process is refreshing the same home."""


class Progress(Protocol):
    """What a refresh tells while it runs."""

    def stage(self, name: str) -> None:
        """Tell that a stage begins."""

    def step(self, done: int, total: int, what: str) -> None:
        """Tell that ``done`` of ``total`` pieces are finished, ``what`` last; a total of 0 is unknown."""


class Silent:
    """Progress that nobody watches."""

    def stage(self, name: str) -> None:
        """Say nothing."""

    def step(self, done: int, total: int, what: str) -> None:
        """Say nothing."""


def latest_midnight(time_zone: str, now: datetime | None = None) -> datetime:
    """Return the latest local midnight not after ``now`` (aware; default the present) as naive UTC.

    The same all day, so a refresh can be repeated.
    """
    local = (now or datetime.now(UTC)).astimezone(ZoneInfo(time_zone))
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    return midnight.astimezone(UTC).replace(tzinfo=None)


def local_date(instant: datetime, time_zone: str) -> date:
    """Return the local date of a naive UTC instant."""
    return instant.replace(tzinfo=UTC).astimezone(ZoneInfo(time_zone)).date()


class Watched(Protocol):
    """What a stage needs to know of its night."""

    settings: Settings
    progress: Progress
    refresh_id: int
    stage_seconds: dict[str, float]

    def note_stage(self, name: str) -> None:
        """Write the running stage into the books."""

    def fail(self, failure: NightFailedError) -> None:
        """Close the refresh as failed."""


class Stage:
    """Times one stage, notes it in the books, and closes the refresh when it fails."""

    expected = (duckdb.Error, OSError, IngestError, DbtError, SuiteError, UnpublishableColumnError)

    def __init__(self, night: Watched, name: str) -> None:
        self.night = night
        self.name = name
        self.started = 0.0

    def __enter__(self) -> None:
        """Start the clock."""
        self.started = time.monotonic()
        self.night.note_stage(self.name)
        self.night.progress.stage(self.name)
        beat(self.night.settings.home, self.night.refresh_id, self.name)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        """Stop the clock; turn an error that a night may meet into ``NightFailedError``."""
        self.night.stage_seconds[self.name] = round(time.monotonic() - self.started, 2)
        if error is None:
            return
        fault = why(error, self.night.settings.home)
        if isinstance(error, NightFailedError):
            self.night.fail(NightFailedError(error.stage, [fault, *error.reasons]) if fault else error)
        else:
            text = fault or str(error).strip() or type(error).__name__
            failure = NightFailedError(self.name, [" ".join(text.split())])
            self.night.fail(failure)
            if isinstance(error, self.expected):
                raise failure from error
