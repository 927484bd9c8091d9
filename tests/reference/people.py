"""Staff: KPIs 61 and 64, from employment spells, assignments and training hours."""

from collections import Counter
from collections.abc import Iterator
from datetime import date
from fractions import Fraction

from tests.reference.center import ONE_DAY, Center
from tests.reference.quality import is_employed
from tests.reference.records import Row, day
from tests.reference.sums import PERIODS, Definition, Fact, PeriodFact, period_end, period_start, scope_keys

Scope = tuple[str, str | None]
Counts = Counter[tuple[str, date]]
"""Agents by site and day."""

NEW_DAYS = 90

DEFINITIONS = [
    Definition("agent_turnover_rate", "default", "leavers_annualised", "headcount_days", 100),
    Definition("agent_turnover_rate", "period", "leavers_times_days", "headcount_days", 100),
    Definition("agent_turnover_rate", "shrm_period", "leavers", "mean_of_balances", 100),
    Definition("agent_turnover_rate", "voluntary", "voluntary_annualised", "headcount_days", 100),
    Definition("agent_turnover_rate", "first_90_days", "early_annualised", "headcount_days", 100),
    Definition(
        "agent_turnover_rate", "team_incl_moves", "leavers_annualised + moves_annualised", "headcount_days", 100
    ),
    Definition("training_hours_per_agent", "default", "training_hour_days", "headcount_days"),
    Definition("training_hours_per_agent", "new_hire", "new_hour_days", "new_headcount_days"),
    Definition("training_hours_per_agent", "tenured", "tenured_hour_days", "tenured_headcount_days"),
]


def is_agent(center: Center, agent_id: str, on: date) -> bool:
    """Whether somebody is employed as an agent on a day."""
    row = center.assignment(agent_id, on)
    return row is not None and row["role"] == "agent" and is_employed(center, agent_id, on)


def headcount(center: Center) -> Iterator[tuple[str, date]]:
    """Yield everybody employed as an agent on every complete day."""
    first = first_day(center)
    for agent_id in sorted({row["employee_id"] for row in center.rows("employment_spells")}):
        on = first or center.as_of.date()
        while on <= center.as_of.date() + ONE_DAY:
            if is_agent(center, agent_id, on) and is_over(center, agent_id, on):
                yield agent_id, on
            on += ONE_DAY


def is_over(center: Center, agent_id: str, on: date) -> bool:
    """Whether a day is over at the site where an agent works on it."""
    return on <= center.last_day_of(agent_id, on)


def first_day(center: Center) -> date | None:
    """Return the first day of any employment."""
    return min((day(row["started_on"]) for row in center.rows("employment_spells")), default=None)


def leavers(center: Center) -> list[tuple[Row, date, dict[str, str]]]:
    """Return spells that ended, with their last day and the scopes of the agent on it; contained ones are no leave."""
    found = []
    for row in center.rows("employment_spells"):
        if not row.get("ended_on") or not is_over(center, row["employee_id"], day(row["ended_on"])):
            continue
        on = day(row["ended_on"])
        inside = any(
            other["employee_id"] == row["employee_id"]
            and day(other["started_on"]) <= on
            and (not other.get("ended_on") or on < day(other["ended_on"]))
            for other in center.rows("employment_spells")
        )
        if inside or not is_agent(center, row["employee_id"], on):
            continue
        found.append((row, on, center.of_agent(row["employee_id"], on)))
    return found


def facts(center: Center) -> Iterator[PeriodFact | Fact]:
    """Yield the parts of every period and scope with agents in it."""
    counts: dict[Scope, Counts] = {}
    for agent_id, on in headcount(center):
        scopes = center.of_agent(agent_id, on)
        for scope in scope_keys(scopes):
            counts.setdefault(scope, Counter())[(scopes["site"], on)] += 1
    left = leavers(center)
    for scope, by_day in counts.items():
        for period_type in PERIODS:
            for start in periods_known(center, by_day, period_type):
                yield PeriodFact(
                    period_type, start, scope, staff_parts(center, scope, by_day, left, period_type, start)
                )
    yield from training_hours(center, counts)
    yield from tenure_facts(center)


