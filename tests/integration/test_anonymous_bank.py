"""The Anonymous Bank, February 1999: figures that others worked out for the same calls, and rows of our own."""

import csv
import shutil
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from tests.integration.system_support import SystemWarehouse, ask, sample

CALLS = "anonymous_bank/february1999.txt.gz"
PUBLISHED = "anonymous_bank/published_daily_metrics_february.csv"
BUILT = ("contacts", "contact_segments", "queues", "sites", "teams", "agents", "contact_reasons")
HEADER = (
    "vru+line\tcall_id\tcustomer_id\tpriority\ttype\tdate\tvru_entry\tvru_exit\tvru_time\t"
    "q_start\tq_exit\tq_time\toutcome\tser_start\tser_exit\tser_time\tserver"
)
SERVED = "AA0101 7 25 2 PS 990215 9:00:00 9:00:10 10 9:00:10 9:00:30 20 AGENT 9:00:29 9:01:29 60 DORIT"
PAST_MIDNIGHT = "AA0102 8 0 0 PS 990215 23:59:54 23:59:54 0 0:00:00 0:00:27 27 AGENT 0:00:26 0:01:33 67 AVNI"
GIVEN_UP_AT_ONCE = "AA0103 9 0 0 NW 990216 8:00:00 8:00:05 5 0:00:00 0:00:00 0 HANG 0:00:00 0:00:00 0 NO_SERVER"
BY_NOBODY = "AA0104 10 0 0 TT 990216 8:00:00 8:00:02 2 0:00:00 0:00:00 0 AGENT 8:00:02 8:00:07 5 NO_SERVER"
PHANTOM = "AA0105 11 0 0 PE 990216 8:00:00 8:00:02 2 8:00:02 8:00:22 20 PHANTOM 8:00:22 8:00:30 8 NO_SERVER"

Question = Callable[[str], list[tuple[Any, ...]]]

# Every queue entry of our contract, judged by the promise of its queue as in fct_contact_segment.
ENTRIES = """
    select
        queue_outcome = 'answered' as is_answered,
        queue_outcome = 'abandoned' as is_any_abandon,
        epoch(dequeued_at) - epoch(queued_at) as wait_seconds,
        talk_seconds,
        queues.service_level_threshold_seconds as threshold,
        queues.short_abandon_seconds as short
    from conformed.contact_segments as segments
    inner join conformed.queues as queues on segments.queue_id = queues.queue_id
"""


def log(*calls: str) -> str:
    return "\r\n".join([HEADER, *("\t".join(call.split()) for call in calls)]) + "\r\n"


@pytest.fixture(scope="module")
def february(shared_system_warehouse: SystemWarehouse, tmp_path_factory: pytest.TempPathFactory) -> Question:
    """Return a way to ask a copy of the warehouse that holds all calls of the month."""
    shared_system_warehouse.reset()
    shared_system_warehouse.land("anonymous_bank/calls/february1999.txt.gz", sample(CALLS))
    night = shared_system_warehouse.refresh(BUILT)
    assert night.failed == []
    assert [(report.rows, report.rejected) for report in night.extracts] == [(33344, 0)]
    copy = tmp_path_factory.mktemp("february") / "warehouse.duckdb"
    shutil.copyfile(shared_system_warehouse.file, copy)
    return partial(ask, copy)


def test_every_call_of_the_month_is_there_with_its_contradictions_counted(february: Question) -> None:
    ((calls, hung_up, negative, nobody, zero, serviced),) = february(
        "select count(*), count(*) filter (outcome = 'HANG'), count(*) filter (has_negative_menu_time), "
        "count(*) filter (is_served_by_nobody), count(*) filter (is_served_zero_seconds), "
        "count(*) filter (is_hangup_with_service) from staging.stg_anonymous_bank__calls"
    )
    assert (calls, hung_up) == (33344, 5904)
    assert (negative, nobody, zero, serviced) == (25, 491, 85, 97)
    outcomes = "select queue_outcome, count(*) from staging.stg_anonymous_bank__contact_segments group by 1 order by 1"
    assert february(outcomes) == [("abandoned", 5904), ("answered", 27162), ("system_disconnect", 278)]
    kept = "select (select count(*) from conformed.contacts), (select count(*) from conformed.contact_segments)"
    assert february(kept) == [(33344 - 278, 33344 - 278)]


