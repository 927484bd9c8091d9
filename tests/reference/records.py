"""Read the standard extracts of a landing folder: all files of an entity, newest version of every key."""

import csv
from collections.abc import Sequence
from datetime import UTC, date, datetime
from fractions import Fraction
from pathlib import Path

Row = dict[str, str]

KEYS: dict[str, tuple[str, ...]] = {
    "absences": ("absence_id",),
    "adherence_exceptions": ("exception_id",),
    "agent_states": ("agent_id", "started_at"),
    "agents": ("agent_id", "valid_from"),
    "calibration_scores": ("calibration_id",),
    "callbacks": ("callback_id",),
    "campaigns": ("campaign_id",),
    "contact_reasons": ("contact_reason_id",),
    "contact_segments": ("segment_id",),
    "contacts": ("contact_id",),
    "cost_ledger": ("entry_id",),
    "customers": ("customer_id",),
    "employee_survey_answers": (),
    "employment_spells": ("spell_id",),
    "forecasts": ("forecast_version", "queue_id", "interval_start_at"),
    "fx_rates": ("rate_date", "currency"),
    "operating_hours": ("queue_id", "local_date", "open_at"),
    "opportunities": ("opportunity_id",),
    "order_lines": ("order_id", "line_no"),
    "orders": ("order_id",),
    "paid_time": ("agent_id", "work_date"),
    "qa_defects": ("defect_id",),
    "qa_evaluations": ("evaluation_id",),
    "qa_section_scores": ("evaluation_id", "section_code"),
    "queues": ("queue_id", "valid_from"),
    "retention_attempts": ("contact_id",),
    "schedules": ("schedule_segment_id",),
    "self_service_sessions": ("session_id",),
    "sites": ("site_id",),
    "staff_requirements": ("site_id", "interval_start_at"),
    "subscriptions": ("subscription_id",),
    "survey_answers": ("response_id", "question_code"),
    "survey_invitations": ("invitation_id",),
    "survey_responses": ("response_id",),
    "system_outages": ("outage_id",),
    "system_service_days": ("system_id", "service_date", "window_start_at"),
    "teams": ("team_id",),
    "ticket_events": ("event_id",),
    "ticket_messages": ("message_id",),
    "ticket_time_entries": ("ticket_id", "agent_id", "worked_on"),
    "tickets": ("ticket_id",),
    "training_assignments": ("assignment_id",),
    "trunk_intervals": ("trunk_group_id", "interval_start_at"),
}
"""What makes two delivered rows versions of one record; an entity without a key keeps every row."""


class Delivered(dict[str, str]):
    """A delivered row; a column that the file does not have is empty."""

    def __missing__(self, column: str) -> str:
        """Return nothing."""
        return ""


def read_entity(folder: Path, entity: str) -> list[Row]:
    """Return the records of an entity as text by column, the newest version of each key, in order of first delivery.

    Files are read from ``<folder>/<entity>/*.csv`` in order of their names, or from ``<folder>/<entity>.csv``.
    The newest version is the one with the greatest ``last_updated_at``, where the extract has one; else the one
    delivered last.
    """
    single = folder / f"{entity}.csv"
    files: Sequence[Path] = [single] if single.is_file() else sorted((folder / entity).glob("*.csv"))
    key = KEYS[entity]
    every: list[Row] = []
    newest: dict[tuple[str, ...], Row] = {}
    for file in files:
        with file.open(newline="") as lines:
            for row in csv.DictReader(lines):
                if not key:
                    every.append(Delivered(row))
                    continue
                identity = tuple(row.get(column, "") for column in key)
                known = newest.get(identity)
                if known is None or row.get("last_updated_at", "") >= known.get("last_updated_at", ""):
                    newest[identity] = Delivered(row)
    return every if not key else list(newest.values())


def instant(text: str) -> datetime:
    """Return the UTC instant of an ISO 8601 text such as ``2024-10-27T00:50:00Z``."""
    return datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone(UTC)


def day(text: str) -> date:
    """Return the date of an ISO 8601 text."""
    return date.fromisoformat(text)


def number(text: str | None) -> Fraction:
    """Return an exact number; empty is zero."""
    return Fraction(text) if text else Fraction(0)


def flag(text: str | None) -> bool:
    """Return a boolean; empty is false."""
    return text == "true"


def seconds(start: datetime, end: datetime) -> Fraction:
    """Return the seconds between two instants."""
    return Fraction(round((end - start).total_seconds()))
