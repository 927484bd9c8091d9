"""Reference data delivered on the first day, and the opening hours of every day."""

from __future__ import annotations

from datetime import date, timedelta

from simulator.arrivals import open_window
from simulator.clock import stamp
from simulator.output import Output, flag
from simulator.world import QUEUES, REASONS, SITES


def deliver_reference(out: Output, first_day: date) -> None:
    """Deliver sites, reasons and queues. Teams and people come from ``staff``, campaigns from ``proactive``."""
    for site in SITES:
        out.add("sites", site.site_id, site.name, site.zone, site.country)
    for reason in REASONS:
        out.add(
            "contact_reasons", reason.reason_id, reason.name, reason.parent, flag(reason.is_sales),
            flag(reason.is_retention),
        )  # fmt: skip
    valid_from = (first_day - timedelta(days=365)).isoformat()
    for queue in QUEUES:
        out.add(
            "queues", queue.queue_id, queue.name, queue.channel, queue.site_id, str(queue.threshold),
            str(queue.short_abandon), valid_from,
        )  # fmt: skip


def deliver_hours(out: Output, day: date) -> None:
    """Deliver the day's opening hours of every queue that opens."""
    for queue in QUEUES:
        window = open_window(queue.queue_id, day)
        if window is not None:
            out.add("operating_hours", queue.queue_id, day.isoformat(), stamp(window[0]), stamp(window[1]))
