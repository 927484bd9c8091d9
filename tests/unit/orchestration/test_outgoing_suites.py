"""Every expectation about published values passes on honest rows and fails on the mistake it is there for."""

from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from orchestration.publish.candidate import Candidate
from orchestration.settings import PROJECT_DIR
from orchestration.validate.borders import check_outgoing
from orchestration.validate.suites import load_suites

AS_OF = datetime(2024, 11, 2)
SUITES = load_suites(PROJECT_DIR / "expectations", "outgoing")

VALUE = """
    create table marts.kpi_value (
        kpi_id varchar, variant varchar, period_type varchar, period_start date, period_end date, scope_type varchar,
        scope_id varchar, numerator double, denominator double, multiplier double, value double, state varchar,
        interval_start_at timestamp, interval_local_start timestamp
    )
"""
KPIS = [
    ("contacts_offered", "default", "count", "additive"),
    ("contacts_handled", "default", "count", "additive"),
    ("service_level", "default", "percent", "ratio_of_sums"),
    ("service_level", "include_flow_outs", "percent", "ratio_of_sums"),
    ("service_level", "answered_only", "percent", "ratio_of_sums"),
    ("net_promoter_score", "default", "net_points", "ratio_of_sums"),
    ("customer_retention_rate", "default", "percent", "cohort"),
    ("customer_churn_rate", "default", "percent", "cohort"),
    ("gross_revenue_retention", "default", "percent", "cohort"),
    ("net_revenue_retention", "default", "percent", "cohort"),
]
HONEST = [
    ("contacts_offered", "default", "enterprise", None, 16, None, 1, 16),
    ("contacts_offered", "default", "site", "ber", 10, None, 1, 10),
    ("contacts_offered", "default", "site", "mad", 6, None, 1, 6),
    ("contacts_handled", "default", "enterprise", None, 14, None, 1, 14),
    ("service_level", "default", "enterprise", None, 10, 16, 100, 62.5),
    ("service_level", "include_flow_outs", "enterprise", None, 10, 20, 100, 50),
    ("service_level", "answered_only", "enterprise", None, 10, 14, 100, 1000 / 14),
    ("net_promoter_score", "default", "enterprise", None, -2, 8, 100, -25),
    ("customer_retention_rate", "default", "enterprise", None, 7, 8, 100, 87.5),
    ("customer_churn_rate", "default", "enterprise", None, 1, 8, 100, 12.5),
    ("gross_revenue_retention", "default", "enterprise", None, 90, 100, 100, 90),
    ("net_revenue_retention", "default", "enterprise", None, 110, 100, 100, 110),
]


def release(file: Path) -> None:
    """Write a publication: the honest rows on one day, and eight weeks of usual volume before it."""
    with duckdb.connect(str(file)) as con:
        con.execute("create schema marts")
        con.execute(VALUE)
        con.execute(
            "create table marts.dim_kpi"
            " (kpi_id varchar, variant varchar, unit varchar, additivity varchar, scope_types varchar)"
        )
        con.executemany("insert into marts.dim_kpi values (?, ?, ?, ?, 'enterprise,site')", KPIS)
        # of teams alone: where nobody delivered teams it has no value, and that is no fault
        con.execute(
            "insert into marts.dim_kpi values ('agent_turnover_rate', 'moves', 'percent', 'ratio_of_sums', 'team')"
        )
        con.executemany(
            "insert into marts.kpi_value"
            " select ?, ?, 'day', '2024-11-01', '2024-11-01', ?, ?, ?, ?, ?, ?, 'final', null, null",
            HONEST,
        )
        con.execute(
            "insert into marts.kpi_value select 'contacts_offered', 'default', 'day', day, day, 'enterprise', null,"
            " 16 + n % 2, null, 1, 16 + n % 2, 'final', null, null"
            " from (select n, (date '2024-11-01' - 7 * n::integer) as day from range(1, 9) as weeks(n))"
        )
        con.execute(
            "insert into marts.kpi_value select 'contacts_offered', 'default', 'interval', day, day, 'enterprise',"
            " null, 16 + n % 2, null, 1, 16 + n % 2, 'final', day + interval 9 hour, day + interval 10 hour"
            " from (select n, (date '2024-11-01' - 7 * n::integer) as day from range(0, 9) as weeks(n))"
        )
        con.execute("alter table marts.kpi_value add column subject varchar default 'service'")
        con.execute("alter table marts.kpi_value add column computed_at timestamp")
        con.execute("update marts.kpi_value set computed_at = period_end + interval 1 day")


@pytest.fixture
def candidate(tmp_path: Path) -> Candidate:
    (tmp_path / "published").mkdir()
    (tmp_path / "candidate").mkdir()
    release(tmp_path / "published" / "kpi.duckdb")
    release(tmp_path / "candidate" / "kpi.duckdb")
    return Candidate(2, tmp_path / "candidate", ())


def failures(candidate: Candidate, spoil: str = "") -> dict[str, str]:
    if spoil:
        with duckdb.connect(str(candidate.database)) as con:
            con.execute(spoil)
    published = candidate.folder.parent / "published"
    outcomes = list(check_outgoing(candidate, published, SUITES, AS_OF))
    assert sorted(outcome.key for outcome in outcomes) == sorted(key for suite in SUITES for key in suite.promises())
    return {outcome.key: outcome.detail for outcome in outcomes if not outcome.succeeded}


