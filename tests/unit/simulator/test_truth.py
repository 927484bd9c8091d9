"""The summary's truths, recomputed from the written files; and what dirt does to the files but not to the truths."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import pytest

from simulator.arrivals import arrivals, week_profile
from simulator.entities import COLUMNS
from simulator.streams import stream
from simulator.world import QUEUES, queue_of

FACING = ("queue", "direct", "callback")


def at(text: str) -> int:
    return int(datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC).timestamp())


def is_readable(row: dict[str, str]) -> bool:
    """Whether a border check would let a row in: the three kinds of defect only."""
    if "???" in row.values() or "31/02/2025 25:61" in row.values():
        return False
    required = ("contact_id",) if "segment_id" in row else tuple(row)[:1]
    return all(row[column] for column in required)


def recount(extracts: Any) -> dict[str, int]:
    """Count again from the files: newest version per contact, bad rows dropped, test contacts out."""
    newest: dict[str, dict[str, str]] = {}
    for row in filter(is_readable, extracts.delivered("contacts")):
        if row["contact_id"] not in newest or row["last_updated_at"] >= newest[row["contact_id"]]["last_updated_at"]:
            newest[row["contact_id"]] = row
    real = {contact: row for contact, row in newest.items() if row["is_test"] == "false"}
    legs = {row["segment_id"]: row for row in extracts.delivered("contact_segments") if is_readable(row)}
    count: Counter[str] = Counter(contacts=len(real))
    offered, handled = set(), set()
    for leg in legs.values():
        contact = real.get(leg["contact_id"])
        if contact is None:
            continue
        count["segments"] += 1
        if leg["leg_type"] == "queue":
            queue, wait = queue_of(leg["queue_id"]), at(leg["dequeued_at"]) - at(leg["queued_at"])
            offered.add(leg["contact_id"])
            count["queue_entries"] += 1
            count["wait_seconds"] += wait
            is_short = leg["queue_outcome"] == "abandoned" and wait < 5
            count["abandoned_short" if is_short else leg["queue_outcome"]] += 1
            if leg["answered_at"]:
                count["wait_answered_seconds"] += wait
                count["answered_within_threshold"] += wait <= queue.threshold
        if leg["answered_at"] and leg["leg_type"] in FACING and contact["direction"] == "inbound":
            handled.add(leg["contact_id"])
            count["handled_legs"] += 1
            count["transferred_legs"] += leg["transfer_out_type"] != "none"
            for part in ("talk_seconds", "hold_seconds", "acw_seconds"):
                count[part] += int(leg[part])
        count["outbound_connected"] += bool(leg["leg_type"] == "outbound" and leg["answered_at"])
    count["contacts_offered"], count["contacts_handled"] = len(offered), len(handled)
    return {name: value for name, value in count.items() if value}


def recount_the_rest(extracts: Any) -> dict[str, int]:
    """Count callbacks, orders, tickets and surveys again from the newest versions."""
    count: Counter[str] = Counter()
    for row in extracts.latest("callbacks", "callback_id"):
        count["callbacks_requested"] += 1
        count[f"callbacks_{row['status']}"] += row["status"] != "pending"
        count["callbacks_overdue"] += row["status"] == "pending" and row["due_at"] < "2024-11-06"
    orders = {row["order_id"]: row for row in extracts.delivered("orders") if is_readable(row)}
    count["orders"] = len(orders)
    count["orders_cancelled"] = sum(row["status"] == "cancelled" for row in orders.values())
    lines = {(row["order_id"], row["line_no"]): row for row in extracts.delivered("order_lines")}
    for line in lines.values():
        order = orders[line["order_id"]]
        if order["status"] != "cancelled":
            count[f"orders_net_cents_{order['currency']}"] += round(float(line["net_amount"]) * 100)
    events = {row["event_id"]: row for row in extracts.delivered("ticket_events") if is_readable(row)}
    for event in events.values():
        count["tickets_created"] += event["event_type"] == "created"
        count["tickets_deleted"] += event["event_type"] == "deleted"
        count["tickets_escalated"] += event["event_type"] == "escalated"
        count["ticket_solves"] += event["to_value"] == "solved"
        count["ticket_reopens"] += (event["from_value"], event["to_value"]) == ("solved", "open")
    invitations = extracts.delivered("survey_invitations")
    count["invitations"] = len(invitations)
    count["invitations_delivered"] = sum(row["delivery_status"] == "delivered" for row in invitations)
    attempts = extracts.latest("retention_attempts", "contact_id")
    count["retention_attempts"] = len(attempts)
    count["retention_saved"] = sum(row["outcome"] == "saved" for row in attempts)
    count["tickets_assigned"] = len({row["ticket_id"] for row in events.values() if row["event_type"] == "assigned"})
    statuses = {row["ticket_id"]: row["status"] for row in extracts.delivered("tickets") if is_readable(row)}
    count["tickets_resolved"] = sum(status in ("solved", "closed") for status in statuses.values())
    for entry in extracts.delivered("cost_ledger"):
        count[f"cost_cents_{entry['currency']}"] += round(float(entry["amount"]) * 100)
    return {name: value for name, value in count.items() if value}


def test_truths_about_contacts_are_those_of_the_files(clean: Any) -> None:
    found = recount(clean)
    assert len(found) >= 15
    assert {name: clean.summary.truth[name] for name in found} == found
    entries = ("answered", "abandoned", "abandoned_short", "overflow_out", "callback_requested", "voicemail",
               "system_disconnect")  # fmt: skip
    assert sum(clean.summary.truth.get(name, 0) for name in entries) == clean.summary.truth["queue_entries"]


def test_truths_about_everything_else_are_those_of_the_files(clean: Any, dirty: Any) -> None:
    found = recount_the_rest(clean)
    assert {name: clean.summary.truth[name] for name in found} == found
    assert recount_the_rest(dirty) == found


def test_dirt_does_not_change_what_is_true_once_rows_are_checked_and_deduplicated(dirty: Any) -> None:
    found = recount(dirty)
    assert {name: dirty.summary.truth[name] for name in found} == found


def test_without_dirt_nothing_is_late_bad_doubled_or_corrected(clean: Any) -> None:
    assert not {"late_contacts", "bad_rows", "duplicate_rows", "corrected_contacts"} & set(clean.summary.truth)
    for entity, key in (("contacts", "contact_id"), ("contact_segments", "segment_id"), ("orders", "order_id")):
        within_a_file = [(row[key], row["_day"]) for row in clean.delivered(entity)]
        assert len(within_a_file) == len(set(within_a_file))


def test_dirt_adds_bad_rows_and_repeats_to_otherwise_clean_rows(clean: Any, dirty: Any) -> None:
    truth, extra = dirty.summary.truth, 0
    bad = 0
    for entity in COLUMNS:
        rows = [tuple(row[column] for column in COLUMNS[entity]) for row in dirty.delivered(entity)]
        extra += len(rows) - clean.summary.rows[entity]
        found_bad = sum(not is_readable(dict(zip(COLUMNS[entity], row, strict=True))) for row in rows)
        assert found_bad == truth.get(f"bad_rows_{entity}", 0)
        bad += found_bad
        if entity not in ("contacts", "contact_segments"):
            expected = {tuple(row[column] for column in COLUMNS[entity]) for row in clean.delivered(entity)}
            assert expected <= set(rows)
    assert bad == truth["bad_rows"] > 20
    missing = 0  # late contacts whose day lies beyond the last file
    for entity in ("contacts", "contact_segments"):
        found = {tuple(row[column] for column in COLUMNS[entity]) for row in dirty.delivered(entity)}
        missing += sum(tuple(row[c] for c in COLUMNS[entity]) not in found for row in clean.delivered(entity))
    assert extra == truth["bad_rows"] + truth["duplicate_rows"] + truth["corrected_contacts"] - missing


def test_late_contacts_arrive_one_to_three_days_after_their_own_day(clean: Any, dirty: Any) -> None:
    punctual = {row["contact_id"]: row["_day"] for row in clean.delivered("contacts")}
    first: dict[str, str] = {}
    for row in filter(is_readable, dirty.delivered("contacts")):
        first.setdefault(row["contact_id"], row["_day"])
    delays = Counter(
        (datetime.fromisoformat(day) - datetime.fromisoformat(punctual[contact])).days
        for contact, day in first.items()
        if contact in punctual
    )
    late = sum(count for delay, count in delays.items() if delay > 0)
    assert late > 50
    assert set(delays) <= {-2, -1, 0, 1, 2, 3}
    assert late / sum(delays.values()) == pytest.approx(0.05, abs=0.02)


def test_corrections_carry_a_later_update_and_another_content(dirty: Any) -> None:
    versions: dict[str, dict[str, dict[str, str]]] = {}
    for row in filter(is_readable, dirty.delivered("contacts")):
        versions.setdefault(row["contact_id"], {})[row["last_updated_at"]] = row
    changed: Counter[str] = Counter()
    for found in versions.values():
        ordered = [found[moment] for moment in sorted(found)]
        for before, after in pairwise(ordered):
            changed += Counter(c for c in ("contact_reason_id", "is_resolved", "is_test") if before[c] != after[c])
    assert min(changed[column] for column in ("contact_reason_id", "is_resolved", "is_test")) > 0
    assert dirty.summary.truth["contacts_corrected_to_test"] == changed["is_test"]


def test_about_eighty_percent_are_answered_within_the_threshold(run: Any) -> None:
    truth = run(days=7, contacts_per_day=1200).summary.truth
    level = truth["answered_within_threshold"] / (truth["answered"] + truth["abandoned"])
    assert 0.75 < level < 0.88
    assert 0.02 < truth["abandoned"] / truth["queue_entries"] < 0.12


def test_volume_is_what_was_asked_for(run: Any) -> None:
    truth = run(days=14, contacts_per_day=400).summary.truth
    assert truth["contacts"] / 14 == pytest.approx(400, rel=0.1)


def test_a_smaller_floor_answers_fewer_in_time(run: Any) -> None:
    levels = []
    for agents in (90, 45):
        truth = run(days=4, contacts_per_day=900, agents=agents).summary.truth
        levels.append(truth["answered_within_threshold"] / (truth["answered"] + truth["abandoned"]))
    assert levels[1] < levels[0] - 0.2


def test_arrivals_of_a_half_hour_are_poisson_counts_of_the_profile() -> None:
    """Against mean and variance over 300 Tuesdays; the busy-day factor adds about (0.06 x mean)^2 to the variance."""
    queue, day = queue_of("BER-SUP"), datetime(2024, 10, 22, tzinfo=UTC).date()
    rng = stream(3, "test")
    counts = []
    for _ in range(300):
        times = list(arrivals(queue, day, 500, rng))
        assert times == sorted(times)
        counts.append(sum(at("2024-10-22T08:00:00Z") <= time < at("2024-10-22T08:30:00Z") for time in times))
    expected = week_profile("BER-SUP")[1][20] * queue.share * 500 * 0.85
    mean = sum(counts) / len(counts)
    variance = sum((value - mean) ** 2 for value in counts) / (len(counts) - 1)
    assert mean == pytest.approx(expected, abs=4 * (variance / 300) ** 0.5)
    assert variance == pytest.approx(expected + (0.06 * expected) ** 2, rel=0.33)


@pytest.mark.parametrize("queue", [queue.queue_id for queue in QUEUES])
def test_a_week_has_seven_average_days_and_none_while_closed(queue: str) -> None:
    week = week_profile(queue)
    assert sum(map(sum, week)) == pytest.approx(7.0)
    for hours, profile in zip(queue_of(queue).hours, week, strict=True):
        if queue_of(queue).channel != "email":
            opens, closes = hours or (0, 0)
            assert not any(profile[:opens] + profile[closes:])
