"""Wazo's own statistics, recomputed cell by cell from our visits for the queue logs of its acceptance tests."""

import json
import re
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.integration.asterisk_support import SAMPLES, AsteriskWarehouse

pytestmark = pytest.mark.skipif(not SAMPLES.is_dir(), reason=f"third-party samples are not at {SAMPLES}")

QUEUE_CELLS = """
    select
        count(*) as received,
        count(connected_at) as answered,
        count(*) filter (queue_outcome = 'abandoned') as abandoned,
        count(*) filter (end_event = 'CLOSED') as closed,
        sum(epoch(connected_at) - epoch(entered_at)) as wait_seconds,
        count(*) filter (epoch(connected_at) - epoch(entered_at) <= queues.service_level_threshold_seconds) as in_time
    from staging.stg_asterisk__queue_visits as visits
    inner join staging.stg_asterisk__queues as queues on 'asterisk:' || visits.queue = queues.queue_id
    where queue = '{scope}' and entered_at >= '{start}' and entered_at < '{end}'
"""
AGENT_CELLS = """
    with handled as (
        select
            count(*) as answered,
            coalesce(sum(talk_seconds), 0) as talk_seconds,
            coalesce(sum(acw_seconds), 0) as acw_seconds
        from staging.stg_asterisk__queue_visits
        where agent = 'Agent/{scope}' and connected_at >= '{start}' and connected_at < '{end}'
    ),

    inside as (
        select
            interval_type,
            epoch(least(ended_at, '{end}'::timestamp)) - epoch(greatest(started_at, '{start}'::timestamp)) as seconds
        from staging.stg_asterisk__agent_intervals
        where agent = 'Agent/{scope}' and started_at < '{end}' and ended_at > '{start}'
    ),

    spent as (
        select
            coalesce(sum(seconds) filter (interval_type = 'login'), 0) as login_seconds,
            coalesce(sum(seconds) filter (interval_type = 'pause'), 0) as pause_seconds
        from inside
    )

    select * from handled cross join spent
"""


def scenarios() -> list[str]:
    return sorted(file.name.removesuffix(".queue_log") for file in SAMPLES.glob("*.queue_log"))


def number(scenario: str) -> str:
    return scenario.split("_")[0]


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> AsteriskWarehouse:
    """All eight logs in one warehouse; call ids and queues, which recur, are led by the scenario's number."""
    warehouse = AsteriskWarehouse(tmp_path_factory.mktemp("wazo"))
    for scenario in scenarios():
        lines = (SAMPLES / f"{scenario}.queue_log").read_text().splitlines()
        warehouse.land(scenario, [kept_apart(line, number(scenario)) for line in lines])
    warehouse.refresh()
    return warehouse


def kept_apart(line: str, prefix: str) -> str:
    fields = line.split("|")
    fields[1:3] = [field if field == "NONE" else f"{prefix}_{field}" for field in fields[1:3]]
    return "|".join(fields)


def clock(seconds: float) -> str:
    whole = round(seconds)
    return f"{whole // 3600:02}:{whole // 60 % 60:02}:{whole % 60:02}"


def percent(part: float, whole: float) -> str:
    return f"{100 * part / whole:.0f} %" if whole else ""


def queue_figures(cells: dict[str, Any]) -> dict[str, str]:
    received, answered = cells["received"], cells["answered"]
    return {
        "Received": str(received),
        "Answered": str(answered),
        "Abandoned": str(cells["abandoned"]),
        "Closed": str(cells["closed"]),
        "AWT": clock(cells["wait_seconds"] / answered) if answered else "",
        "Answered rate": percent(answered, received),
        "QoS": percent(cells["in_time"], answered),
    }


def agent_figures(cells: dict[str, Any]) -> dict[str, str]:
    return {
        "Answered": str(cells["answered"]),
        "Conversation": clock(cells["talk_seconds"]),
        "Wrapup": clock(cells["acw_seconds"]),
        "Login": clock(cells["login_seconds"]),
        "Pause": clock(cells["pause_seconds"]),
    }


