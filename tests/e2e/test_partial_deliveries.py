"""A center that has only some of the systems is published, and what nobody delivered is missing, not zero."""

from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from orchestration.settings import Settings
from tests.support.nights import land_golden, warm_refresh

PARTS = {
    "telephony": ("contacts contact_segments queues sites", {"contacts_offered", "service_level"}, "csat_score"),
    "tickets": (
        "tickets ticket_events ticket_messages",
        {"average_first_response_time", "ticket_backlog"},
        "service_level",
    ),
    "surveys": ("survey_invitations survey_responses survey_answers", {"csat_score"}, "average_first_response_time"),
}
"""What is delivered, KPIs that then have values, and one that has none."""


@pytest.mark.parametrize("part", PARTS)
def test_a_center_with_one_system_is_published_and_the_rest_is_missing(part: str, tmp_path: Path) -> None:
    entities, known, unknown = PARTS[part]
    land_golden(tmp_path, entities.split())
    outcome = warm_refresh(Settings(home=tmp_path), datetime(2024, 12, 15))
    assert (outcome.status, outcome.reasons) == ("complete", [])
    with duckdb.connect(str(tmp_path / "published" / "kpi.duckdb"), read_only=True) as con:
        valued = con.execute("select distinct kpi_id from marts.kpi_value where value is not null").fetchall()
        statuses = con.execute("select distinct status from marts.kpi_value where kpi_id = ?", [unknown]).fetchall()
        absent = con.execute(
            "select kpi_id, variant from marts.dim_kpi"
            " where list_contains(string_split(scope_types, ','), 'enterprise')"
            " and (kpi_id, variant) not in (select (kpi_id, variant) from marts.kpi_value)"
        ).fetchall()
    assert known <= {kpi_id for (kpi_id,) in valued}
    assert statuses == [("no_data",)]
    assert absent == []
