"""A value is explained by records that add up to it; what cannot be explained says so."""

import copy
import json
from datetime import date
from typing import Any

import duckdb
import pytest

from orchestration.boards.numbers import number
from orchestration.documents.lineage import Lineage
from orchestration.explain.periods import Period
from orchestration.explain.published import definition, parse_scope, value_row
from orchestration.explain.trace import Trace, Window, trace_part
from orchestration.night import dbt_paths
from orchestration.publish.headline import Figure, headline
from orchestration.session import settle
from orchestration.settings import Settings
from orchestration.transform.project import read_manifest
from tests.support.clone import Clone

ONE_OF_EACH = """
    select dim_kpi.kpi_id, numerator_name, denominator_name, period_start, period_end, scope_type, scope_id,
        numerator, denominator
    from marts.kpi_value
    inner join marts.dim_kpi on kpi_value.kpi_id = dim_kpi.kpi_id and kpi_value.variant = dim_kpi.variant
    where value is not null and interval_start_at is null and period_type in ('day', 'week', 'month')
    qualify row_number() over (
        partition by dim_kpi.kpi_id, dim_kpi.variant, scope_type
        order by numerator <> 0 desc, hash(period_start, scope_id), period_type
    ) = 1
"""
"""For every KPI, variant and type of scope the value of one member in one period."""


@pytest.fixture(scope="module")
def lineage(clone: Clone) -> Lineage:
    """Return the lineage of the clone's last refresh."""
    return Lineage(read_manifest(dbt_paths(Settings(home=clone.home), clone.folder)))


def published(clone: Clone, sql: str) -> list[tuple[Any, ...]]:
    """Return the rows of a query to the publication."""
    with duckdb.connect(str(clone.home / "published" / "kpi.duckdb"), read_only=True) as con:
        return con.execute(sql).fetchall()


def traced(clone: Clone, lineage: Lineage, part: str, window: Window) -> Trace:
    """Return the records behind a part in the clone's warehouse."""
    with duckdb.connect(str(clone.home / "warehouse.duckdb"), read_only=True) as con:
        return trace_part(con, lineage, part, window)


def test_the_records_named_add_up_to_the_published_part_of_every_kpi(clone: Clone, lineage: Lineage) -> None:
    explained, wrong = set(), []
    with duckdb.connect(str(clone.home / "warehouse.duckdb"), read_only=True) as con:
        for kpi_id, above, below, first, last, scope, member, numerator, denominator in published(clone, ONE_OF_EACH):
            window = Window(first, last, scope, member)
            for part, value in ((above, numerator), (below, denominator)):
                trace = trace_part(con, lineage, part, window) if part else None
                if trace is None or trace.total is None:
                    continue
                explained.add(kpi_id)
                if trace.total != pytest.approx(value or 0, rel=1e-6, abs=1e-6):
                    wrong.append((kpi_id, part, str(window), value, trace.total))
    assert wrong == []
    assert len(explained) >= 60


def test_the_ids_are_those_of_the_records_and_no_others(clone: Clone, lineage: Lineage) -> None:
    (day,) = published(clone, "select date '2026-11-20'")[0]
    trace = traced(clone, lineage, "answered_within_threshold", Window(day, day, "queue", "NYC-SAL"))
    assert trace.total == 5
    (records,) = trace.records
    assert (records.table, records.called, records.rows, records.count) == (
        "core.fct_contact_segment",
        "contacts",
        5,
        5,
    )
    assert "K000000745" in records.ids


def test_a_rule_that_does_not_fit_its_component_does_not_give_the_published_figure(
    clone: Clone, lineage: Lineage
) -> None:
    manifest = copy.deepcopy(dict(lineage.manifest))
    component = Lineage(manifest).models["kpi_component_leg"]
    component["config"]["meta"]["explained_by"][0]["parts"]["answered"] = "is_queue_entry"
    (day, value) = published(
        clone,
        "select period_start, denominator from marts.kpi_value where kpi_id = 'service_level'"
        " and variant = 'answered_only' and period_type = 'month' and scope_type = 'enterprise'",
    )[0]
    window = Window(day, day.replace(day=30), "enterprise", None)
    assert traced(clone, lineage, "answered", window).total == value
    assert traced(clone, Lineage(manifest), "answered", window).total != value


