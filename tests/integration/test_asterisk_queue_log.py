"""What the log of Asterisk's queues becomes: visits, their endings and outcomes, from small logs written here."""

import pytest
import yaml

from orchestration.settings import PROJECT_DIR
from tests.integration.asterisk_support import START, AsteriskWarehouse, answered_call, at, line

UNFILLED = {"queues": {"is_triage"}}
"""Columns of the contract that this system cannot say."""


@pytest.fixture(scope="module")
def shared_warehouse(tmp_path_factory: pytest.TempPathFactory) -> AsteriskWarehouse:
    return AsteriskWarehouse(tmp_path_factory.mktemp("asterisk"))


@pytest.fixture
def warehouse(shared_warehouse: AsteriskWarehouse) -> AsteriskWarehouse:
    shared_warehouse.reset()
    return shared_warehouse


def test_an_empty_landing_folder_builds_empty_tables(warehouse: AsteriskWarehouse) -> None:
    warehouse.refresh()
    for table in ("queue_log", "queue_visits", "contacts", "contact_segments", "queues", "agents", "sites", "teams"):
        assert warehouse.value(f"select count(*) from staging.stg_asterisk__{table}") == 0


def test_columns_and_types_are_those_of_the_contract(warehouse: AsteriskWarehouse) -> None:
    warehouse.refresh()
    contract = {
        model["name"]: {column["name"]: column["data_type"] for column in model["columns"]}
        for file in (PROJECT_DIR / "models" / "conformed").glob("*.yml")
        for model in yaml.safe_load(file.read_text()).get("models", [])
    }
    for entity in ("agents", "contact_segments", "contacts", "queues", "sites", "teams"):
        described = warehouse.query(f"describe staging.stg_asterisk__{entity}")
        types = {row["column_name"]: row["column_type"].lower() for row in described}
        lineage = {name: types.pop(name) for name in ("_is_excluded", "_file_id", "_line_number")}
        unfilled = UNFILLED.get(entity, set())
        assert types == {name: type_ for name, type_ in contract[entity].items() if name not in unfilled}
        assert lineage == {"_is_excluded": "boolean", "_file_id": "bigint", "_line_number": "bigint"}


def test_an_answered_call_becomes_a_contact_with_one_leg(warehouse: AsteriskWarehouse) -> None:
    warehouse.land("queue_log", [line(-5, "1.1", "NONE", "NONE", "DID", "8005550100"), *answered_call("1.1")])
    warehouse.refresh()
    (leg,) = warehouse.legs()
    assert (leg["queued_at"], leg["dequeued_at"], leg["answered_at"]) == (at(0), at(10), at(10))
    assert (leg["queue_outcome"], leg["agent_id"], leg["ended_by"]) == ("answered", "asterisk:Agent/1", "customer")
    assert (leg["talk_seconds"], leg["hold_seconds"], leg["acw_seconds"]) == (60, None, None)
    (contact,) = warehouse.query("from staging.stg_asterisk__contacts")
    assert (contact["started_at"], contact["ended_at"], contact["entry_point"]) == (at(-5), at(70), "8005550100")


def test_the_caller_ends_in_the_raw_table(warehouse: AsteriskWarehouse) -> None:
    warehouse.land("queue_log", answered_call("1.1"))
    warehouse.refresh()
    for table in ("queue_log", "queue_visits", "contacts", "contact_segments"):
        rows = warehouse.query(f"from staging.stg_asterisk__{table}")
        assert rows
        assert "5551234567" not in str(rows)


def test_overlapping_deliveries_count_each_event_once(warehouse: AsteriskWarehouse) -> None:
    lines = [line(0, "1.1", "sales", "Agent/1", "RINGNOANSWER", 0)] * 2 + answered_call("1.1")
    warehouse.land("queue_log.1", lines[:3])
    warehouse.land("queue_log", lines)
    warehouse.land("slice", lines[1:])
    warehouse.refresh()
    events = warehouse.query("select event, count(*) as n from staging.stg_asterisk__queue_log group by event")
    assert {row["event"]: row["n"] for row in events} == {
        "RINGNOANSWER": 2,
        "ENTERQUEUE": 1,
        "CONNECT": 1,
        "COMPLETECALLER": 1,
    }