def staff_parts(
    center: Center,
    scope: Scope,
    by_day: Counts,
    left: list[tuple[Row, date, dict[str, str]]],
    period_type: str,
    start: date,
) -> dict[str, Fraction | int]:
    """Return leavers, headcount days and the mean of the two balances of a period."""
    last = period_end(period_type, start)
    gone = [row for row, on, scopes in left if start <= on <= last and scope in set(scope_keys(scopes))]
    days = days_known(center, by_day, period_type, start)
    # every site opens with the day before, and closes with its own last day that is over
    opening = sum(count for (_, on), count in by_day.items() if on == start - ONE_DAY)
    closing = sum(count for (site_id, on), count in by_day.items() if on == min(last, center.last_day_at(site_id)))
    voluntary = sum(row.get("end_type") == "voluntary" for row in gone)
    early = sum((day(row["ended_on"]) - day(row["started_on"])).days < NEW_DAYS for row in gone)
    year = center.parameters.annualisation_days
    return {
        "leavers": len(gone),
        "leavers_annualised": len(gone) * year,
        "voluntary_annualised": voluntary * year,
        "early_annualised": early * year,
        "leavers_times_days": len(gone) * days,
        "headcount_days": sum(count for (_, on), count in by_day.items() if start <= on <= last),
        "mean_of_balances": Fraction(opening + closing, 2),
    }


def periods_known(center: Center, by_day: Counts, period_type: str) -> list[date]:
    """Return the periods in which a scope has staff, or opens with who left on the eve, once a day of it is over."""
    starts = {period_start(period_type, on) for _, on in by_day}
    opened = {
        start
        for site_id, on in by_day
        if (start := on + ONE_DAY) == period_start(period_type, start) and start <= center.last_day_at(site_id)
    }
    return sorted(starts | opened)


def days_known(center: Center, by_day: Counts, period_type: str, start: date) -> int:
    """Return the days of a period that are over, at the one of a scope's sites where the last of them ended first."""
    last = period_end(period_type, start)
    sites = {site_id for site_id, on in by_day if start - ONE_DAY <= on <= last}
    return max(((min(last, center.last_day_at(site_id)) - start).days + 1 for site_id in sites), default=0)


def training_hours(center: Center, counts: dict[Scope, Counts]) -> Iterator[PeriodFact]:
    """Yield hours of agents completed in a period times its days, of new ones and of others."""
    for row in center.rows("training_assignments"):
        if not row.get("completed_on"):
            continue
        on = day(row["completed_on"])
        assignment = center.assignment(row["agent_id"], on)
        if on > center.last_day_of(row["agent_id"], on) or (assignment is not None and assignment["role"] != "agent"):
            continue
        began = [
            day(spell["started_on"])
            for spell in center.rows("employment_spells")
            if spell["employee_id"] == row["agent_id"] and day(spell["started_on"]) <= on
        ]
        kind = "new" if began and (on - max(began)).days < NEW_DAYS else "tenured"
        for scope in scope_keys(center.of_agent(row["agent_id"], on)):
            for period_type in PERIODS:
                start = period_start(period_type, on)
                at_site = Counter({(center.of_agent(row["agent_id"], on)["site"], on): 1})
                days = days_known(center, counts.get(scope, Counter()) + at_site, period_type, start)
                hours = Fraction(row.get("hours") or 0) * days
                yield PeriodFact(period_type, start, scope, {"training_hour_days": hours, f"{kind}_hour_days": hours})


def is_new(center: Center, agent_id: str, on: date) -> bool:
    """Whether somebody began less than ninety days before."""
    return any(
        (on - day(row["started_on"])).days < NEW_DAYS
        for row in center.rows("employment_spells")
        if row["employee_id"] == agent_id
        and day(row["started_on"]) <= on
        and (not row.get("ended_on") or on <= day(row["ended_on"]))
    )


def tenure_facts(center: Center) -> Iterator[Fact]:
    """Yield headcount days of new agents and of others, and agents who move to another team or role."""
    for agent_id, on in headcount(center):
        scopes = center.of_agent(agent_id, on)
        kind = "new" if is_new(center, agent_id, on) else "tenured"
        following = on + ONE_DAY
        stays = is_employed(center, agent_id, following)
        tomorrow = center.assignment(agent_id, following)
        same = tomorrow is not None and tomorrow["role"] == "agent" and tomorrow["team_id"] == scopes["team"]
        ends_today = any(
            row["employee_id"] == agent_id and row.get("ended_on") == on.isoformat()
            for row in center.rows("employment_spells")
        )
        moves = int(stays and not ends_today and not same)
        yield Fact(
            on, scopes, {f"{kind}_headcount_days": 1, "moves_annualised": moves * center.parameters.annualisation_days}
        )