def test_a_part_without_a_rule_names_the_tables_that_it_is_summed_from(clone: Clone, lineage: Lineage) -> None:
    (day,) = published(clone, "select date '2026-11-20'")[0]
    trace = traced(clone, lineage, "customers_retained", Window(day, day, "enterprise", None))
    assert trace.total is None
    assert "fct_subscription_period" in trace.tables or trace.tables


ONE_HALF_HOUR_OF_EACH = """
    select dim_kpi.kpi_id, numerator_name, denominator_name, period_start, interval_local_start, interval_start_at,
        scope_type, scope_id, numerator, denominator
    from marts.kpi_value
    inner join marts.dim_kpi on kpi_value.kpi_id = dim_kpi.kpi_id and kpi_value.variant = dim_kpi.variant
    where value is not null and period_type = 'interval'
    qualify row_number() over (
        partition by dim_kpi.kpi_id, dim_kpi.variant, scope_type
        order by numerator <> 0 desc, hash(interval_local_start, scope_id)
    ) = 1
"""


def test_the_records_named_add_up_to_the_parts_of_half_hours(clone: Clone, lineage: Lineage) -> None:
    explained, wrong = set(), []
    with duckdb.connect(str(clone.home / "warehouse.duckdb"), read_only=True) as con:
        settle(con)
        for kpi_id, above, below, day, at, starts, scope, member, *parts in published(clone, ONE_HALF_HOUR_OF_EACH):
            for part, value in zip((above, below), parts, strict=True):
                trace = trace_part(con, lineage, part, Window(day, day, scope, member, at, starts)) if part else None
                if trace is None or trace.total is None:
                    continue
                explained.add(kpi_id)
                if trace.total != pytest.approx(value or 0, rel=1e-6, abs=1e-6):
                    wrong.append((kpi_id, part, scope, member, at, value, trace.total))
    assert wrong == []
    assert {"service_level", "average_handle_time", "forecast_accuracy", "contacts_offered"} <= explained


def test_without_a_period_the_value_of_the_headline_is_explained(clone: Clone) -> None:
    before = date(2026, 11, 21)
    figures: dict[str, Figure] = {}
    for figure in headline(clone.home / "published" / "kpi.duckdb", before):
        figures.setdefault(figure.kpi_id, figure)
    assert len(figures) >= 8
    with duckdb.connect(str(clone.home / "published" / "kpi.duckdb"), read_only=True) as con:
        for kpi_id, figure in figures.items():
            row = value_row(con, definition(con, kpi_id, "default"), parse_scope("enterprise"), None, before)
            found = (row["period_type"], row["period_start"], row["value"])
            assert found == (figure.period_type, figure.period_start, figure.value), kpi_id


def test_as_json_the_rows_are_as_published_and_the_value_also_as_boards_write_it(clone: Clone) -> None:
    done = clone.run("contact-center explain service_level --scope queue=BER-SUP --period 2026-W46 --json")
    assert done.returncode == 0
    told = json.loads(done.stdout)
    [(numerator, denominator, value)] = published(
        clone,
        "select numerator, denominator, value from marts.kpi_value where kpi_id = 'service_level'"
        " and variant = 'default' and scope_id = 'BER-SUP' and period_type = 'week'"
        " and period_start = date '2026-11-09'",
    )
    assert (told["value"]["numerator"], told["value"]["denominator"], told["value"]["value"]) == (
        numerator,
        denominator,
        value,
    )
    assert told["shown"] == f"{value:.1f}%"
    assert told["period"] == "2026-W46"
    assert [(part["of"], part["agrees"], part["total"]) for part in told["records"]] == [
        ("numerator", True, numerator),
        ("denominator", True, denominator),
    ]
    assert told["kpi"]["owner"] == "Operations"
    assert any(file["name"] == "standard/contact_segments" and file["exact"] for file in told["files"])


