"""Time of agents: KPIs 20 and 48 to 52, 56 to 58, from states, schedules, exceptions, absences and paid time."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from tests.reference.center import Center
from tests.reference.records import Row, day, flag, instant, number
from tests.reference.spans import Span, by_day, length, merged, overlap, without
from tests.reference.sums import Definition, Fact

HANDLING = ("on_contact", "acw", "consult")
ON_QUEUE = (*HANDLING, "available", "ringing")

DEFINITIONS = [
    Definition("contacts_per_agent_hour", "default", "handled_legs", "handling_seconds + available_seconds", 3600),
    Definition("contacts_per_agent_hour", "per_paid_hour", "handled_legs", "paid_seconds", 3600),
    Definition("occupancy", "default", "handling_seconds", "handling_seconds + available_seconds", 100),
    Definition(
        "occupancy",
        "incl_ringing",
        "handling_seconds + ringing_seconds",
        "handling_seconds + ringing_seconds + available_seconds",
        100,
    ),
    Definition("occupancy", "handling_over_logged_in", "handling_seconds", "logged_in_seconds", 100),
    Definition("utilisation", "default", "handling_seconds", "paid_seconds", 100),
    Definition(
        "utilisation",
        "handling_plus_available_over_paid",
        "handling_seconds + available_seconds",
        "paid_seconds",
        100,
    ),
    Definition("agent_availability_rate", "default", "available_seconds", "logged_in_seconds", 100),
    Definition("schedule_adherence", "default", "adherent_seconds + excused_seconds", "adherence_seconds", 100),
    Definition("schedule_adherence", "strict_no_excuses", "adherent_seconds", "adherence_seconds", 100),
    Definition("schedule_conformance", "default", "on_queue_seconds", "scheduled_on_queue_seconds", 100),
    Definition("shrinkage_rate", "default", "shrinkage_seconds", "scheduled_paid_seconds", 100),
    Definition("shrinkage_rate", "excl_breaks", "shrinkage_seconds - break_seconds", "scheduled_paid_seconds", 100),
    Definition(
        "absenteeism_rate", "default", "unplanned_seconds", "scheduled_paid_seconds - planned_leave_seconds", 100
    ),
    Definition(
        "absenteeism_rate", "incl_planned", "unplanned_seconds + planned_leave_seconds", "scheduled_paid_seconds", 100
    ),
    Definition(
        "unapproved_absence_rate",
        "default",
        "unapproved_seconds",
        "scheduled_paid_seconds - planned_leave_seconds",
        100,
    ),
]


@dataclass
class AgentDay:
    """What an agent did and should have done on one local day: spans by state, by activity, and others."""

    states: dict[str, list[Span]] = field(default_factory=lambda: defaultdict(list))
    activities: dict[str, list[Span]] = field(default_factory=lambda: defaultdict(list))
    paid: list[Span] = field(default_factory=list)
    counting: list[Span] = field(default_factory=list)
    excused: list[Span] = field(default_factory=list)
    absences: list[tuple[Row, Span]] = field(default_factory=list)
    paid_seconds: Fraction = Fraction(0)

    def in_states(self, names: Iterable[str]) -> list[Span]:
        """Return the merged spans of several states."""
        return merged(span for name in names for span in self.states.get(name, []))


def agent_days(center: Center) -> dict[tuple[str, date], AgentDay]:
    """Return every agent's days, all spans cut at midnight of the agent's site."""
    found: dict[tuple[str, date], AgentDay] = defaultdict(AgentDay)

    def cut(row: Row, start: str, end: str) -> Iterator[tuple[AgentDay, Span]]:
        begin = instant(row[start])
        stop = min(instant(row[end]), center.as_of) if row.get(end) else center.as_of
        site_id = center.site_at(row["agent_id"], begin)
        for on, span in by_day((begin, stop), center.zone(site_id)):
            yield found[(row["agent_id"], on)], span

    for row in center.rows("agent_states"):
        for agent_day, span in cut(row, "started_at", "ended_at"):
            agent_day.states[row["state"]].append(span)
    for row in current_schedules(center):
        for agent_day, span in cut(row, "start_at", "end_at"):
            agent_day.activities[row["activity"]].append(span)
            if flag(row["is_paid"]):
                agent_day.paid.append(span)
            if flag(row["counts_for_adherence"]):
                agent_day.counting.append(span)
    for row in center.rows("adherence_exceptions"):
        if flag(row["is_excused"]):
            for agent_day, span in cut(row, "start_at", "end_at"):
                agent_day.excused.append(span)
    for row in center.rows("absences"):
        for agent_day, span in cut(row, "start_at", "end_at"):
            agent_day.absences.append((row, span))
    for row in center.rows("paid_time"):
        found[(row["agent_id"], day(row["work_date"]))].paid_seconds += number(row["paid_seconds"])
    return found


def current_schedules(center: Center) -> list[Row]:
    """Return the segments of the version in force at shift start: the newest published before it, by agent and day."""
    by_shift: dict[tuple[str, date], list[Row]] = defaultdict(list)
    for row in center.rows("schedules"):
        at = instant(row["start_at"])
        by_shift[(row["agent_id"], center.local_day(at, center.site_at(row["agent_id"], at)))].append(row)
    found = []
    for segments in by_shift.values():
        start = min(instant(row["start_at"]) for row in segments)
        versions = {row.get("version_published_at") or "" for row in segments}
        in_time = {version for version in versions if not version or instant(version) <= start}
        chosen = max(in_time) if in_time else min(versions)
        found += [row for row in segments if (row.get("version_published_at") or "") == chosen]
    return found


def facts(center: Center) -> Iterator[Fact]:
    """Yield one fact per agent and day."""
    for (agent_id, on), agent_day in agent_days(center).items():
        parts = time_parts(agent_day) | schedule_parts(agent_day) | absence_parts(agent_day)
        parts["paid_seconds"] = agent_day.paid_seconds
        yield Fact(on, center.of_agent(agent_id, on), parts)


def time_parts(agent_day: AgentDay) -> dict[str, Fraction]:
    """Return the seconds of states."""
    handling = length(agent_day.in_states(HANDLING))
    available = length(agent_day.in_states(["available"]))
    ringing = length(agent_day.in_states(["ringing"]))
    return {
        "handling_seconds": handling,
        "available_seconds": available,
        "ringing_seconds": ringing,
        "logged_in_seconds": length(agent_day.in_states(set(agent_day.states) - {"logged_out"})),
        "on_queue_seconds": handling + available + ringing,
    }


def schedule_parts(agent_day: AgentDay) -> dict[str, Fraction]:
    """Return the seconds of adherence and shrinkage, from the overlap of schedule and states."""
    adherent: list[Span] = []
    for activity, spans in agent_day.activities.items():
        states = ON_QUEUE if activity == "on_queue" else (activity,)
        adherent += overlap(overlap(spans, agent_day.counting), agent_day.in_states(states))
    excused = overlap(without(agent_day.counting, adherent), agent_day.excused)
    paid = merged(agent_day.paid)
    breaks = overlap(paid, agent_day.in_states(("break", "meal")))
    return {
        "adherence_seconds": length(merged(agent_day.counting)),
        "adherent_seconds": length(merged(adherent)),
        "excused_seconds": length(excused),
        "scheduled_on_queue_seconds": length(merged(agent_day.activities.get("on_queue", []))),
        "scheduled_paid_seconds": length(paid),
        "shrinkage_seconds": length(without(paid, agent_day.in_states(ON_QUEUE))),
        "break_seconds": length(breaks),
    }


def absence_parts(agent_day: AgentDay) -> dict[str, Fraction]:
    """Return the seconds of absences inside the paid schedule; long-term leave is no absence."""

    def absent(planned: bool | None, status: str | None) -> Fraction:
        return length(
            overlap(
                agent_day.paid,
                [
                    span
                    for row, span in agent_day.absences
                    if row["absence_type"] != "long_term"
                    and (planned is None or flag(row["is_planned"]) == planned)
                    and (status is None or row["approval_status"] == status)
                ],
            )
        )

    return {
        "unplanned_seconds": absent(False, None),
        "planned_leave_seconds": absent(True, "approved"),
        "unapproved_seconds": absent(None, "unapproved"),
    }