def test_honest_rows_pass_every_expectation(candidate: Candidate) -> None:
    assert failures(candidate) == {}


def test_the_first_publication_has_nothing_to_be_compared_with(candidate: Candidate) -> None:
    (candidate.folder.parent / "published" / "kpi.duckdb").unlink()
    assert failures(candidate) == {}


SPOILT = {
    "outgoing_kpi_value.keys.are_unique": (
        "insert into marts.kpi_value select * from marts.kpi_value where kpi_id = 'net_promoter_score'",
        "kpi_id=net_promoter_score",
    ),
    "outgoing_kpi_value.shares.are_not_negative": (
        "update marts.kpi_value set value = -6.25, numerator = -1 where variant = 'include_flow_outs'",
        "kpi_id=service_level",
    ),
    "outgoing_kpi_value.shares.are_not_above_100": (
        "update marts.kpi_value set value = 200, numerator = 28 where variant = 'answered_only'",
        "variant=answered_only",
    ),
    "outgoing_kpi_value.net_scores.are_within_100": (
        "update marts.kpi_value set value = -125, numerator = -10 where kpi_id = 'net_promoter_score'",
        "kpi_id=net_promoter_score",
    ),
    "outgoing_kpi_value.arithmetic.is_repeatable": (
        "update marts.kpi_value set value = 75 where kpi_id = 'service_level' and variant = 'default'",
        "kpi_id=service_level",
    ),
    "outgoing_kpi_value.arithmetic.divides_by_no_zero": (
        "update marts.kpi_value set denominator = 0 where kpi_id = 'net_promoter_score'",
        "kpi_id=net_promoter_score",
    ),
    "outgoing_kpi_value.coverage.is_complete": (
        "delete from marts.kpi_value where kpi_id = 'net_promoter_score'",
        "kpi_id=net_promoter_score",
    ),
    "outgoing_kpi_value.definitions.exist": (
        "delete from marts.dim_kpi where kpi_id = 'net_promoter_score'",
        "kpi_id=net_promoter_score",
    ),
    "outgoing_reconciliation.retention_and_churn.make_100": (
        "update marts.kpi_value set value = 25, numerator = 2 where kpi_id = 'customer_churn_rate'",
        "scope_type=enterprise",
    ),
    "outgoing_reconciliation.revenue_retention.gross_is_not_above_100": (
        "update marts.kpi_value set value = 101, numerator = 101 where kpi_id = 'gross_revenue_retention'",
        "gross_retention=101",
    ),
    "outgoing_reconciliation.revenue_retention.gross_is_not_above_net": (
        "update marts.kpi_value set value = 85, numerator = 85 where kpi_id = 'net_revenue_retention'",
        "excess_over_net=5",
    ),
    "outgoing_reconciliation.service_level_variants.keep_their_order": (
        "update marts.kpi_value set value = 50, denominator = 20 where variant = 'answered_only'",
        "scope_type=enterprise",
    ),
    "outgoing_reconciliation.sites_and_enterprise.agree_in_numerator": (
        "delete from marts.kpi_value where scope_id = 'mad'",
        "kpi_id=contacts_offered",
    ),
    "outgoing_reconciliation.sites_and_enterprise.agree_in_denominator": (
        "insert into marts.kpi_value select kpi_id, variant, period_type, period_start, period_end, 'site', 'ber',"
        " numerator, denominator - 1, multiplier, multiplier * numerator / (denominator - 1), state, null, null,"
        " subject, computed_at from marts.kpi_value where kpi_id = 'service_level' and variant = 'default'",
        "kpi_id=service_level",
    ),
    "outgoing_reconciliation.volume_against_publication.was_not_lost": (
        "delete from marts.kpi_value where kpi_id = 'contacts_handled' and period_start = '2024-11-01'",
        "kpi_id=contacts_handled",
    ),
    "outgoing_reconciliation.volume_against_publication.is_about_the_same": (
        "update marts.kpi_value set numerator = 13, value = 13 where kpi_id = 'contacts_handled'",
        "kpi_id=contacts_handled",
    ),
    "outgoing_reconciliation.volume_of_the_latest_day.is_usual": (
        "update marts.kpi_value set numerator = numerator * 10, value = value * 10"
        " where kpi_id = 'contacts_offered' and period_start = '2024-11-01'",
        "usual_contacts=16.5",
    ),
    "outgoing_reconciliation.volume_of_the_latest_half_hours.are_usual": (
        "update marts.kpi_value set interval_local_start = interval_local_start + interval 30 minute"
        " where period_type = 'interval' and period_start = '2024-11-01'",
        "local_time=10:00",
    ),
}


@pytest.mark.parametrize("key", SPOILT)
def test_each_expectation_fails_on_its_mistake_and_says_where(candidate: Candidate, key: str) -> None:
    spoil, told = SPOILT[key]
    found = failures(candidate, spoil)
    assert key in found
    assert told in found[key]


def test_no_outgoing_expectation_is_without_a_failing_case() -> None:
    assert set(SPOILT) == {key for suite in SUITES for key in suite.promises()}
