"""The invented company: two sites, their queues, pools of agents, reasons for contact and shares of demand."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

# Opening hours as local half-hours (first, last) for Monday..Sunday; None is closed.
Hours = tuple[tuple[int, int] | None, ...]


@dataclass(frozen=True)
class Site:
    """A place of work. ``weight`` is its share of the customers; costs are in its currency per paid hour."""

    site_id: str
    name: str
    zone: str
    country: str
    currency: str
    hourly_cost: float
    weight: float
    countries: tuple[tuple[str, float], ...]
    languages: tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class Reason:
    """A reason for contact: mean talk seconds by voice and the chance that the first agent resolves it."""

    reason_id: str
    name: str
    parent: str
    is_sales: bool
    is_retention: bool
    talk_seconds: float
    resolution: float


@dataclass(frozen=True)
class Queue:
    """A line of waiting contacts, or (channel email) of tickets. ``share`` is of all contacts of an average day."""

    queue_id: str
    name: str
    channel: str
    site_id: str
    pool_id: str
    share: float
    threshold: int
    hours: Hours
    profile: str
    reasons: tuple[tuple[str, float], ...]
    patience: float = 180.0
    short_abandon: int = 5
    overflow_to: str = ""
    overflow_after: int = 0
    transfer_to: str = ""


@dataclass(frozen=True)
class Pool:
    """A group of agents with the same skills. ``concurrency`` is the number of contacts one agent holds at once."""

    pool_id: str
    site_id: str
    kind: str
    concurrency: int = 1
    night_agents: int = 0
    vendor_teams: int = 0


def _week(weekday: tuple[int, int], saturday: tuple[int, int] | None, sunday: tuple[int, int] | None) -> Hours:
    return (weekday,) * 5 + (saturday, sunday)


SITES = (
    Site(
        "BER", "Berlin", "Europe/Berlin", "DE", "EUR", 24.0, 0.62,
        (("DE", 0.84), ("AT", 0.1), ("CH", 0.06)), (("de", 0.9), ("en", 0.1)),
    ),
    Site(
        "NYC", "New York", "America/New_York", "US", "USD", 29.0, 0.38,
        (("US", 0.93), ("CA", 0.07)), (("en", 0.88), ("es", 0.12)),
    ),
)  # fmt: skip

REASONS = (
    Reason("SERVICE", "Service", "", False, False, 240, 0.8),
    Reason("SALES", "Sales", "", False, False, 330, 0.9),
    Reason("BILLING", "Question about a bill", "SERVICE", False, False, 230, 0.84),
    Reason("TECH", "Technical problem", "SERVICE", False, False, 390, 0.68),
    Reason("DELIVERY", "Delivery status", "SERVICE", False, False, 180, 0.82),
    Reason("ACCOUNT", "Account and password", "SERVICE", False, False, 170, 0.9),
    Reason("OUTAGE", "Outage", "SERVICE", False, False, 260, 0.78),
    Reason("ORDER", "New order", "SALES", True, False, 330, 0.93),
    Reason("UPGRADE", "Upgrade or extra product", "SALES", True, False, 300, 0.92),
    Reason("CANCEL", "Cancellation request", "SERVICE", False, True, 350, 0.86),
)

_SUPPORT = (("BILLING", 0.3), ("TECH", 0.3), ("DELIVERY", 0.18), ("ACCOUNT", 0.16), ("CANCEL", 0.06))
_SALES = (("ORDER", 0.58), ("UPGRADE", 0.27), ("CANCEL", 0.15))
_CHAT = (("BILLING", 0.26), ("TECH", 0.28), ("DELIVERY", 0.24), ("ACCOUNT", 0.18), ("ORDER", 0.04))
_EMAIL = (("BILLING", 0.4), ("TECH", 0.2), ("DELIVERY", 0.2), ("ACCOUNT", 0.14), ("CANCEL", 0.06))
ALWAYS = _week((0, 48), (0, 48), (0, 48))

QUEUES = (
    Queue(
        "BER-SUP", "Berlin support", "voice", "BER", "BER-VOICE", 0.30, 20, _week((14, 42), (14, 42), (18, 36)),
        "office", _SUPPORT, overflow_to="NYC-SUP", overflow_after=150, transfer_to="BER-SAL",
    ),
    Queue(
        "BER-EMG", "Berlin emergency line", "voice", "BER", "BER-VOICE", 0.03, 20, ALWAYS,
        "flat", (("OUTAGE", 0.8), ("TECH", 0.2)), patience=300.0, transfer_to="BER-SUP",
    ),
    Queue(
        "BER-SAL", "Berlin sales", "voice", "BER", "BER-SALES", 0.13, 20, _week((16, 40), (18, 36), None),
        "office", _SALES, patience=150.0, transfer_to="BER-SUP",
    ),
    Queue(
        "BER-CHT", "Berlin chat", "chat", "BER", "BER-CHAT", 0.13, 60, _week((16, 44), (16, 44), (18, 40)),
        "evening", _CHAT, patience=260.0,
    ),
    Queue(
        "NYC-SUP", "New York support", "voice", "NYC", "NYC-VOICE", 0.20, 20, _week((16, 40), (16, 40), (18, 36)),
        "office", _SUPPORT, overflow_to="BER-SUP", overflow_after=150, transfer_to="NYC-SAL",
    ),
    Queue(
        "NYC-SAL", "New York sales", "voice", "NYC", "NYC-SALES", 0.08, 20, _week((18, 38), (18, 36), None),
        "office", _SALES, patience=150.0, transfer_to="NYC-SUP",
    ),
    Queue(
        "NYC-CHT", "New York chat", "chat", "NYC", "NYC-CHAT", 0.09, 60, _week((16, 42), (18, 40), (18, 40)),
        "evening", _CHAT, patience=260.0,
    ),
    Queue(
        "BER-EML", "Berlin mail desk", "email", "BER", "BER-MAIL", 0.075, 14_400, _week((16, 36), (18, 30), None),
        "email", _EMAIL,
    ),
    Queue(
        "NYC-EML", "New York mail desk", "email", "NYC", "NYC-MAIL", 0.045, 14_400, _week((16, 36), (18, 30), None),
        "email", _EMAIL,
    ),
)  # fmt: skip

POOLS = (
    Pool("BER-VOICE", "BER", "voice", night_agents=2, vendor_teams=1),
    Pool("BER-SALES", "BER", "voice"),
    Pool("BER-CHAT", "BER", "chat", concurrency=3),
    Pool("BER-MAIL", "BER", "email"),
    Pool("NYC-VOICE", "NYC", "voice", vendor_teams=1),
    Pool("NYC-SALES", "NYC", "voice"),
    Pool("NYC-CHAT", "NYC", "chat", concurrency=3),
    Pool("NYC-MAIL", "NYC", "email"),
)

OUTBOUND_SHARE = 0.04
SEGMENTS = (("consumer", 0.82), ("business", 0.15), ("key_account", 0.03))
PRODUCTS = (("BASIC", 1_990), ("PLUS", 3_490), ("PREMIUM", 5_990), ("BUSINESS", 8_900))


@cache
def site_of(site_id: str) -> Site:
    """Return the site of an id; KeyError when unknown."""
    return {site.site_id: site for site in SITES}[site_id]


@cache
def queue_of(queue_id: str) -> Queue:
    """Return the queue of an id; KeyError when unknown."""
    return {queue.queue_id: queue for queue in QUEUES}[queue_id]


@cache
def reason_of(reason_id: str) -> Reason:
    """Return the reason of an id; KeyError when unknown."""
    return {reason.reason_id: reason for reason in REASONS}[reason_id]


@cache
def queues_of_pool(pool_id: str) -> tuple[Queue, ...]:
    """Queues a pool serves, most urgent first."""
    return tuple(sorted((q for q in QUEUES if q.pool_id == pool_id), key=lambda q: q.queue_id != "BER-EMG"))


@cache
def zone_of_queue(queue_id: str) -> str:
    """IANA time zone of the queue's site."""
    return site_of(queue_of(queue_id).site_id).zone