def expected_steps(scenario: str, kind: str) -> list[tuple[str, str, list[dict[str, str]]]]:
    """Return (queue or agent, date, rows) of every expectation of a kind."""
    expected = json.loads(Path(SAMPLES / f"{scenario}.expected.json").read_text())["expected"]
    pattern = re.compile(r'on (agent )?"(?P<scope>[^"]+)" on "(?P<date>[^"]+)" on configuration')
    steps = []
    for step in expected:
        match = pattern.search(step["step"])
        assert match, step["step"]
        if (match.group(1) is not None) == (kind == "agent"):
            steps.append((match["scope"], match["date"], step["rows"]))
    return steps


def hours_of(label: str, rows: list[dict[str, str]]) -> tuple[int, int]:
    """Return first and last hour of a row; the total spans all of them."""
    spans = [tuple(int(hour) for hour in re.findall(r"(\d+)h", row[""])) for row in rows if row[""] != "Total"]
    if label == "Total":
        return spans[0][0], spans[-1][1]
    first, last = re.findall(r"(\d+)h", label)
    return int(first), int(last)


def instant(date: str, hour: int) -> str:
    return datetime.fromisoformat(date).replace(hour=hour).isoformat(sep=" ")


def compared(
    warehouse: AsteriskWarehouse, scenario: str, kind: str
) -> tuple[dict[tuple[str, str, str], str], dict[tuple[str, str, str], str]]:
    """Return Wazo's cells and ours, by (queue or agent, hour, column)."""
    theirs: dict[tuple[str, str, str], str] = {}
    ours: dict[tuple[str, str, str], str] = {}
    for scope, date, rows in expected_steps(scenario, kind):
        for row in rows:
            label = row[""]
            first, last = hours_of(label, rows)
            sql = QUEUE_CELLS if kind == "queue" else AGENT_CELLS
            where = f"{number(scenario)}_{scope}" if kind == "queue" else scope
            (cells,) = warehouse.query(sql.format(scope=where, start=instant(date, first), end=instant(date, last)))
            figures = queue_figures(cells) if kind == "queue" else agent_figures(cells)
            for column in row.keys() - {""}:
                theirs[scope, label, column] = row[column]
                ours[scope, label, column] = figures[column]
    assert theirs
    return theirs, ours


@pytest.mark.parametrize("scenario", [name for name in scenarios() if expected_steps(name, "queue")])
def test_every_queue_cell_equals_what_wazo_shows(warehouse: AsteriskWarehouse, scenario: str) -> None:
    theirs, ours = compared(warehouse, scenario, "queue")
    assert ours == theirs


@pytest.mark.parametrize("scenario", [name for name in scenarios() if expected_steps(name, "agent")])
def test_every_agent_cell_equals_what_wazo_shows(warehouse: AsteriskWarehouse, scenario: str) -> None:
    theirs, ours = compared(warehouse, scenario, "agent")
    assert ours == theirs


def test_wazo_counts_refused_callers_as_received_and_we_do_not_offer_them(warehouse: AsteriskWarehouse) -> None:
    received = warehouse.value("select count(*) from staging.stg_asterisk__queue_visits where queue = '04_q01'")
    legs = warehouse.value("select count(*) from staging.stg_asterisk__contact_segments where queue_id like '%04_q01'")
    contacts = warehouse.value("select count(*) from staging.stg_asterisk__contacts where contact_id like '%:04_%'")
    assert (received, legs, contacts) == (5, 0, 6)


def test_a_queue_left_without_a_word_is_an_overflow_for_us_and_nothing_for_wazo(warehouse: AsteriskWarehouse) -> None:
    legs = warehouse.query(
        "select segment_seq, queue_id, queue_outcome, queued_at, dequeued_at, talk_seconds "
        "from staging.stg_asterisk__contact_segments where queue_id like '%08\\_%' escape '\\' order by segment_seq"
    )
    assert legs == [
        {
            "segment_seq": 1,
            "queue_id": "asterisk:08_q00",
            "queue_outcome": "overflow_out",
            "queued_at": datetime(2012, 7, 1, 11, 1),
            "dequeued_at": datetime(2012, 7, 1, 11, 4, 42),
            "talk_seconds": None,
        },
        {
            "segment_seq": 2,
            "queue_id": "asterisk:08_q01",
            "queue_outcome": "answered",
            "queued_at": datetime(2012, 7, 1, 11, 4, 42),
            "dequeued_at": datetime(2012, 7, 1, 11, 4, 54),
            "talk_seconds": 6,
        },
    ]
