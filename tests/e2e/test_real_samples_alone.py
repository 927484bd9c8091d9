"""Each real sample alone in a home of its own: the KPIs that its columns allow and no other, and no unobserved zero."""

import shutil
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.settings import PROJECT_DIR, Settings
from tests.support.nights import warm_refresh

Variant = tuple[str, str]
"""KPI and variant."""

SAMPLES = PROJECT_DIR.parent / "shared" / "vendors" / "samples"

WAITS = {
    "abandonment_rate",
    "average_queue_time",
    "average_speed_of_answer",
    "contacts_abandoned",
    "contacts_offered",
    "longest_queue_wait",
    "peak_interval_contacts",
    "service_level",
}
"""KPIs of every system that knows when contacts entered a queue, how and when they left it."""

NEEDS_OTHER_EXTRACTS = {("average_speed_of_answer", "incl_callbacks")}
"""Variants that no sample has the extract for."""

RESOLUTION = (
    "any_reason",
    "default",
    "no_transfer",
    "voice_only",
    "window_14d",
    "window_1d",
    "window_30d",
    "window_3d",
)
HANDLE_TIMES = (("average_handle_time", "default"), ("average_handle_time", "per_contact"))


@dataclass(frozen=True)
class Sample:
    """What is delivered, as pattern and landing folder; the as-of; and what may be published of it.

    ``valued`` are the KPIs that have a value, in all variants but those in ``not_recorded``, which say why there is
    none. ``zeros`` were observed to be 0. ``without`` are KPI, variant and missing parts of some year.
    """

    delivered: dict[str, str]
    as_of: datetime
    valued: frozenset[str] = frozenset()
    not_recorded: frozenset[Variant] = frozenset()
    zeros: frozenset[Variant] = frozenset()
    without: frozenset[tuple[str, str, str]] = frozenset()


@dataclass(frozen=True)
class Home:
    """The home of one system after its refresh."""

    system: str
    sample: Sample
    folder: Path

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        """Return the rows of a query over the publication, as a BI tool would ask."""
        with duckdb.connect(str(self.folder / "published" / "kpi.duckdb"), read_only=True) as con:
            return con.execute(sql).fetchall()


SYSTEMS = {
    "anonymous_bank": Sample(
        {"anonymous_bank/february1999.txt.gz": "anonymous_bank/calls"},
        datetime(1999, 3, 15),
        frozenset(
            WAITS
            | {
                "average_handle_time",
                "average_time_to_abandon",
                "contacts_handled",
                "first_contact_resolution_rate",
                "repeat_contact_rate",
            }
        ),
        frozenset(
            {
                ("average_after_contact_work_time", "default"),
                ("average_after_contact_work_time", "share_of_handle_time"),
                ("average_handle_time", "excl_hold"),
                ("contact_resolution_rate", "agent_disposition"),
                ("first_contact_resolution_rate", "no_transfer"),
                ("transfer_rate", "default"),
                ("transfer_rate", "external_only"),
                ("transfer_rate", "misroute_only"),
                ("transfer_rate", "per_contact"),
            }
        ),
        frozenset(),
        frozenset(
            {
                *((*handle_time, "hold_time,after_contact_work") for handle_time in HANDLE_TIMES),
                ("average_handle_time", "incl_outbound", "hold_time,after_contact_work,outbound"),
                ("contacts_handled", "incl_outbound", "outbound"),
            }
        ),
    ),
    "asterisk": Sample(
        {"asterisk/scenarios/*.queue_log": "asterisk/queue_log"},
        datetime(2024, 11, 2),
        frozenset(
            WAITS | {"average_after_contact_work_time", "average_handle_time", "contacts_handled", "transfer_rate"}
        ),
        frozenset(
            {
                ("average_handle_time", "excl_hold"),
                ("contact_resolution_rate", "agent_disposition"),
                *(("first_contact_resolution_rate", variant) for variant in RESOLUTION),
                *(("repeat_contact_rate", variant) for variant in ("any_reason", "default", "window_30d")),
                ("transfer_rate", "external_only"),
            }
        ),
        frozenset(
            {
                ("abandonment_rate", "all_queue_entries_incl_short"),
                ("abandonment_rate", "answered_plus_abandoned"),
                ("abandonment_rate", "default"),
                ("abandonment_rate", "offered_incl_flow_outs"),
                ("average_speed_of_answer", "median"),
                ("contacts_abandoned", "default"),
                ("contacts_abandoned", "incl_short"),
                ("transfer_rate", "default"),
                ("transfer_rate", "misroute_only"),
                ("transfer_rate", "per_contact"),
            }
        ),
        frozenset(
            {
                *((*handle_time, "hold_time") for handle_time in HANDLE_TIMES),
                *((*handle_time, "hold_time,after_contact_work") for handle_time in HANDLE_TIMES),
                ("average_handle_time", "incl_outbound", "hold_time,after_contact_work,outbound"),
                ("average_handle_time", "incl_outbound", "hold_time,outbound"),
                ("contacts_handled", "incl_outbound", "outbound"),
            }
        ),
    ),
    "zendesk": Sample(
        {
            "zendesk/incremental_tickets.json.gz": "zendesk/tickets",
            "zendesk/users/*.json.gz": "zendesk/users",
        },
        datetime(2024, 11, 2),
    ),
    "qualtrics": Sample({"qualtrics/sample.csv": "qualtrics/responses"}, datetime(2024, 11, 2)),
}
"""Tickets without events and messages say nothing that we measure, nor does a survey of one preview."""