def test_waits_service_times_and_service_levels_are_those_worked_out_independently(february: Question) -> None:
    ((wait, service, answered_only, all_abandons_penalise),) = february(
        f"""
        select
            avg(wait_seconds) filter (is_answered),
            avg(talk_seconds) filter (is_answered),
            100.0 * count(*) filter (is_answered and wait_seconds <= threshold) / count(*) filter (is_answered),
            100.0 * count(*) filter (is_answered and wait_seconds <= threshold)
            / count(*) filter (is_answered or is_any_abandon)
        from ({ENTRIES})
        """
    )
    assert round(wait, 4) == 40.7743
    assert round(service, 4) == 176.3530
    assert round(answered_only, 4) == 59.6753
    assert round(all_abandons_penalise, 4) == 49.0201


def test_hang_ups_before_the_queue_leave_the_default_service_level_alone(
    february: Question,
) -> None:
    level = """
        select 100.0 * count(*) filter (is_answered and wait_seconds <= threshold)
            / count(*) filter (is_answered or (is_any_abandon and wait_seconds >= short))
        from ({entries})
    """
    never_queued = "where segments.segment_id not in (select contact_id from staging.stg_anonymous_bank__calls "
    never_queued += "where outcome = 'HANG' and not has_queued)"
    assert february(level.format(entries=ENTRIES)) == february(level.format(entries=ENTRIES + never_queued))
    missing = f"select (select count(*) from ({ENTRIES})) - (select count(*) from ({ENTRIES + never_queued}))"
    assert february(missing) == [(1941,)]


def test_the_days_another_author_published_come_out_of_the_raw_calls(february: Question) -> None:
    """That author counts phantom calls and zeros everywhere, and takes negative menu times as 0."""
    with sample(PUBLISHED).open(newline="") as file:
        published = list(csv.DictReader(file))
    ours = february(
        """
        select
            call_date, count(*),
            round(avg(ser_time), 2), median(ser_time), round(stddev_samp(ser_time), 2),
            round(avg(greatest(vru_time, 0)), 2), median(greatest(vru_time, 0)),
            round(avg(q_time), 2), median(q_time),
            count(*) filter (outcome = 'HANG'),
            round(100.0 * count(*) filter (outcome = 'HANG') / count(*), 2),
            round(100 - 100.0 * count(*) filter (outcome = 'HANG') / count(*), 2)
        from raw.anonymous_bank__calls
        group by call_date
        order by call_date
        """
    )
    assert len(published) == 28
    expected = [tuple(float(value) for name, value in day.items() if name != "date") for day in published]
    assert [str(day[0]) for day in ours] == [day["date"] for day in published]
    assert [tuple(float(value) for value in day[1:]) for day in ours] == expected


def test_calls_are_in_order_and_every_leg_finds_its_contact_queue_and_agent(february: Question) -> None:
    assert february(
        """
        select
            count(*) filter (segments.queued_at < contacts.started_at or segments.dequeued_at < segments.queued_at
                or contacts.ended_at < segments.dequeued_at),
            count(*) filter (contacts.contact_id is null),
            count(*) filter (queues.queue_id is null),
            count(*) filter (segments.answered_at is not null and agents.agent_id is null)
        from conformed.contact_segments as segments
        left join conformed.contacts as contacts on segments.contact_id = contacts.contact_id
        left join conformed.queues as queues on segments.queue_id = queues.queue_id
        left join conformed.agents as agents on segments.agent_id = agents.agent_id
        """
    ) == [(0, 0, 0, 0)]