def test_half_a_last_line_gives_way_to_the_whole_one(warehouse: AsteriskWarehouse) -> None:
    lines = answered_call("1.1")
    warehouse.land("queue_log", lines[:2], half_line=lines[2].removesuffix("0|1"))
    warehouse.refresh()
    assert [leg["talk_seconds"] for leg in warehouse.legs()] == [6]
    warehouse.land("queue_log", lines)
    warehouse.refresh()
    assert [leg["talk_seconds"] for leg in warehouse.legs()] == [60]
    assert warehouse.value("select count(*) from staging.stg_asterisk__queue_log where is_superseded") == 1


def test_lines_that_cannot_be_read_are_kept_and_counted(warehouse: AsteriskWarehouse) -> None:
    warehouse.land("queue_log", ["not a log", "yesterday|1.1|sales|NONE|ABANDON|1|1|7", *answered_call("1.2")])
    warehouse.refresh()
    assert warehouse.value("select count(*) from staging.stg_asterisk__queue_log where is_malformed") == 2
    assert [visit["call_id"] for visit in warehouse.visits()] == ["1.2"]


def test_an_unknown_event_is_kept_and_disturbs_nothing(warehouse: AsteriskWarehouse) -> None:
    lines = answered_call("1.1")
    warehouse.land("queue_log", [*lines[:1], line(5, "1.1", "sales", "NONE", "TELEPORTED", "somewhere"), *lines[1:]])
    warehouse.refresh()
    (unknown,) = warehouse.query("from staging.stg_asterisk__queue_log where event_class = 'unknown'")
    assert (unknown["event"], unknown["data1"], unknown["call_id"]) == ("TELEPORTED", "somewhere", "1.1")
    assert warehouse.outcomes() == [("sales", 1, "answered", 0, 70, "log")]


def test_pseudo_call_ids_are_no_calls(warehouse: AsteriskWarehouse) -> None:
    pseudo = [line(1, call, "sales", "Agent/1", "ADDMEMBER") for call in ("NONE", "REALTIME", "MANAGER", "CLI")]
    warehouse.land("queue_log", [*pseudo, line(2, "NONE", "sales", "NONE", "ABANDON", 1, 1, 9)])
    warehouse.refresh()
    assert warehouse.value("select count(*) from staging.stg_asterisk__queue_log") == 5
    assert warehouse.value("select count(*) from staging.stg_asterisk__contacts") == 0


def test_a_fraction_of_a_second_is_kept(warehouse: AsteriskWarehouse) -> None:
    whole = line(0, "1.1", "sales", "NONE", "ENTERQUEUE")
    warehouse.land("queue_log", [whole.replace(str(START), f"{START}.250000")])
    warehouse.refresh()
    assert [visit["entered_at"] for visit in warehouse.visits()] == [at(0.25)]


def test_an_overflow_keeps_its_call_and_makes_two_legs(warehouse: AsteriskWarehouse) -> None:
    warehouse.land(
        "queue_log",
        [
            line(0, "1.1", "sales", "NONE", "ENTERQUEUE"),
            line(30, "1.1", "sales", "NONE", "EXITWITHTIMEOUT", 1, 1, 30),
            line(30, "1.1", "backup", "NONE", "ENTERQUEUE"),
            line(50, "1.1", "backup", "NONE", "EXITWITHTIMEOUT", 1, 1, 20),
            line(52, "1.1", "sales", "NONE", "ENTERQUEUE"),
            line(60, "1.1", "sales", "NONE", "ABANDON", 1, 1, 8),
        ],
    )
    warehouse.refresh()
    assert warehouse.outcomes() == [
        ("sales", 1, "overflow_out", 0, 30, "log"),
        ("backup", 1, "overflow_out", 30, 50, "log"),
        ("sales", 2, "abandoned", 52, 60, "log"),
    ]
    assert [leg["segment_seq"] for leg in warehouse.legs()] == [1, 2, 3]
    assert warehouse.value("select count(*) from staging.stg_asterisk__contacts") == 1


def test_the_last_exit_from_a_queue_decides_the_outcome(warehouse: AsteriskWarehouse) -> None:
    warehouse.land(
        "queue_log",
        [
            line(30, "1.1", "sales", "NONE", "ABANDON", 1, 1, 30),
            line(31, "1.2", "sales", "NONE", "EXITWITHTIMEOUT", 1, 1, 30),
            line(32, "1.3", "sales", "NONE", "EXITEMPTY", 1, 1, 30),
            line(33, "1.4", "sales", "NONE", "EXITWITHKEY", 5, 1, 1, 30),
        ],
    )
    warehouse.refresh()
    assert warehouse.outcomes() == [
        ("sales", 1, "abandoned", 0, 30, "log"),
        ("sales", 1, "system_disconnect", 1, 31, "log"),
        ("sales", 1, "system_disconnect", 2, 32, "log"),
        ("sales", 1, "overflow_out", 3, 33, "log"),
    ]


