"""Late changes of contacts, surveys, evaluations and people: nights that see them equal one full rebuild, row for row."""

import shutil
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from tests.support.nights import Nights, differences, land_golden

CONTACTS = (
    "contact_id,channel,direction,initiation_method,customer_id,site_id,contact_reason_id,started_at,ended_at,"
    "is_resolved,is_test,last_updated_at\n"
)
SEGMENTS = (
    "segment_id,contact_id,segment_seq,leg_type,queue_id,queued_at,dequeued_at,queue_outcome,agent_id,answered_at,"
    "talk_seconds\n"
)
"""The first lines of the extracts that tests write."""


class Night(NamedTuple):
    """What arrives before a night, by entity, and the instant the night computes as of."""

    as_of: datetime
    arrives: dict[str, str]


NIGHTS = [
    Night(
        # a customer comes back after ten days, another whose first contact still runs, windows of one and three days close
        datetime(2024, 11, 5),
        {
            "contacts": CONTACTS
            + (
                "L1,voice,inbound,inbound,C1,BER,BILLING,2024-11-04T09:00:00Z,2024-11-04T09:03:00Z,false,false,2024-11-04T10:00:00Z\n"
                "L2,chat,inbound,inbound,C7,BER,BILLING,2024-11-01T09:00:00Z,,,false,2024-11-01T09:00:00Z\n"
                "L3,voice,inbound,inbound,C7,BER,BILLING,2024-11-04T09:00:00Z,2024-11-04T09:03:00Z,true,false,2024-11-04T10:00:00Z\n"
            ),
            "contact_segments": SEGMENTS
            + (
                "L1-1,L1,1,queue,SUP,2024-11-04T09:00:00Z,2024-11-04T09:00:30Z,answered,A1,2024-11-04T09:00:30Z,100\n"
                "L2-1,L2,1,queue,CHT,2024-11-01T09:00:00Z,2024-11-01T09:00:30Z,answered,A1,2024-11-01T09:00:30Z,\n"
                "L3-1,L3,1,queue,SUP,2024-11-04T09:00:00Z,2024-11-04T09:00:30Z,answered,A2,2024-11-04T09:00:30Z,100\n"
            ),
        },
    ),
    Night(
        # a contact of three weeks before arrives late, the one still running ends, windows of fourteen days close
        datetime(2024, 11, 12),
        {
            "contacts": CONTACTS
            + (
                "L4,chat,inbound,inbound,C1,BER,BILLING,2024-10-10T09:00:00Z,2024-10-10T09:03:00Z,true,false,2024-11-10T10:00:00Z\n"
                "L2,chat,inbound,inbound,C7,BER,BILLING,2024-11-01T09:00:00Z,2024-11-01T10:00:00Z,false,false,2024-11-10T09:00:00Z\n"
            ),
            "contact_segments": SEGMENTS
            + "L4-1,L4,1,queue,CHT,2024-10-10T09:00:00Z,2024-10-10T09:00:30Z,answered,A1,2024-10-10T09:00:30Z,100\n",
        },
    ),
    # nothing arrives, and windows of thirty days close
    Night(datetime(2024, 12, 5), {}),
]


def place(nights: Nights, name: str, text: str) -> None:
    """Write a standard extract."""
    target = nights.home / "landing" / "standard" / name
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text)


def test_nights_that_see_late_changes_one_after_another_equal_one_full_rebuild(tmp_path: Path) -> None:
    nights = Nights(tmp_path / "home", tmp_path / "state")
    land_golden(nights.home)
    nights.night(datetime(2024, 10, 29))
    for number, night in enumerate(NIGHTS):
        for entity, text in night.arrives.items():
            place(nights, f"{entity}/{entity}_2025-01-{number + 1:02}.csv", text)
        nights.night(night.as_of)
    by_night = Path(shutil.copy(nights.warehouse, tmp_path / "by_night.duckdb"))
    nights.night(NIGHTS[-1].as_of, full=True)

    assert differences(by_night, nights.warehouse) == []