@pytest.fixture(scope="module", params=SYSTEMS)
def home(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """Return the home of a system with nothing but its sample, refreshed once for all tests."""
    if not SAMPLES.is_dir():
        pytest.skip("needs the vendors' samples, which are kept outside the repository")
    sample, folder = SYSTEMS[request.param], tmp_path_factory.mktemp(request.param)
    for pattern, target in sample.delivered.items():
        (folder / "landing" / target).mkdir(parents=True)
        for file in sorted(SAMPLES.glob(pattern)):
            shutil.copy(file, folder / "landing" / target)
    outcome = warm_refresh(Settings(home=folder), sample.as_of)
    assert (outcome.status, outcome.reasons) == ("complete", [])
    return Home(request.param, sample, folder)


def test_the_kpis_that_its_columns_allow_have_values_and_no_others(home: Home) -> None:
    valued = set(home.ask("select distinct kpi_id, variant from marts.kpi_value where value is not null"))
    known = set(home.ask("select kpi_id, variant from marts.dim_kpi"))
    print(f"{home.system}: {len(valued)} KPIs and variants have values: {sorted(valued)}")  # noqa: T201 - what a system gives is to be read
    expected = {metric for metric in known if metric[0] in home.sample.valued} - home.sample.not_recorded
    assert valued == expected - NEEDS_OTHER_EXTRACTS


def test_what_it_does_not_record_says_so_and_nothing_else_does(home: Home) -> None:
    reasons = home.ask("select distinct kpi_id, variant, no_data_reason from marts.kpi_value where value is null")
    valued = set(home.ask("select distinct kpi_id, variant from marts.kpi_value where value is not null"))
    without = {(kpi_id, variant) for kpi_id, variant, why in reasons if why == "not_recorded"}
    assert without - valued == home.sample.not_recorded
    assert {why for _, _, why in reasons} <= {"not_recorded", "not_delivered", "no_cases"}
    states = "select status, no_data_reason is null from marts.kpi_value where value is null group by all"
    assert home.ask(states) in ([], [("no_data", False)])
    unfounded = "select count(*) from marts.kpi_value where value is not null and no_data_reason is not null"
    assert home.ask(unfounded) == [(0,)]


def test_no_zero_is_published_that_nobody_observed(home: Home) -> None:
    zeros = (
        "select distinct kpi_id, variant from marts.kpi_value"
        " where value = 0 and scope_type = 'enterprise' and period_type in ('month', 'year')"
    )
    assert set(home.ask(zeros)) == home.sample.zeros


def test_a_value_names_the_parts_that_are_not_in_it(home: Home) -> None:
    parts = (
        "select distinct kpi_id, variant, missing_parts from marts.kpi_value"
        " where missing_parts is not null and scope_type = 'enterprise' and period_type = 'year'"
    )
    assert set(home.ask(parts)) == home.sample.without


@pytest.mark.parametrize("home", ["anonymous_bank"], indirect=True)
def test_the_bank_s_month_has_the_figures_that_others_worked_out(home: Home) -> None:
    values = {
        (kpi, variant): round(value, 4)
        for kpi, variant, value in home.ask(
            "select kpi_id, variant, value from marts.kpi_value where scope_id = 'anonymous_bank:bank'"
            f" and scope_type = 'site' and period_type = 'month' and period_start = date '{date(1999, 2, 1)}'"
            " and value is not null"
        )
    }
    phantom_calls, hang_ups, hang_ups_within_5_seconds = 278, 5904, 2160
    assert values["contacts_offered", "default"] == 33344 - phantom_calls
    assert values["contacts_abandoned", "incl_short"] == hang_ups
    assert values["contacts_abandoned", "default"] == hang_ups - hang_ups_within_5_seconds
    assert values["average_speed_of_answer", "default"] == 40.7743
    assert values["average_handle_time", "default"] == 176.3530
    assert values["service_level", "answered_only"] == 59.6753
    assert values["service_level", "all_abandons_penalise"] == 49.0201