def test_local_clocks_become_instants_two_hours_earlier_and_pass_midnight(system_warehouse: SystemWarehouse) -> None:
    system_warehouse.land("anonymous_bank/calls/a.txt", log(SERVED, PAST_MIDNIGHT))
    assert system_warehouse.refresh(BUILT).failed == []
    legs = system_warehouse.query(
        "select cast(queued_at as varchar), cast(dequeued_at as varchar), agent_id, talk_seconds "
        "from conformed.contact_segments order by queued_at"
    )
    assert legs == [
        ("1999-02-15 07:00:10", "1999-02-15 07:00:30", "anonymous_bank:DORIT", 60),
        ("1999-02-15 22:00:00", "1999-02-15 22:00:27", "anonymous_bank:AVNI", 67),
    ]
    contacts = "select cast(started_at as varchar), cast(ended_at as varchar), customer_id from conformed.contacts"
    assert system_warehouse.query(contacts + " order by started_at") == [
        ("1999-02-15 07:00:00", "1999-02-15 07:01:29", "anonymous_bank:25"),
        ("1999-02-15 21:59:54", "1999-02-15 22:01:33", None),
    ]


def test_outcomes_become_those_of_the_contract(system_warehouse: SystemWarehouse) -> None:
    system_warehouse.land("anonymous_bank/calls/a.txt", log(GIVEN_UP_AT_ONCE, BY_NOBODY, PHANTOM))
    assert system_warehouse.refresh(BUILT).failed == []
    legs = "select queue_id, queue_outcome, agent_id, ended_by from conformed.contact_segments order by queue_id"
    assert system_warehouse.query(legs) == [
        ("anonymous_bank:NW", "abandoned", None, "customer"),
        ("anonymous_bank:TT", "answered", "anonymous_bank:NO_SERVER", None),
    ]
    assert system_warehouse.query("select agent_id, fte from conformed.agents") == [("anonymous_bank:NO_SERVER", 0)]
    methods = "select initiation_method, contact_reason_id from conformed.contacts order by initiation_method"
    assert system_warehouse.query(methods) == [("callback", None), ("inbound", "anonymous_bank:NW")]
    reasons = "select contact_reason_id from conformed.contact_reasons order by 1"
    assert system_warehouse.query(reasons) == [("anonymous_bank:NW",), ("anonymous_bank:PE",)]


def test_a_corrected_call_replaces_the_old_one_and_only_it(system_warehouse: SystemWarehouse) -> None:
    system_warehouse.land("anonymous_bank/calls/1999-02-17.txt", log(SERVED, PAST_MIDNIGHT))
    assert system_warehouse.refresh(BUILT).failed == []
    corrected = SERVED.replace("60 DORIT", "61 TOVA")
    system_warehouse.land("anonymous_bank/calls/1999-02-18.txt", log(corrected, GIVEN_UP_AT_ONCE))
    assert system_warehouse.refresh(BUILT).failed == []
    entities = ("contacts", "contact_segments", "agents", "queues", "sites", "teams", "contact_reasons")
    models = [f"stg_anonymous_bank__{entity}" for entity in entities]
    by_increment = system_warehouse.contents(*models)
    legs = "select agent_id, talk_seconds from conformed.contact_segments order by queued_at"
    assert system_warehouse.query(legs) == [("anonymous_bank:TOVA", 61), ("anonymous_bank:AVNI", 67), (None, None)]
    assert system_warehouse.refresh(BUILT, full=True).failed == []
    assert system_warehouse.contents(*models) == by_increment


def test_a_clock_that_is_none_and_an_unknown_outcome_are_quarantined(system_warehouse: SystemWarehouse) -> None:
    impossible = GIVEN_UP_AT_ONCE.replace("8:00:05", "25:00:05")
    unknown = BY_NOBODY.replace("AGENT", "ROBOT")
    system_warehouse.land("anonymous_bank/calls/a.txt", log(SERVED, impossible, unknown))
    assert system_warehouse.refresh(BUILT).failed == []
    rejected = "select line_number, column_name, value from meta.rejected_row order by line_number"
    assert system_warehouse.query(rejected) == [(3, "vru_exit", "25:00:05"), (4, "outcome", "ROBOT")]
    assert system_warehouse.query("select count(*) from conformed.contacts") == [(1,)]


def test_everything_builds_when_no_call_was_ever_delivered(system_warehouse: SystemWarehouse) -> None:
    assert system_warehouse.refresh(BUILT).failed == []
    assert system_warehouse.query("select count(*) from conformed.sites") == [(0,)]
