"""Nights of deliveries: what a late line about one call, agent or restart changes in calls delivered before."""

import random
from typing import Any

import pytest

from tests.integration.asterisk_support import AsteriskWarehouse, answered_call, at, line

TABLES = (
    "queue_log", "queue_visits", "agent_intervals", "contacts", "contact_segments", "queues", "agents", "sites", "teams"
)  # fmt: skip


@pytest.fixture(scope="module")
def shared_warehouse(tmp_path_factory: pytest.TempPathFactory) -> AsteriskWarehouse:
    return AsteriskWarehouse(tmp_path_factory.mktemp("asterisk"))


@pytest.fixture
def warehouse(shared_warehouse: AsteriskWarehouse) -> AsteriskWarehouse:
    shared_warehouse.reset()
    return shared_warehouse


def content(warehouse: AsteriskWarehouse) -> dict[str, list[dict[str, Any]]]:
    """Return all that the tables say, without where each row came from, in a fixed order."""
    found = {}
    for table in TABLES:
        rows = warehouse.query(f"from staging.stg_asterisk__{table}")
        said = [{k: v for k, v in row.items() if k == "_is_excluded" or not k.startswith("_")} for row in rows]
        found[table] = sorted(said, key=str)
    return found


def restart(second: int) -> str:
    return line(second, "NONE", "NONE", "NONE", "QUEUESTART")


def test_a_restart_ends_what_was_waiting_and_what_was_talking(warehouse: AsteriskWarehouse) -> None:
    waiting = [line(0, "1.1", "sales", "NONE", "ENTERQUEUE")]
    warehouse.land("queue_log", [*waiting, *answered_call("1.2")[:2], *answered_call("1.3", 100), restart(600)])
    warehouse.refresh()
    assert sorted(warehouse.outcomes(), key=str) == [
        ("sales", 1, "answered", 0, 600, "restart"),
        ("sales", 1, "answered", 100, 170, "log"),
        ("sales", 1, "system_disconnect", 0, 600, "restart"),
    ]
    by_contact = {
        leg["contact_id"]: (leg["dequeued_at"], leg["talk_seconds"], leg["ended_by"]) for leg in warehouse.legs()
    }
    assert by_contact == {
        "asterisk:1.1": (at(600), None, "system"),
        "asterisk:1.2": (at(10), None, "system"),
        "asterisk:1.3": (at(110), 60, "customer"),
    }


def test_a_restart_delivered_alone_ends_calls_of_earlier_nights(warehouse: AsteriskWarehouse) -> None:
    warehouse.land("queue_log.1", [line(0, "1.1", "sales", "NONE", "ENTERQUEUE")])
    warehouse.refresh()
    assert warehouse.outcomes() == [("sales", 1, "in_queue", 0, None, None)]
    warehouse.land("queue_log.3", [restart(900)])
    warehouse.refresh()
    assert warehouse.outcomes() == [("sales", 1, "system_disconnect", 0, 900, "restart")]
    warehouse.land("queue_log.2", [restart(600)])
    warehouse.refresh()
    assert warehouse.outcomes() == [("sales", 1, "system_disconnect", 0, 600, "restart")]
    (contact,) = warehouse.query("from staging.stg_asterisk__contacts")
    assert contact["ended_at"] == at(600)


def test_a_late_ending_wins_over_the_restart_of_another_server(warehouse: AsteriskWarehouse) -> None:
    lines = answered_call("1.1")
    warehouse.land("queue_log.1", [*lines[:2], restart(20)])
    warehouse.refresh()
    assert warehouse.outcomes() == [("sales", 1, "answered", 0, 20, "restart")]
    warehouse.land("queue_log.2", lines[2:])
    warehouse.refresh()
    assert warehouse.outcomes() == [("sales", 1, "answered", 0, 70, "log")]


def test_wrap_up_delivered_a_night_later_reaches_its_call(warehouse: AsteriskWarehouse) -> None:
    warehouse.land("queue_log.1", [*answered_call("1.1"), *answered_call("1.2", agent="Agent/2")])
    warehouse.refresh()
    warehouse.land("queue_log.2", [line(70, "NONE", "NONE", "Agent/1", "WRAPUPSTART", 15)])
    warehouse.refresh()
    assert [(leg["agent_id"], leg["acw_seconds"]) for leg in warehouse.legs()] == [
        ("asterisk:Agent/1", 15),
        ("asterisk:Agent/2", None),
    ]


def test_wrap_up_moves_to_a_later_call_of_its_agent_that_arrives_late(warehouse: AsteriskWarehouse) -> None:
    first, second = answered_call("1.1"), answered_call("1.2", second=20)
    warehouse.land("queue_log.1", [*first, line(95, "NONE", "NONE", "Agent/1", "WRAPUPSTART", 15)])
    warehouse.refresh()
    assert [leg["acw_seconds"] for leg in warehouse.legs()] == [15]
    warehouse.land("queue_log.2", second)
    warehouse.refresh()
    assert [leg["acw_seconds"] for leg in warehouse.legs()] == [None, 15]


