"""The cost of a night follows the night, and its result equals a full rebuild, row for row."""

import random
import shutil
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from simulator import SimulationOptions, simulate
from tests.support.nights import Nights, differences, golden_night

FIRST_DAY = date(2026, 2, 20)
DAYS = 14
CONTACTS = (
    "contact_id,channel,direction,initiation_method,customer_id,site_id,contact_reason_id,started_at,ended_at,"
    "is_test,last_updated_at\n"
)
SEGMENTS = (
    "segment_id,contact_id,segment_seq,leg_type,queue_id,queued_at,dequeued_at,queue_outcome,agent_id,answered_at,"
    "talk_seconds\n"
)
"""The first lines of the extracts that tests write."""

LATE_CHANGES: list[dict[str, str]] = [
    {
        # a contact moves to another day, another changes its customer, a third turns out to be a test
        "contacts": CONTACTS
        + (
            "K01,voice,inbound,inbound,C1,BER,BILLING,2024-10-23T09:00:00Z,2024-10-23T09:03:30Z,false,2024-11-01T00:00:00Z\n"
            "K05,voice,inbound,inbound,C4,BER,BILLING,2024-10-25T09:20:00Z,2024-10-25T09:22:20Z,false,2024-11-01T00:00:00Z\n"
            "K13,chat,inbound,inbound,C6,BER,BILLING,2024-10-25T13:02:00Z,2024-10-25T13:10:30Z,true,2024-11-01T00:00:00Z\n"
        ),
        "contact_segments": SEGMENTS
        + ("K01-1,K01,1,queue,SUP,2024-10-23T09:00:00Z,2024-10-23T09:00:30Z,answered,A1,2024-10-23T09:00:30Z,180\n"),
    },
    {
        # a queue promises more from one day on, a queue is new, an agent moved team in the past, another's is split
        "queues": (
            "queue_id,queue_name,channel,site_id,service_level_threshold_seconds,short_abandon_seconds,valid_from\n"
            "SUP,Support voice,voice,BER,10,4,2024-10-27\n"
            "NEW,New queue,voice,BER,20,5,2024-10-26\n"
        ),
        "agents": (
            "agent_id,role,team_id,site_id,fte,valid_from,valid_to\n"
            "A1,agent,T1,BER,1.0,2023-06-01,2024-10-25\n"
            "A1,agent,T2,BER,1.0,2024-10-26,\n"
            "A2,agent,T2,BER,1.0,2023-06-01,\n"
            "A5,agent,T1,BER,0.5,2024-10-21,\n"
        ),
        "employment_spells": (
            "spell_id,employee_id,started_on,ended_on,end_type\n"
            "S5,A4,2024-02-01,2024-09-30,voluntary\nS6,A5,2024-10-15,,\nS9,A3,2023-06-01,2024-10-26,involuntary\n"
        ),
    },
    {
        # orders change hands, currency and fate; the rate comes late; an opportunity makes a contact eligible
        "orders": (
            "order_id,customer_id,contact_id,ordered_at,order_channel,status,currency\n"
            "O1,C4,K07,2024-10-26T10:36:00Z,agent,completed,USD\n"
            "O3,C3,,2024-10-25T15:00:00Z,web,cancelled,EUR\n"
            "O0,C1,,2024-10-20T15:00:00Z,web,placed,EUR\n"
        ),
        "order_lines": "order_id,line_no,line_type,net_amount\nO0,1,primary,10\nO2,2,up_sell,5\n",
        "opportunities": (
            "opportunity_id,customer_id,contact_id,opened_at,stage\nOP9,C5,K12,2024-10-25T13:05:00Z,open\n"
        ),
        "fx_rates": "rate_date,currency,rate_to_reporting\n2024-10-20,USD,0.9\n",
    },
    {
        # a cost is reversed, another one is in dollars, tickets get replies and hours, the exchange rate is corrected
        "cost_ledger": (
            "entry_id,period_start,period_end,cost_category,behaviour,direct_channel,amount,currency\n"
            "L6,2024-10-20,2024-10-26,labour,variable,,-35,EUR\nL7,2024-10-25,2024-11-01,telecom,variable,chat,80,USD\n"
        ),
        "ticket_messages": (
            "message_id,ticket_id,direction,author_type,agent_id,is_public,is_automated,requires_reply,sent_at\n"
            "M16,TK4,outbound,agent,A5,true,false,false,2024-10-31T23:30:00Z\n"
            "M03,TK1,outbound,agent,A2,false,false,false,2024-10-25T09:00:00Z\n"
        ),
        "ticket_time_entries": "ticket_id,agent_id,worked_on,seconds\nTK4,A5,2024-10-31,500\nTK1,A2,2024-10-25,100\n",
        "tickets": (
            "ticket_id,customer_id,channel,priority,created_at,status,is_deleted\n"
            "TK2,C2,email,normal,2024-10-25T10:00:00Z,closed,true\n"
        ),
        "fx_rates": "rate_date,currency,rate_to_reporting\n2024-10-20,USD,0.8\n",
    },
    {
        # customers leave on the last day of a month, come back, and move segment; surveys come late
        "subscriptions": (
            "subscription_id,customer_id,started_on,ended_on,mrr_amount,currency,billing_model\n"
            "SB2,C2,2023-01-01,2024-09-30,80,EUR,contract\nSB4,C4,2023-01-01,2024-10-31,50,EUR,contract\n"
            "SB5,C5,2023-01-01,,40,USD,contract\nSB7,C7,2024-10-01,,70,EUR,contract\n"
        ),
        "customers": "customer_id,segment,country,created_at\nC1,business,DE,2023-01-01T00:00:00Z\n",
        "survey_responses": "response_id,invitation_id,responded_at,is_complete\nR10,I10,2024-10-30T01:15:00Z,true\n",
        "survey_answers": "response_id,question_code,score,scale_min,scale_max\nR10,CSAT,1,1,5\nR2,CSAT,4,1,5\n",
        "survey_invitations": (
            "invitation_id,survey_id,contact_id,customer_id,sent_at,delivery_status\n"
            "I03,POST,K05,,2024-10-25T09:24:00Z,bounced\nI11,POST,LATE,C1,2024-10-26T09:24:00Z,delivered\n"
        ),
    },
    {
        # an exchange rate comes two months late: amounts of months that were closed, and of longer periods, change
        "fx_rates": "rate_date,currency,rate_to_reporting\n2024-08-30,USD,0.7\n",
    },
    {
        # reference rows change meaning: a time zone and a reason; a surveyed contact arrives after its survey
        "sites": "site_id,site_name,timezone\nBER,Berlin,Asia/Tokyo\n",
        "contact_reasons": (
            "contact_reason_id,reason_name,is_sales_eligible,is_retention\nTECH,Technical problem,true,false\n"
        ),
        "contacts": CONTACTS
        + (
            "LATE,voice,inbound,inbound,C1,BER,BILLING,2024-10-22T09:00:00Z,2024-10-22T09:03:30Z,false,2024-11-01T00:00:00Z\n"
        ),
    },
]
"""What arrives night after night on top of the golden example, one kind of change at a time."""


