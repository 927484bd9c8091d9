"""Whether a home is well, as a monitor asks: one line and a code of 0 (ok), 1 (warning) or 2 (critical).

It asks what lies in the home and starts nothing, so that it can also tell of a refresh that died or hangs.
"""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import duckdb

from orchestration.alerts import Alert
from orchestration.faults import is_in_use
from orchestration.ingest.books import utc_now
from orchestration.lock import is_held
from orchestration.publish.candidate import is_damaged
from orchestration.publish.keep import held
from orchestration.publish.layout import DESCRIPTION, in_place
from orchestration.settings import Settings

HEARTBEAT = ".heartbeat.json"
"""Which refresh runs, since when, and the stage that it has reached; written at the beginning of every stage."""

WORDS = ("OK", "WARNING", "CRITICAL")


@dataclass(frozen=True)
class State:
    """How a home is: ``code`` is 0, 1 or 2; ``troubles`` are the sentences that say why, the worst first."""

    code: int
    troubles: tuple[tuple[int, Alert], ...]
    published: str

    @property
    def line(self) -> str:
        """One line for a monitor."""
        told = "; ".join(f"{alert.what} (since {alert.since})" for _, alert in self.troubles)
        return f"{WORDS[self.code]} - {told or self.published}"


def beat(home: Path, refresh_id: int, stage: str) -> None:
    """Write down that a refresh has reached a stage. A full disk is no reason to end it here."""
    try:
        before = json.loads((home / HEARTBEAT).read_text())
    except (OSError, ValueError):
        before = {}
    now = utc_now().isoformat(timespec="seconds")
    started = before.get("started_at") if before.get("refresh_id") == refresh_id else now
    try:
        (home / HEARTBEAT).write_text(
            json.dumps({"refresh_id": refresh_id, "stage": stage, "started_at": started, "at": now})
        )
    except OSError:
        return


def look(settings: Settings, now: datetime | None = None) -> State:
    """Return how a home is. ``now`` is naive UTC, by default the present."""
    now = now or utc_now()
    found = [*_running(settings, now), *_publication(settings, now)]
    found.sort(key=lambda trouble: -trouble[0])
    return State(max((code for code, _ in found), default=0), tuple(found), _published(settings))


def _running(settings: Settings, now: datetime) -> list[tuple[int, Alert]]:
    if is_held(settings.home):
        beating = _heartbeat(settings.home)
        started = _instant(beating.get("started_at"))
        if started is not None and now - started > timedelta(hours=settings.deadline_hours):
            hung = Alert(
                what=f"refresh {beating.get('refresh_id')} hangs at stage {beating.get('stage')}",
                since=f"{started} UTC, over {settings.deadline_hours} hours ago",
                next_step="look at its log; killing it does no harm, and the next refresh goes on from there",
            )
            return [(2, hung)]
        return []
    return _last_refresh(settings)


def _last_refresh(settings: Settings) -> list[tuple[int, Alert]]:
    """Tell of the last refresh, when it is over: that it failed or was killed, and what it found."""
    if not settings.warehouse.is_file():
        return []
    try:
        with duckdb.connect(str(settings.warehouse), read_only=True) as con:
            row = con.execute(
                "select refresh_id, status, stage, message, started_at from meta.refresh"
                " order by refresh_id desc limit 1"
            ).fetchone()
            if row is None:
                return []
            refresh_id, status, stage, message, started = row
            findings = con.execute(
                "select system || '.' || entity || ' of ' || business_date || ': ' || detail, kpi_ids from meta.finding"
                " where refresh_id = ? and severity = 'hold' order by 1",
                [refresh_id],
            ).fetchall()
    except duckdb.CatalogException:
        return []
    except duckdb.Error as error:
        if is_in_use(error):
            return []
        return [(2, Alert("the warehouse cannot be read", "now", f"see `contact-center status`: {error}"))]
    if status in ("failed", "running"):
        why = "was killed" if status == "running" else "failed"
        said = () if status == "running" or not message else (str(message)[:300],)
        step = "run `contact-center refresh`, or let the schedule start it"
        return [(2, Alert(f"refresh {refresh_id} {why} at stage {stage}", f"{started} UTC", step, details=said))]
    found: list[tuple[int, Alert]] = []
    if message:
        text = f"refresh {refresh_id} published, but not all went well: {str(message)[:200]}"
        found.append((1, Alert(text, f"{started} UTC", "see the message", level="warning")))
    if findings:
        kpis = tuple(sorted({kpi for _, ids in findings for kpi in (ids or "").split(", ") if kpi}))
        text = f"deliveries were unusual: {findings[0][0]}" + (
            f", and {len(findings) - 1} more" if findings[1:] else ""
        )
        step = "look at the data-health board; `contact-center unload` takes a wrong file out"
        found.append((1, Alert(text, f"{started} UTC", step, kpis=kpis, level="warning")))
    return found


def _publication(settings: Settings, now: datetime) -> list[tuple[int, Alert]]:
    description = in_place(settings.published) / DESCRIPTION
    step = "run `contact-center refresh`"
    if not description.is_file():
        return [(2, Alert("nothing is published", "the beginning", step))]
    if is_damaged(settings.published):
        return [(2, Alert("the publication is damaged", "now", step))]
    published_at = _instant(json.loads(description.read_text())["published_at"])
    if published_at is not None and now - published_at > timedelta(hours=settings.stale_hours):
        hours = round((now - published_at).total_seconds() / 3600)
        what = f"the publication is {hours} hours old, over {settings.stale_hours}"
        found = held(settings.published)
        if found is not None:
            step = f"release {found['release']} is held: `contact-center rollback newest` ends that"
        return [(2, Alert(what, f"{published_at} UTC", step))]
    return []


def _published(settings: Settings) -> str:
    try:
        manifest = json.loads((in_place(settings.published) / DESCRIPTION).read_text())
    except (OSError, ValueError):
        return "nothing is published"
    return f"release {manifest.get('release_id')} published at {manifest.get('published_at')}"


def _heartbeat(home: Path) -> dict[str, str]:
    try:
        found: dict[str, str] = json.loads((home / HEARTBEAT).read_text())
    except (OSError, ValueError):
        return {}
    return found


def _instant(text: object) -> datetime | None:
    return None if not isinstance(text, str) else datetime.fromisoformat(text).replace(tzinfo=None)