def test_a_partial_log_yields_the_entry_from_the_durations(warehouse: AsteriskWarehouse) -> None:
    warehouse.land(
        "queue_log",
        [
            line(70, "1.1", "sales", "Agent/1", "COMPLETEAGENT", 10, 60, 1),
            line(10, "1.2", "sales", "Agent/2", "CONNECT", 10, "1.29", 2),
            line(80, "1.3", "sales", "Agent/1", "ATTENDEDTRANSFER", "LINK", "SIP/a-1", "SIP/b-2", 10, 70, 1),
        ],
    )
    warehouse.refresh()
    found = [(v["call_id"], v["entered_at"], v["connected_at"], v["talk_seconds"]) for v in warehouse.visits()]
    assert sorted(found) == [("1.1", at(0), at(10), 60), ("1.2", at(0), at(10), None), ("1.3", at(0), at(10), 70)]
    assert [leg["transfer_out_type"] for leg in warehouse.legs()] == ["none", None, "consult"]


def test_an_ending_logged_twice_is_one_visit(warehouse: AsteriskWarehouse) -> None:
    lines = answered_call("1.1")
    warehouse.land("queue_log", [*lines, line(71, "1.1", "sales", "Agent/1", "COMPLETEAGENT", 10, 61, 1)])
    warehouse.refresh()
    assert warehouse.outcomes() == [("sales", 1, "answered", 0, 70, "log")]


def test_an_answer_by_an_agent_whom_the_log_does_not_name_is_an_answer(warehouse: AsteriskWarehouse) -> None:
    warehouse.land(
        "queue_log",
        [
            *answered_call("1.1", agent="NONE"),
            line(100, "1.2", "sales", "NONE", "ENTERQUEUE"),
            line(170, "1.2", "sales", "NONE", "COMPLETEAGENT", 10, 60, 1),
            line(200, "1.3", "sales", "NONE", "ENTERQUEUE"),
            line(205, "1.3", "sales", "NONE", "CONNECT", 5, "1.39", 2),
            line(300, "1.4", "sales", "NONE", "ENTERQUEUE"),
            line(310, "1.4", "sales", "NONE", "BLINDTRANSFER", "200", "internal", 10, 0, 1),
        ],
    )
    warehouse.refresh()
    assert warehouse.outcomes() == [
        ("sales", 1, "answered", 0, 70, "log"),
        ("sales", 1, "answered", 100, 170, "log"),
        ("sales", 1, "answered", 200, None, None),
        ("sales", 1, "overflow_out", 300, 310, "log"),
    ]
    legs = [
        (leg["agent_id"], leg["answered_at"], leg["talk_seconds"], leg["transfer_out_type"]) for leg in warehouse.legs()
    ]
    assert legs == [
        (None, at(10), 60, "none"),
        (None, at(110), 60, "none"),
        (None, at(205), None, None),
        (None, None, None, "none"),
    ]


def test_refused_callers_are_visits_without_a_leg(warehouse: AsteriskWarehouse) -> None:
    events = ("CLOSED", "JOINEMPTY", "FULL", "DIVERT_CA_RATIO", "DIVERT_HOLDTIME")
    warehouse.land("queue_log", [line(n, f"1.{n}", "sales", "NONE", event) for n, event in enumerate(events)])
    warehouse.refresh()
    assert [(v["end_event"], v["is_refused"], v["queue_outcome"]) for v in warehouse.visits()] == [
        (event, True, None) for event in events
    ]
    assert warehouse.legs() == []
    assert warehouse.value("select count(*) from staging.stg_asterisk__contacts") == 5


def test_a_visit_that_the_log_forgets_ends_after_a_day_of_silence(warehouse: AsteriskWarehouse) -> None:
    forgotten = line(0, "1.1", "sales", "NONE", "ENTERQUEUE")
    warehouse.land("queue_log", [forgotten, *answered_call("1.2", second=80_000)])
    warehouse.refresh()
    assert warehouse.outcomes()[0] == ("sales", 1, "in_queue", 0, None, None)
    warehouse.land("queue_log.next", answered_call("1.3", second=90_000))
    warehouse.refresh(as_of=at(100_000))
    assert warehouse.outcomes()[0] == ("sales", 1, "system_disconnect", 0, 0, "silence")