def test_a_half_hour_is_asked_for_by_the_clock_of_its_site(clone: Clone) -> None:
    [(at, value)] = published(
        clone,
        "select interval_local_start, value from marts.kpi_value where kpi_id = 'average_handle_time'"
        " and variant = 'default' and period_type = 'interval' and scope_id = 'BER-SUP' and value > 60"
        " order by interval_local_start limit 1",
    )
    done = clone.run(f"contact-center explain AHT --scope queue=BER-SUP --period {at:%Y-%m-%dT%H:%M}")
    assert done.returncode == 0
    assert f"of queue=BER-SUP, interval {at:%Y-%m-%dT%H:%M}" in done.stdout
    assert f"  value        {number('seconds', value)}\n" in done.stdout
    assert "which is the published figure" in done.stdout
    assert "while" not in done.stdout.split("checks:")[0]


def test_twelve_months_are_asked_for_by_their_ends(clone: Clone) -> None:
    [(first, numerator)] = published(
        clone,
        "select period_start, numerator from marts.kpi_value where kpi_id = 'service_level' and variant = 'default'"
        " and period_type = 'trailing_12m' and scope_type = 'enterprise' and value is not null"
        " order by period_start desc limit 1",
    )
    done = clone.run(f"contact-center explain service_level --period {Period('trailing_12m', first)}")
    assert done.returncode == 0
    assert f"  numerator    {numerator:,.0f}  answered_within_threshold" in done.stdout
    assert f"answered_within_threshold = {numerator:,.0f}, which is the published figure" in done.stdout


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("service_level --period 2025-12..2026-10", "those to 2026-10 are 2025-11..2026-10"),
        ("service_level --period 2026-11-20T10:17", "in 2026-11-20T10:17: half-hours begin at :00 and :30; it has"),
        ("service_level --period 2026-13", "there is no period '2026-13': month must be in 1..12"),
        ("service_level --period 2026-11-31", "there is no period '2026-11-31': day is out of range for month"),
        ("service_level --scope enterprise=all", "the enterprise has no members: write enterprise"),
        ("srvice_level", "did you mean service_level"),
        ("'lost call'", "abandonment_rate"),
        ("service_level --variant mine", "all_abandons_penalise"),
        ("service_level --scope agent=A1", "is not published by agent; it is by channel, enterprise, queue"),
        ("service_level --scope queue=BER-SUPP", "BER-SUP"),
        ("service_level --scope BER-SUP", "team=T1"),
        ("service_level --period 2019-10", "months from 2026-11 to 2026-11"),
        ("service_level --period soon", "2024-W43"),
    ],
)
def test_what_is_not_there_is_wrong_usage_and_the_answer_says_what_is(clone: Clone, asked: str, said: str) -> None:
    done = clone.run(f"contact-center explain {asked}")
    assert done.returncode == 2
    assert said in done.stdout


def test_while_a_refresh_holds_the_warehouse_the_publication_still_answers(clone: Clone, tmp_path: Any) -> None:
    for name in ("published", ".dbt"):
        (tmp_path / name).symlink_to(clone.home / name)
    with duckdb.connect(str(tmp_path / "warehouse.duckdb")) as writer:
        writer.execute("create table busy as select 1 as one")
        done = clone.run(f"CONTACT_CENTER_HOME={tmp_path} contact-center explain SL --period 2026-11-20")
    assert done.returncode == 0
    assert "  denominator  55  answered_or_abandoned" in done.stdout
    assert "a refresh has the warehouse open just now" in done.stdout
    assert "behind the numerator" not in done.stdout
