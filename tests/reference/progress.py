"""How far periods are measured: the share of their days that is known, and whether their values can still change."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from functools import cache
from math import ceil

from tests.reference.catalogue import definitions
from tests.reference.center import ONE_DAY, Center, Parameters
from tests.reference.compare import is_same, show
from tests.reference.sums import Key, Value, period_end

Judged = tuple[str, str, str, date, str, str | None, str, float, int, bool]
"""KPI, variant, period type, first day, scope type, scope id, state, coverage, days until final, has a value."""

SURVEYED = (
    "fcr_survey_rate",
    "csat_score",
    "net_promoter_score",
    "dsat_rate",
    "customer_effort_score",
    "net_easy_score",
    "net_emotional_value",
    "survey_response_rate",
)


def window_days(kpi_id: str, variant: str, given: Parameters) -> int:
    """Return the days after a period in which something counts in it that the catalogue looks forward to.

    A contact ends, and a survey is sent, on its day or the next.
    """
    if kpi_id == "first_contact_resolution_rate" and variant.startswith("window_"):
        return int(variant.removeprefix("window_").removesuffix("d")) + 1
    if kpi_id in SURVEYED or (kpi_id, variant) == ("contact_resolution_rate", "default"):
        return given.survey_response_window_days + 1
    return {
        ("first_contact_resolution_rate", "default"): given.fcr_window_days + 1,
        ("save_rate", "default"): given.save_confirm_days,
        ("sales_conversion_rate", "default"): given.order_attribution_days,
        ("same_day_response_rate", "default"): ceil(given.same_day_seconds / 86400),
        ("self_service_containment_rate", "no_agent_contact_within_24h"): 1,
    }.get((kpi_id, variant), 0)


class Places:
    """The last day that is over where a member of a scope is."""

    def __init__(self, center: Center) -> None:
        """Gather the sites of queues, teams and agents, of several the newest."""
        self.center = center
        queues = sorted(center.rows("queues"), key=lambda row: row.get("valid_from") or "")
        agents = sorted(center.rows("agents"), key=lambda row: row["valid_from"])
        self.known: dict[tuple[str, str | None], date] = {}
        self.sites: Mapping[str, Mapping[str, str]] = {
            "site": {site_id: site_id for site_id in center.zones},
            "queue": {row["queue_id"]: row.get("site_id") or "" for row in queues},
            "team": {row["team_id"]: row["site_id"] for row in center.rows("teams")},
            "agent": {row["agent_id"]: row["site_id"] for row in agents},
        }

    def last_day(self, scope_type: str, scope_id: str | None) -> date:
        """Return the last day that is over for a member: at its site, else in the operator's zone."""
        key = (scope_type, scope_id)
        if key not in self.known:
            self.known[key] = self.center.last_day_at(self.sites.get(scope_type, {}).get(scope_id or ""))
        return self.known[key]


def end_of(period_type: str, start: date) -> date:
    """Return the last day of a period, trailing years included."""
    if period_type == "trailing_12m":
        return start.replace(year=start.year + 1) - ONE_DAY
    return start if period_type == "interval" else period_end(period_type, start)


@cache
def progress(
    period_type: str, start: date, first: date, final_after: int, over: date, last_day: date
) -> tuple[bool, float]:
    """Return whether a period is final, and the share of its days that are known: from ``first`` to ``over``."""
    end = end_of(period_type, start)
    is_final = end + timedelta(days=final_after) <= last_day and end <= over
    return is_final, max(0, (min(end, over) - first).days + 1) / ((end - start).days + 1)


def beginning(rows: Mapping[Key, Value], periods: frozenset[str]) -> date | None:
    """Return the day of the first value; of a KPI without days its first month, else its first period."""
    kind = next((name for name in ("day", "month") if name in periods), None)
    starts = [
        key[1]
        for key, value in rows.items()
        if key[0] in periods and kind in (key[0], None) and key[2] == "enterprise" and value.value is not None
    ]
    return min(starts, default=None)


def misjudged(
    published: Sequence[Judged],
    computed: Mapping[tuple[str, str], Mapping[Key, Value]],
    periods: Mapping[tuple[str, str], frozenset[str]],
    center: Center,
) -> list[str]:
    """Return one line per row whose state or coverage differs, and per KPI that is final while a window is open.

    A ratio begins with its first value. A sum is zero where nothing happened, so it begins where rows begin.
    """
    places = Places(center)
    beginnings = {
        (each.kpi_id, each.variant): beginning(computed[(each.kpi_id, each.variant)], types)
        for each in definitions()
        if each.denominator and (types := periods.get((each.kpi_id, each.variant)))
    }
    for kpi_id, variant, period_type, start, *_, has_value in sorted(published, key=lambda row: row[3]):
        kind = "day" if "day" in periods[(kpi_id, variant)] else "month"
        if has_value and period_type == kind:
            beginnings.setdefault((kpi_id, variant), start)
    found = set()
    for kpi_id, variant, period_type, start, scope_type, scope_id, state, share, final_after, _ in published:
        window = window_days(kpi_id, variant, center.parameters)
        if final_after < window:
            found.add(f"{kpi_id} {variant}: final after {final_after} days, its window is open for {window}")
        over = places.last_day(scope_type, scope_id)
        first = max(start, beginnings.get((kpi_id, variant)) or start)
        is_final, known = progress(period_type, start, first, final_after, over, center.last_day)
        if (state == "final") == is_final and is_same(share, known):
            continue
        where = f"{kpi_id} {variant} {show((period_type, start, scope_type, scope_id))}"
        found.add(f"{where}: {state}, {share} of the days covered, computed {is_final=}, {known}")
    return sorted(found)
