"""The tests of the models, tested: each passes on a sound warehouse and fails when what it guards is broken."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

from orchestration.settings import PROJECT_DIR
from orchestration.transform.command import common_arguments
from orchestration.transform.project import DbtPaths
from tests.support.nights import GOLDEN_PARAMETERS, Nights, run_dbt

BREAKS = {
    "fct_adherence_segment__spent_seconds_add_up_to_the_schedule": """
        delete from core.fct_adherence_segment where state = 'system_down'
    """,
    "fct_agent_state__states_of_an_agent_do_not_overlap": """
        update core.fct_agent_state set ended_at = ended_at + interval 1 second where state = 'break'
    """,
    "fct_agent_state_interval__seconds_are_those_of_the_states": """
        delete from core.fct_agent_state_interval where state = 'training'
    """,
    "dim_agent__assignments_do_not_overlap": "update core.dim_agent set valid_to = '9999-12-31' where agent_id = 'A6'",
    "dim_date__days_follow_each_other": "delete from core.dim_date where date_day = '2024-10-25'",
    "dim_kpi__every_kpi_has_one_default": "update marts.dim_kpi set is_default = true where kpi_id = 'service_level'",
    "dim_queue__validity_has_no_gaps_or_overlaps": """
        insert into core.dim_queue by name select * replace (date '2030-01-01' as valid_from) from core.dim_queue
    """,
    "fct_contact__contacts_are_those_of_the_contract": "delete from core.fct_contact where contact_id = 'K05'",
    "fct_contact__resolution_flags_follow_from_each_other": """
        update core.fct_contact set is_fcr_success = true where not is_fcr_observable
    """,
    "fct_contact_segment__answered_means_an_agent_answered": """
        update core.fct_contact_segment set answered_at = null where is_answered
    """,
    "fct_contact_segment__each_contact_is_counted_at_one_leg": """
        update core.fct_contact_segment set is_original_entry = true where contact_id = 'K10'
    """,
    "fct_contact_segment__queue_outcomes_add_up_to_queue_entries": """
        update core.fct_contact_segment set is_abandoned = false where contact_id = 'K18'
    """,
    "fct_contact_segment__waits_are_not_negative": """
        update core.fct_contact_segment set wait_seconds = -2400 where contact_id = 'K15'
    """,
    "fct_cost_allocation__allocation_adds_up_to_the_ledger_to_the_cent": """
        update core.fct_cost_allocation set allocated_amount = allocated_amount + 0.01 where channel = 'chat'
    """,
    "fct_cost_allocation__direct_cost_stays_with_its_channel": """
        update core.fct_cost_ledger set direct_channel = 'video'
    """,
    "fct_cost_ledger__accrued_days_add_up_to_the_entry_to_the_cent": """
        delete from core.fct_cost_ledger where business_date = '2024-10-27'
    """,
    "fct_customer_month__closing_balance_is_next_opening_balance": """
        update core.fct_customer_month set is_active_at_start = false where month_start = '2024-10-01'
    """,
    "fct_headcount_day__headcount_moves_by_hires_leavers_and_moves": """
        update core.fct_headcount_day set is_move_out = false, is_leaver = false
    """,
    "fct_headcount_day__leavers_are_gone_the_next_day": "update core.fct_headcount_day set is_leaver = false",
    "fct_order__credited_contacts_are_of_the_same_customer": """
        update core.fct_order set customer_id = 'C8', credited_contact_id = 'K01' where not is_credited
    """,
    "fct_order__orders_are_those_of_the_contract": "delete from core.fct_order where order_id = 'O3'",
    "fct_qa_evaluation__points_earned_lie_within_points_possible": """
        update core.fct_qa_evaluation set points_earned = 1 where has_critical_compliance_failure
    """,
    "fct_survey_answer__each_invitation_has_one_valid_response": """
        update core.fct_survey_answer set invitation_id = 'I01'
    """,
    "fct_survey_answer__scores_lie_on_their_scale": "update core.fct_survey_answer set score = 11",
    "fct_employment_spell__leavers_are_those_of_the_days": """
        update core.fct_headcount_day set is_leaver = false
    """,
    "fct_queue_interval__counts_are_those_of_the_legs": """
        delete from core.fct_queue_interval where interval_start_at = '2024-10-25 09:00:00'
    """,
    "fct_ticket__solutions_and_replies_have_happened": """
        update core.fct_ticket set first_solved_at = null where ticket_id = 'TK2'
    """,
    "fct_ticket_backlog_day__backlog_moves_by_what_was_created_reopened_and_closed": """
        update core.fct_ticket_backlog_day set reopened_tickets = 0 where business_date = '2024-10-26'
    """,
    "kpi_component_leg__counts_are_those_of_the_legs": """
        update marts.kpi_component_leg set answered_within_threshold = 0
    """,
    "kpi_component_quality__evaluations_are_those_of_the_fact": """
        update marts.kpi_component_quality set qa_evaluations = 9
    """,
    "fct_system_outage__outages_fit_into_agreed_service": "update core.fct_system_outage set outage_seconds = 99999",
    "kpi_component_customer__cohorts_are_kept_or_lost": """
        update marts.kpi_component_customer set mrr_retained_capped_amount = mrr_start_amount + 1
    """,
    "kpi_component_sale__conversions_and_sales_are_those_of_the_orders": """
        update marts.kpi_component_sale set contacts_with_net_order = 0
    """,
    "kpi_component_resolution__counts_are_those_of_the_contacts": "delete from marts.kpi_component_resolution",
    "dim_kpi_scope__members_add_up_where_it_says_so": """
        delete from marts.kpi_value where kpi_id = 'transfer_rate' and scope_id = 'own_staff'
    """,
    "dim_kpi_target__one_target_holds_at_a_time": """
        insert into marts.dim_kpi_target by name
        select * replace (valid_from + 1 as valid_from) from marts.dim_kpi_target
    """,
    "kpi_value__daily_parts_add_up_to_months": """
        update marts.kpi_value set numerator = numerator + 1 where period_type = 'month'
    """,
    "kpi_value__fixed_and_variable_cost_make_the_total": """
        update marts.kpi_value_cost set value = 0 where variant = 'fixed'
    """,
    "kpi_value_interval__intervals_add_up_to_their_day": """
        delete from marts.kpi_value_interval where interval_local_start = '2024-10-25 11:00:00'
    """,
    "kpi_value_interval__a_queue_has_each_half_hour_once": """
        insert into marts.kpi_value_interval
        select * replace (interval_local_start + interval 1 hour as interval_local_start)
        from marts.kpi_value_interval where scope_type = 'queue'
    """,
    "kpi_value__trailing_windows_are_the_sum_of_their_months": """
        update marts.kpi_value set numerator = numerator + 1 where period_type = 'trailing_12m'
    """,
    "kpi_value__previous_value_is_that_of_the_period_before": """
        update marts.kpi_value set previous_value = 42 where kpi_id = 'contacts_offered' and period_type = 'day'
    """,
    "kpi_value__changes_are_judged_between_whole_periods": """
        update marts.kpi_value set change_status = 'better' where change_status = 'not_comparable'
    """,
}
"""Test -> what breaks it, on the warehouse of the golden example."""


@dataclass(frozen=True)
class Built:
    """A sound warehouse, and the SQL of every data test as dbt compiled it there."""

    nights: Nights
    compiled: dict[str, str]


def dbt_test(nights: Nights, *arguments: str) -> tuple[dict[str, str], dict[str, str]]:
    """Run ``dbt test``; return status and compiled SQL by the name of the test, without what runs at the start."""
    paths = DbtPaths(PROJECT_DIR, nights.state)
    call = ["test", *common_arguments(paths), "--vars", json.dumps(GOLDEN_PARAMETERS), *arguments]
    results = [result for result in run_dbt(call, nights.home) if result.node.resource_type != "operation"]
    return (
        {result.node.name: str(result.status) for result in results},
        {result.node.name: getattr(result.node, "compiled_code", "") for result in results},
    )


@pytest.fixture(scope="module")
def built(golden: Nights, tmp_path_factory: pytest.TempPathFactory) -> Built:
    """Return a copy of the warehouse of the golden example, on which every data test has passed."""
    nights = Nights(tmp_path_factory.mktemp("sound"), golden.state)
    nights.warehouse.write_bytes(golden.warehouse.read_bytes())
    statuses, compiled = dbt_test(nights, "--exclude-resource-type", "unit_test")
    assert {name for name, status in statuses.items() if status != "pass"} == set()
    return Built(nights, compiled)


@pytest.fixture
def warehouse(built: Built) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the sound warehouse; whatever a test breaks in it is undone."""
    with duckdb.connect(str(built.nights.warehouse)) as con:
        con.begin()
        yield con
        con.rollback()


