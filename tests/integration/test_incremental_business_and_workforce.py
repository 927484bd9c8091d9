"""Late news of customers, subscriptions, sales and systems, and of the workforce: nights equal one full rebuild.

In every night something arrives of both. A change could hide that another one does not reach a table only if both
reached it on the same day. Their tables are different ones (the second test), but for those of contacts: of those the
business news reach one day in October 2024, the 18th, with which no change of the workforce has to do, and the last two
changes of the workforce arrive with business news that reach customers, saves and targets only.
"""

import shutil
from datetime import datetime, timedelta
from pathlib import Path

import duckdb

from orchestration.transform.project import Manifest
from tests.integration import late_workforce
from tests.support.nights import GOLDEN_PARAMETERS, Nights, differences, golden_night

SUBSCRIPTIONS = "subscription_id,customer_id,product_id,started_on,ended_on,mrr_amount,currency,billing_model\n"
LATE_CHANGES: list[dict[str, str]] = [
    {
        # a cancellation contact is told of, another changes its outcome, a campaign and an opportunity come late
        "retention_attempts": "contact_id,customer_id,outcome\nK02,C2,saved\nK09,C6,undecided\nK13,NOBODY,saved\n",
        "campaigns": "campaign_id,name,channel,start,end\nP1,Winter,voice,2024-10-01,2024-12-31\n",
        "opportunities": (
            "opportunity_id,customer_id,contact_id,opened_at,closed_at,stage\n"
            "OP1,C2,K06,2024-10-26T10:02:00Z,,lost\nOP7,C3,,2024-10-24T10:02:00Z,,won\n"
        ),
    },
    {
        # the subscription that a save was judged by turns out to have ended; one in dollars, without a rate, is old
        "subscriptions": SUBSCRIPTIONS
        + (
            "SB2,C2,,2023-01-01,2024-10-28,80,EUR,contract\n"
            "SB9,C1,TV,2024-01-10,,15,USD,contract\n"
            "SB10,C1,TV,2024-06-01,,18,USD,contract\n"
        ),
        "system_outages": (
            "outage_id,system_id,start_at,end_at,is_planned,is_degraded\n"
            "OUT4,ACD,2024-10-25T10:00:00Z,2024-10-25T10:10:00Z,false,true\nOUT5,CRM,2024-10-30T10:00:00Z,,false,\n"
            "OUT1,ACD,2024-10-25T14:00:00Z,2024-10-25T14:06:00Z,false,false\n"
        ),
    },
    {
        # the rate comes; service is agreed for a system that was down; customers change segment, one is new, one erased
        "fx_rates": "rate_date,currency,rate_to_reporting\n2024-08-31,USD,0.9\n2024-10-15,USD,0.8\n",
        "system_service_days": (
            "system_id,service_date,window_start_at,window_end_at\n"
            "CRM,2024-10-30,2024-10-30T09:00:00Z,2024-10-30T15:00:00Z\n"
            "ACD,2024-10-26,2024-10-25T14:30:00Z,2024-10-25T16:00:00Z\n"
            "CRM,2024-11-02,2024-11-02T20:00:00Z,2024-11-03T04:00:00Z\n"
        ),
        "customers": (
            "customer_id,segment,country,created_at,erased_at\n"
            "C2,business,DE,2023-01-01T00:00:00Z,\nC9,business,AT,2024-10-20T00:00:00Z,\n"
            "C4,,,2023-01-01T00:00:00Z,2024-11-03T00:00:00Z\n"
        ),
    },
    {
        # a customer without a contract lives by orders and contacts
        "subscriptions": SUBSCRIPTIONS
        + (
            "SB6,C6,,2024-03-01,,30,EUR,non_contract\nSB3b,C3,,2024-07-20,,40,EUR,non_contract\n"
            "SB11,NEW,,2024-09-10,2024-10-20,9,EUR,non_contract\n"
        ),
        "orders": (
            "order_id,customer_id,contact_id,ordered_at,order_channel,status,currency\n"
            "O9,C6,,2024-06-20T15:00:00Z,web,completed,EUR\nO3,C3,,2024-10-25T15:00:00Z,web,cancelled,EUR\n"
        ),
    },
    {
        # an older file says what a customer was before, and activity of a customer without contract comes late
        "customers": "customer_id,segment,country,created_at\nC1,vip,DE,2023-01-01T00:00:00Z\n",
        "contacts": (
            "contact_id,channel,direction,initiation_method,customer_id,site_id,contact_reason_id,started_at,ended_at,"
            "is_test,last_updated_at\n"
            "LATE,voice,inbound,inbound,C3,BER,BILLING,2024-10-18T09:00:00Z,2024-10-18T09:03:30Z,false,2024-11-01T00:00:00Z\n"
        ),
        "cost_ledger": (
            "entry_id,period_start,period_end,cost_category,behaviour,direct_channel,amount,currency\n"
            "L8,2024-10-20,2024-11-03,telecom,variable,,70,CHF\n"
        ),
    },
    {
        # a customer who never had an order, a subscription that never was, and the end of a month
        "subscriptions": SUBSCRIPTIONS
        + ("SB7,C1,,2024-10-10,,70,EUR,contract\nSB5,C5,,2023-01-01,2024-10-31,40,EUR,contract\n"),
        "retention_attempts": "contact_id,customer_id,outcome\nK02,C6,lost\n",
    },
    {
        # without a contract: an end is told, and taken back for another; the attempt of a stranger, who then subscribes
        "subscriptions": SUBSCRIPTIONS
        + (
            "SB6,C6,,2024-03-01,2024-10-26,30,EUR,non_contract\nSB3b,C3,,2024-07-20,2024-11-04,40,EUR,non_contract\n"
            "SB11,NEW,,2024-09-10,2024-09-30,9,EUR,non_contract\nSB12,NOBODY,,2024-11-01,,9,EUR,contract\n"
        ),
    },
    {
        # what values are held against
        "kpi_targets": "kpi_id,scope_type,scope_id,target_value,valid_from\nsave_rate,enterprise,,50,2024-01-01\n",
        "benchmarks": "kpi_id,source,year,median\nsave_rate,Peers,2024,60\nsave_rate,Older,2023,70\n",
    },
]
"""What arrives night after night on top of the golden example, one kind of change at a time."""

