"""Zendesk: a recorded page of tickets and two of users, and rows of our own for what they do not show."""

import json
from typing import Any

from tests.integration.system_support import SystemWarehouse, sample

BUILT = ("tickets", "customers", "agents")


def ticket(number: int, **changed: Any) -> dict[str, Any]:
    return {
        "id": number,
        "via": {"channel": "email", "source": {"from": {"address": "jo@example.org"}}},
        "created_at": "2024-10-25T08:00:00Z",
        "updated_at": "2024-10-25T08:00:00Z",
        "generated_timestamp": 1729843200,
        "subject": "Where is my parcel",
        "description": "Call me on +31 20 555 0100",
        "status": "open",
        "priority": None,
        "requester_id": 71,
        "group_id": 5,
        "satisfaction_rating": {"score": "offered"},
        **changed,
    }


def user(number: int, **changed: Any) -> dict[str, Any]:
    return {
        "id": number,
        "role": "end-user",
        "name": "Jo Bloggs",
        "email": "jo@example.org",
        "phone": "31205550100",
        "created_at": "2024-01-02T23:30:00Z",
        "updated_at": "2024-01-02T23:30:00Z",
        "default_group_id": None,
        "active": True,
        **changed,
    }


def page(member: str, *records: dict[str, Any]) -> str:
    return json.dumps({member: records, "count": len(records), "end_of_stream": True})


def test_deleted_tickets_of_a_recorded_export_stay_out_of_the_contract(system_warehouse: SystemWarehouse) -> None:
    system_warehouse.land("zendesk/tickets/page.json.gz", sample("zendesk/incremental_tickets.json.gz"))
    night = system_warehouse.refresh(BUILT)
    assert night.failed == []
    assert [(report.rows, report.rejected) for report in night.extracts] == [(1000, 0)]
    kept = "select count(*), count(*) filter (_is_excluded) from staging.stg_zendesk__tickets"
    assert system_warehouse.query(kept) == [(1000, 515)]
    assert system_warehouse.query("select count(*), count(*) filter (is_deleted) from conformed.tickets") == [(485, 0)]
    assert system_warehouse.query("select channel, status, count(*) from conformed.tickets group by all") == [
        ("email", "new", 485)
    ]


def test_overlapping_pages_give_each_user_once(system_warehouse: SystemWarehouse) -> None:
    for number in (0, 1):
        name = f"zendesk/users/00{number}.json.gz"
        system_warehouse.land(name, sample(name))
    assert system_warehouse.refresh(BUILT).failed == []
    counts = "select count(*), count(distinct id) from raw.zendesk__users"
    ((delivered, users),) = system_warehouse.query(counts)
    assert delivered == 2000
    assert users < delivered
    assert system_warehouse.query("select count(*) from conformed.customers") == [(users,)]
    assert system_warehouse.query("select count(*) from conformed.agents") == [(0,)]


def test_the_newest_copy_is_told_by_generated_timestamp_alone(
    system_warehouse: SystemWarehouse,
) -> None:
    newest = ticket(1, status="solved", generated_timestamp=1729850000, updated_at="2024-10-25T07:00:00Z")
    system_warehouse.land("zendesk/tickets/a.json", page("tickets", newest, ticket(2), ticket(3)))
    assert system_warehouse.refresh(BUILT).failed == []
    older = ticket(1, status="pending", generated_timestamp=1729840000, updated_at="2024-10-25T09:00:00Z")
    deleted = ticket(2, status="deleted", generated_timestamp=1729860000, subject="SCRUBBED")
    system_warehouse.land("zendesk/tickets/b.json", page("tickets", older, deleted))
    assert system_warehouse.refresh(BUILT).failed == []
    states = "select ticket_id, status from conformed.tickets order by ticket_id"
    assert system_warehouse.query(states) == [("zendesk:1", "solved"), ("zendesk:3", "open")]
    back = ticket(2, status="open", generated_timestamp=1729870000)
    system_warehouse.land("zendesk/tickets/c.json", page("tickets", back))
    assert system_warehouse.refresh(BUILT).failed == []
    assert ("zendesk:2", "open") in system_warehouse.query(states)
    by_increment = system_warehouse.contents("stg_zendesk__tickets")
    assert system_warehouse.refresh(BUILT, full=True).failed == []
    assert system_warehouse.contents("stg_zendesk__tickets") == by_increment


def test_a_user_who_joins_the_staff_moves_from_customers_to_agents(system_warehouse: SystemWarehouse) -> None:
    system_warehouse.land("zendesk/users/a.json", page("users", user(71), user(72)))
    assert system_warehouse.refresh(BUILT).failed == []
    joined = user(72, role="agent", default_group_id=5, updated_at="2024-06-01T00:00:00Z")
    system_warehouse.land("zendesk/users/b.json", page("users", joined))
    assert system_warehouse.refresh(BUILT).failed == []
    assert system_warehouse.query("select customer_id from conformed.customers") == [("zendesk:71",)]
    assert system_warehouse.query("select agent_id, team_id from conformed.agents") == [("zendesk:72", "zendesk:5")]


def test_channels_are_translated_and_an_unknown_one_is_quarantined(system_warehouse: SystemWarehouse) -> None:
    named = ["email", "api", "web", "chat", "voice", "whatsapp", "sms", "twitter", "rule", "carrier_pigeon"]
    tickets = [ticket(at, via={"channel": channel}) for at, channel in enumerate(named)]
    system_warehouse.land("zendesk/tickets/a.json", page("tickets", *tickets))
    assert system_warehouse.refresh(BUILT).failed == []
    channels = system_warehouse.query("select channel from conformed.tickets order by ticket_id")
    expected = ["email", "email", "email", "chat", "voice", "messaging", "sms", "social", "task"]
    assert [channel for (channel,) in channels] == expected
    quarantined = system_warehouse.query("select column_name, value from meta.rejected_row")
    assert quarantined == [("via_channel", "carrier_pigeon")]


def test_nothing_personal_leaves_the_raw_tables(system_warehouse: SystemWarehouse) -> None:
    system_warehouse.land("zendesk/tickets/a.json", page("tickets", ticket(1)))
    system_warehouse.land("zendesk/users/a.json", page("users", user(71), user(72, role="agent")))
    assert system_warehouse.refresh(BUILT).failed == []
    relations = system_warehouse.query(
        "select table_schema || '.' || table_name from information_schema.tables "
        "where table_schema not in ('raw', 'meta')"
    )
    assert ("staging.stg_zendesk__tickets",) in relations
    for (relation,) in relations:
        text = str(system_warehouse.query(f"select * from {relation}"))
        for personal in ("Jo Bloggs", "example.org", "555", "parcel"):
            assert personal not in text, relation
    assert "parcel" in str(system_warehouse.query("select * from raw.zendesk__tickets"))