@pytest.fixture(scope="module")
def extracts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return two weeks of a small center's extracts, with duplicates, late rows, bad rows and corrections in them."""
    landing = tmp_path_factory.mktemp("simulated")
    options = SimulationOptions(days=DAYS, contacts_per_day=60, start_date=FIRST_DAY, seed=7, dirt=0.05)
    simulate(landing, options)
    return landing


@pytest.fixture(scope="module")
def rebuilt(extracts: Path, tmp_path_factory: pytest.TempPathFactory) -> Nights:
    """Return a warehouse that loaded everything at once."""
    nights = Nights(tmp_path_factory.mktemp("rebuilt"), tmp_path_factory.mktemp("state"))
    shutil.copytree(extracts, nights.home / "landing")
    nights.night(last_as_of())
    return nights


def last_as_of() -> datetime:
    """Return midnight after the last simulated day."""
    return datetime.combine(FIRST_DAY + timedelta(days=DAYS), datetime.min.time())


def test_nights_in_any_order_with_late_repeated_and_corrected_files_equal_one_full_rebuild(
    extracts: Path, rebuilt: Nights, tmp_path: Path
) -> None:
    files = sorted(path.relative_to(extracts).as_posix() for path in extracts.rglob("*.csv"))
    chance = random.Random(20260220)  # noqa: S311
    chance.shuffle(files)
    # the first night sees little, the second most of it: days fill from every side
    nights = Nights(tmp_path / "home", rebuilt.state)
    shares = [files[:40], files[40:150], files[150:230], files[230:]]
    for number, share in enumerate(shares):
        for name in share:
            nights.deliver(extracts / name, name)
        if number:
            again = chance.choice(shares[number - 1])
            nights.deliver(extracts / again, f"{Path(again).parent}/again_{number}/{Path(again).name}")
        # a night that breaks off after staging must lose nothing
        if number == 2:
            nights.night(last_as_of() - timedelta(days=3), fails=True)
        nights.night(last_as_of() - timedelta(days=2 * (len(shares) - 1 - number)))

    assert differences(nights.warehouse, rebuilt.warehouse) == []