FILE_DATES = [
    "2024-11-01", "2024-11-02", "2024-11-03", "2024-11-04", "2024-10-01", "2024-11-06", "2024-11-07", "2024-11-08",
]  # fmt: skip


BUSINESS = {"customer", "opportunity", "order", "retention", "system"}
WORKFORCE = {"forecast", "staffing", "workforce"}
"""Subjects whose days the two kinds of changes affect."""


def deliver(nights: Nights, changes: dict[str, str], file_date: str) -> None:
    """Write standard extracts of one date."""
    for entity, text in changes.items():
        target = nights.home / "landing/standard" / entity / f"{entity}_{file_date}.csv"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)


def test_every_kind_of_late_news_rebuilds_what_it_touches(tmp_path: Path) -> None:
    nights = golden_night(tmp_path / "home", tmp_path / "state", datetime(2024, 10, 29), GOLDEN_PARAMETERS)
    both = zip(LATE_CHANGES, late_workforce.LATE_CHANGES, strict=True)
    for number, (business, workforce) in enumerate(both):
        deliver(nights, business, FILE_DATES[number])
        deliver(nights, workforce, f"2024-11-{number + 1:02}")
        nights.night(datetime(2024, 10, 30) + timedelta(days=number), parameters=GOLDEN_PARAMETERS)
    assert nights.query("select count(*) from meta.rejected_row") == [(0,)]
    with duckdb.connect(str(nights.warehouse)) as con:
        judged = con.execute(
            "select target, benchmark, benchmark_source, benchmark_segment, benchmark_year,"
            " computed_at = (select max(started_at) from meta.refresh)"
            " from marts.kpi_value where kpi_id = 'save_rate' and variant = 'default' and scope_type = 'enterprise'"
            " and period_type = 'month' and period_start = date '2024-10-01'"
        ).fetchall()
    assert judged == [(50, 60, "Peers", "all", 2024, True)], (
        "the publication takes over what carries the date of tonight"
    )
    by_night = Path(shutil.copy(nights.warehouse, tmp_path / "by_night.duckdb"))
    last = datetime(2024, 10, 30) + timedelta(days=len(LATE_CHANGES) - 1)
    nights.night(last, full=True, parameters=GOLDEN_PARAMETERS)

    assert differences(by_night, nights.warehouse) == []


def test_what_arrives_together_is_read_by_different_tables(manifest: Manifest) -> None:
    read = {
        node["name"]: set(node["config"]["meta"].get("touched", {}).get("subjects", ()))
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model"
    }
    assert any(subjects & WORKFORCE for subjects in read.values())
    assert [name for name, subjects in read.items() if subjects & WORKFORCE and subjects & BUSINESS] == []