def test_wrap_up_long_after_any_call_belongs_to_none(warehouse: AsteriskWarehouse) -> None:
    warehouse.land("queue_log", [*answered_call("1.1"), line(131, "NONE", "NONE", "Agent/1", "WRAPUPSTART", 15)])
    warehouse.refresh()
    assert [leg["acw_seconds"] for leg in warehouse.legs()] == [None]


def test_a_night_with_nothing_new_writes_no_image(warehouse: AsteriskWarehouse) -> None:
    warehouse.land("queue_log", [*answered_call("1.1"), line(0, "1.2", "sales", "NONE", "ENTERQUEUE"), restart(90)])
    warehouse.refresh()
    warehouse.land("queue_log.copy", [*answered_call("1.1"), restart(90)])
    warehouse.refresh()
    for table in ("queue_visits", "contacts", "contact_segments"):
        assert warehouse.value(f"select count(*) from staging.stg_asterisk__{table}__changes") == 0


def some_log(seed: int, calls: int) -> list[str]:
    """Return a log of calls that overlap, overflow, are cut off, wrapped up and restarted, in order of time."""
    chance = random.Random(seed)  # noqa: S311
    lines: list[tuple[int, str]] = []

    def log(second: int, *fields: object) -> None:
        lines.append((second, line(second, *map(str, fields))))

    for number in range(calls):
        call, agent = f"{seed}.{number}", f"Agent/{chance.randint(1, 3)}"
        second = chance.randint(0, 3 * 86_400)
        for queue in chance.sample(["sales", "backup", "vip"], chance.randint(1, 2)):
            log(second, call, queue, "NONE", "ENTERQUEUE", "", "5551234567", 1)
            wait, talk = chance.randint(0, 40), chance.randint(1, 90)
            ending = chance.choice(["COMPLETEAGENT", "COMPLETEAGENT", "ABANDON", "EXITWITHTIMEOUT", "CUT", "LOST"])
            if ending in ("ABANDON", "EXITWITHTIMEOUT"):
                log(second + wait, call, queue, "NONE", ending, 1, 1, wait)
            elif ending != "LOST":
                log(second + wait, call, queue, agent, "CONNECT", wait, f"{call}9", 2)
            second += wait
            if ending == "COMPLETEAGENT":
                second += talk
                log(second, call, queue, agent, ending, wait, talk, 1)
                log(second + chance.choice([0, 0, 20]), "NONE", "NONE", agent, "WRAPUPSTART", chance.randint(5, 30))
    for _ in range(calls):
        agent, switch = f"Agent/{chance.randint(1, 3)}", chance.choice(["PAUSEALL", "UNPAUSEALL", "AGENTLOGIN"])
        second = chance.randint(0, 3 * 86_400)
        log(second, "NONE", "NONE", agent, switch)
        if switch == "AGENTLOGIN":
            log(second + 600, "NONE", "NONE", agent, "AGENTLOGOFF", "SIP/1", 600)
    lines.extend((second, restart(second)) for second in chance.sample(range(3 * 86_400), 3))
    return [text for _, text in sorted(lines, key=lambda entry: entry[0])]


@pytest.mark.parametrize("seed", [1, 2])
def test_nights_of_overlapping_and_disordered_slices_equal_one_full_rebuild(
    warehouse: AsteriskWarehouse, seed: int
) -> None:
    chance = random.Random(seed)  # noqa: S311
    log = some_log(seed, calls=150)
    cuts = sorted(chance.sample(range(1, len(log)), 5))
    slices = [log[max(0, start - 4) : end] for start, end in zip([0, *cuts], [*cuts, len(log)], strict=True)]
    chance.shuffle(slices)
    for night, lines in enumerate(slices):
        half = lines[-1][:-2] if night % 2 else ""
        warehouse.land(f"queue_log.{night}", lines[:-1] if half else lines, half_line=half)
        if half:
            warehouse.land(f"queue_log.{night}.whole", lines[-1:])
        warehouse.refresh(as_of=at(5 * 86_400))
    night_by_night = content(warehouse)
    outcomes_seen = {visit["queue_outcome"] for visit in night_by_night["queue_visits"]}
    ways = {visit["end_known_by"] for visit in night_by_night["queue_visits"]}
    assert outcomes_seen >= {"answered", "abandoned", "overflow_out", "system_disconnect"}
    assert ways >= {"log", "next_entry", "restart", "silence"}
    assert any(visit["acw_seconds"] for visit in night_by_night["queue_visits"])
    warehouse.refresh(full=True, as_of=at(5 * 86_400))
    assert content(warehouse) == night_by_night