def test_every_kind_of_late_change_rebuilds_what_it_touches(rebuilt: Nights, tmp_path: Path) -> None:
    nights = golden_night(tmp_path / "home", rebuilt.state, datetime(2024, 10, 29))
    for number, changes in enumerate(LATE_CHANGES):
        for entity, text in changes.items():
            place(nights, f"{entity}/{entity}_2024-11-{number + 1:02}.csv", text)
        nights.night(datetime(2024, 10, 30) + timedelta(days=number))
    by_night = Path(shutil.copy(nights.warehouse, tmp_path / "by_night.duckdb"))
    nights.night(datetime(2024, 10, 30) + timedelta(days=len(LATE_CHANGES) - 1), full=True)

    assert differences(by_night, nights.warehouse) == []


def test_a_night_rebuilds_only_the_days_it_touched(rebuilt: Nights, tmp_path: Path) -> None:
    nights = Nights(tmp_path / "home", rebuilt.state)
    shutil.copytree(rebuilt.home, nights.home)
    copied = nights.home / "landing" / "standard" / "contacts"
    header, first, *_ = (copied / f"contacts_{FIRST_DAY}.csv").read_text().splitlines()
    corrected = first.rsplit(",", 1)[0] + ",2026-03-06T00:00:00Z"
    changed = dict(zip(header.split(","), corrected.split(","), strict=True))
    assert changed["last_updated_at"] == "2026-03-06T00:00:00Z"
    corrected = ",".join((changed | {"sentiment_score": "0.123"}).values())
    (copied / "contacts_2026-03-06.csv").write_text(f"{header}\n{corrected}\n")
    nights.night(last_as_of())

    day = changed["started_at"][:10]
    touched = nights.query(
        "select distinct business_date from meta.touched_day where refresh_id = 2 and subject = 'leg'"
    )
    assert [str(row[0]) for row in touched] == [day]
    rebuilt_days = nights.query(
        "select count(distinct period_start) from marts.kpi_value_service"
        " where period_type = 'day' and _run_id = (select max_by(run_id, refresh_id) from meta.refresh)"
    )
    assert rebuilt_days[0][0] < DAYS / 2


def test_a_night_without_news_changes_no_value(rebuilt: Nights, tmp_path: Path) -> None:
    nights = Nights(tmp_path / "home", rebuilt.state)
    shutil.copytree(rebuilt.home, nights.home)
    nights.night(last_as_of())

    assert differences(nights.warehouse, rebuilt.warehouse) == []


def test_a_day_that_lost_its_last_row_ends_empty(rebuilt: Nights, tmp_path: Path) -> None:
    nights = Nights(tmp_path / "home", rebuilt.state)
    row = "X1,voice,inbound,inbound,,S1,,2026-03-01T09:00:00Z,2026-03-01T09:05:00Z,{test},2026-03-01T0{hour}:00:00Z\n"
    place(nights, "contacts/contacts_2026-03-01.csv", CONTACTS + row.format(test="false", hour=9))
    place(
        nights,
        "contact_segments/contact_segments_2026-03-01.csv",
        SEGMENTS + "L1,X1,1,queue,Q1,2026-03-01T09:00:00Z,2026-03-01T09:00:09Z,answered,A1,2026-03-01T09:00:09Z,60\n",
    )
    nights.night(datetime(2026, 3, 2))
    assert nights.query("select business_date from core.fct_contact_segment") == [(date(2026, 3, 1),)]
    assert nights.query(
        "select numerator from marts.kpi_value where kpi_id = 'contacts_offered' and variant = 'default'"
        " and period_type = 'day' and scope_type = 'enterprise'"
    ) == [(1.0,)]

    place(
        nights,
        "contacts/contacts_2026-03-02.csv",
        CONTACTS + row.format(test="true", hour=9).replace("T09:00:00Z\n", "T19:00:00Z\n"),
    )
    nights.night(datetime(2026, 3, 3))
    for table in ("core.fct_contact_segment", "core.fct_contact", "marts.kpi_component_leg", "marts.kpi_value_service"):
        assert nights.query(f"select count(*) from {table}") == [(0,)], table


def place(nights: Nights, name: str, text: str) -> None:
    """Write a standard extract."""
    target = nights.home / "landing" / "standard" / name
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text)
