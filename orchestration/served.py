"""What goes with a publication: the boards, and its copy in PostgreSQL. A failure is a problem, and undoes nothing."""

import contextlib
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import duckdb

from orchestration.alerts import of_refresh, send
from orchestration.boards.declare import BoardError
from orchestration.boards.site import INDEX, build_site
from orchestration.publish.candidate import Candidate
from orchestration.publish.keep import carry_site
from orchestration.publish.layout import SITE, in_place
from orchestration.rewrite import is_wanted, rewrite
from orchestration.seal import seal
from orchestration.stages import local_date

if TYPE_CHECKING:
    from orchestration.night import Night


def copy_release(night: "Night") -> None:
    """Copy the release to PostgreSQL, where the settings name one."""
    from orchestration.publish.postgres import PostgresError, copy_to_postgres

    settings = night.settings
    url = settings.postgres_url.get_secret_value()
    if not url:
        return
    with _timed(night, "postgres"):
        try:
            copy_to_postgres(settings.published, url, settings.postgres_reader)
        except PostgresError as error:
            night.problems.append(f"PostgreSQL serves what it served before: {error}")


def draw_release(night: "Night", candidate: Candidate) -> None:
    """Draw the boards of a candidate into it; it keeps those of the release in place when they cannot be drawn."""
    settings = night.settings
    with _timed(night, "boards"):
        before = local_date(night.as_of_instant, settings.time_zone)
        try:
            languages = settings.board_languages
            drawn = build_site(
                candidate.folder, night.paths.project, before, languages, night.progress.step, night.manifest
            )
            night.site = replace(drawn, index=settings.published / SITE / INDEX)
        except (BoardError, duckdb.Error, OSError, ValueError) as error:
            night.problems.append(f"the boards FAILED and stay as they were before: {' '.join(str(error).split())}")
            carry_site(in_place(settings.published), candidate.folder)


def close_warehouse(night: "Night") -> None:
    """Seal the warehouse of a refresh that is over; write it anew first where an erasure asks for that."""
    if not night.refresh_id:
        return
    warehouse = night.settings.warehouse
    try:
        with night.connect() as con:
            is_due = night.release is not None and is_wanted(con, night.refresh_id)
        if is_due:
            night.progress.step(0, 0, "writing the warehouse anew, without the bytes of what was erased")
            rewrite(warehouse, night.refresh_id)
    except (OSError, duckdb.Error) as error:
        night.problems.append(
            f"the warehouse still holds bytes of what was erased; the next refresh tries again: {error}"
        )
    seal(warehouse)


def tell(night: "Night") -> None:
    """Send an alert about what a refresh that is over has to tell, where a URL is set; failing that is a problem."""
    if not night.refresh_id or night.is_part:
        return
    outcome = night.outcome()
    alert = of_refresh(
        night.refresh_id,
        outcome.as_of.isoformat(sep=" "),
        stage=outcome.stage if outcome.status == "failed" else "",
        reasons=outcome.reasons,
        problems=outcome.problems,
        findings=[(each.sentence, each.kpis) for each in night.findings if each.severity != "note"],
    )
    if alert is not None and (problem := send(night.settings, alert)):
        night.problems.append(problem)


@contextlib.contextmanager
def _timed(night: "Night", stage: str) -> Iterator[None]:
    started = time.monotonic()
    night.note_stage(stage)
    night.progress.stage(stage)
    yield
    night.stage_seconds[stage] = round(time.monotonic() - started, 2)