def singular_tests() -> set[str]:
    """Return the names of the singular tests of facts and KPIs."""
    folder = PROJECT_DIR / "tests" / "data"
    return {file.stem for part in ("core", "kpi") for file in (folder / part).glob("*.sql")}


def test_every_singular_test_has_a_failing_case() -> None:
    assert set(BREAKS) == singular_tests()


@pytest.mark.parametrize("name", sorted(BREAKS))
def test_a_claim_fails_when_it_is_broken(built: Built, warehouse: duckdb.DuckDBPyConnection, name: str) -> None:
    assert warehouse.execute(built.compiled[name]).fetchall() == []
    warehouse.execute(BREAKS[name])
    assert warehouse.execute(built.compiled[name]).fetchall() != []


@pytest.mark.parametrize(
    ("name", "broken_by"),
    [
        ("unique_key_dim_site_site_id", "insert into core.dim_site by name select 'BER' as site_id"),
        ("unique_key_dim_site_site_id", "insert into core.dim_site by name select null as site_id"),
        (
            "unique_key_fct_handle_time_day_business_date__site_id__channel__queue_id__channel__queue_id",
            "insert into core.fct_handle_time_day select * from core.fct_handle_time_day where queue_id is null",
        ),
        (
            "unique_key_fct_handle_time_day_business_date__site_id__channel__queue_id__channel__queue_id",
            "update core.fct_handle_time_day set site_id = null where queue_id is null",
        ),
        (
            "unique_key_kpi_value_service_kpi_id__variant__period_type__period_start__scope_type__scope_id__scope_id___run_id",
            "insert into marts.kpi_value_service select * from marts.kpi_value_service where scope_id is null limit 1",
        ),
    ],
    ids=["repeated", "missing", "optional_part_repeated", "required_part_missing", "run_repeated"],
)
def test_a_grain_fails_on_a_repeated_or_missing_key(
    built: Built, warehouse: duckdb.DuckDBPyConnection, name: str, broken_by: str
) -> None:
    assert warehouse.execute(built.compiled[name]).fetchall() == []
    warehouse.execute(broken_by)
    assert warehouse.execute(built.compiled[name]).fetchall() != []


def test_on_an_incremental_night_a_grain_is_tested_where_the_night_wrote(built: Built, tmp_path: Path) -> None:
    night = Nights(tmp_path, built.nights.state)
    night.warehouse.write_bytes(built.nights.warehouse.read_bytes())
    with duckdb.connect(str(night.warehouse)) as con:
        con.execute(
            "insert into meta.refresh by name select * replace (2 as refresh_id, 'running' as status, false as is_full)"
            " from meta.refresh"
        )
        con.execute("insert into meta.touched_day select 2, 'leg', date '2024-10-26', 'a test', 1")
        copy = (
            "insert into core.fct_contact_segment select * replace (date '{}' as business_date)"
            " from core.fct_contact_segment where business_date = '2024-10-25'"
        )
        con.execute(copy.format("2024-10-25"))
        delivered = (
            "insert into staging.stg_standard__contacts select * from staging.stg_standard__contacts"
            " where contact_id = '{}' limit 1"
        )
        con.execute(delivered.format("K01"))
        con.execute(
            "insert into staging.stg_standard__contacts__changes by name"
            " select * exclude (_file_id, _line_number), 'after' as _image, 2 as _refresh_id"
            " from staging.stg_standard__contacts where contact_id = 'K02'"
        )
    grains = ["unique_key_fct_contact_segment_segment_id__leg", "unique_key_contacts_contacts__contact_id"]
    assert dbt_test(night, "--select", *grains)[0] == dict.fromkeys(grains, "pass")
    with duckdb.connect(str(night.warehouse)) as con:
        con.execute(copy.format("2024-10-26"))
        con.execute(delivered.format("K02"))
    assert dbt_test(night, "--select", *grains)[0] == dict.fromkeys(grains, "fail")


def test_the_rules_of_the_models_hold_on_their_edges(built: Built) -> None:
    statuses, _ = dbt_test(built.nights, "--select", "test_type:unit")
    assert {name for name, status in statuses.items() if status != "pass"} == set()
    assert len(statuses) >= 39
