"""Time of agents: KPIs 20, 48 to 52 and 56 to 58, from states, schedules, exceptions, absences and paid time."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from fractions import Fraction

from tests.reference.center import UNKNOWN, Center
from tests.reference.handling import handle
from tests.reference.people import headcount, is_agent, is_over
from tests.reference.records import Row, day, flag, instant, number
from tests.reference.spans import Span, by_day, length, merged, overlap, without
from tests.reference.sums import Definition, Fact, IntervalFact, Parts, Recorded

HANDLING = ("on_contact", "acw", "consult")
ON_QUEUE = (*HANDLING, "available", "ringing")
INTERNAL = ("break", "meal", "training", "coaching", "meeting", "offline_work")
MONTH = Fraction(365, 12)

HANDLING_OR_AVAILABLE = "handling_seconds + available_seconds"
EXTERNAL = "external_planned + external_unplanned"
PAID_LESS_LEAVE = "scheduled_paid_seconds - leave_seconds"

DEFINITIONS = [
    Definition("contacts_per_agent_hour", "default", "legs_at_work", HANDLING_OR_AVAILABLE, 3600),
    Definition("contacts_per_agent_hour", "per_paid_hour", "legs_paid", "paid_seconds", 3600),
    Definition("contacts_per_agent_hour", "per_fte_month", "legs_employed", "fte_days", MONTH),
    Definition("occupancy", "default", "handling_seconds", HANDLING_OR_AVAILABLE, 100),
    Definition(
        "occupancy",
        "concurrency_weighted",
        "leg_handle_seconds",
        "leg_handle_seconds + available_beside_legs",
        100,
        Recorded(of=HANDLING_OR_AVAILABLE, by="timed_on_contact"),
    ),
    Definition(
        "occupancy",
        "incl_ringing",
        "handling_seconds + ringing_seconds",
        "handling_seconds + ringing_seconds + available_seconds",
        100,
    ),
    Definition("occupancy", "handling_over_logged_in", "handling_seconds", "logged_in_seconds", 100),
    Definition("utilisation", "default", "handling_paid", "paid_at_work", 100),
    Definition(
        "utilisation", "handling_plus_available_over_paid", "handling_paid + available_paid", "paid_at_work", 100
    ),
    Definition("agent_availability_rate", "default", "available_seconds", "logged_in_seconds", 100),
    Definition("agent_availability_rate", "agents_available_now", "last_agents_available"),
    Definition("schedule_adherence", "default", "adherent_seconds + excused_seconds", "adherence_seconds", 100),
    Definition("schedule_adherence", "strict_no_excuses", "adherent_seconds", "adherence_seconds", 100),
    Definition(
        "schedule_adherence",
        "outside_shift_counts",
        "adherent_seconds + excused_seconds",
        "adherence_seconds + outside_shift_seconds",
        100,
    ),
    Definition("schedule_conformance", "default", "on_queue_seconds", "scheduled_on_queue_seconds", 100),
    Definition("shrinkage_rate", "default", f"internal_planned + system_down + {EXTERNAL}", "paid_schedule", 100),
    Definition("shrinkage_rate", "internal", "internal_planned + system_down", "paid_schedule", 100),
    Definition("shrinkage_rate", "external", EXTERNAL, "paid_schedule", 100),
    Definition("shrinkage_rate", "planned", "internal_planned + external_planned", "paid_schedule", 100),
    Definition("shrinkage_rate", "unplanned", "system_down + external_unplanned", "paid_schedule", 100),
    Definition(
        "shrinkage_rate",
        "excl_breaks",
        f"internal_planned + system_down + {EXTERNAL} - break_seconds",
        "paid_schedule",
        100,
    ),
    Definition("absenteeism_rate", "default", "unplanned_seconds", PAID_LESS_LEAVE, 100),
    Definition("absenteeism_rate", "days_based", "absent_days", "scheduled_days", 100),
    Definition(
        "absenteeism_rate", "incl_planned", "unplanned_seconds + leave_absence_seconds", "scheduled_paid_seconds", 100
    ),
    Definition("unapproved_absence_rate", "default", "unapproved_seconds", PAID_LESS_LEAVE, 100),
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
    last_state: str = ""
    legs: list[Row] = field(default_factory=list)

    def in_states(self, names: Iterable[str]) -> list[Span]:
        """Return the merged spans of several states."""
        return merged(span for name in names for span in self.states.get(name, []))

    def logged_in(self) -> list[Span]:
        """Return the merged spans of all states but logged out."""
        return self.in_states(set(self.states) - {"logged_out"})

    def absent(self, chosen: Callable[[Row], bool]) -> list[Span]:
        """Return the merged spans of some absences."""
        return merged(span for row, span in self.absences if chosen(row))


def agent_days(center: Center) -> dict[tuple[str, date], AgentDay]:
    """Return every agent's days, all spans cut at midnight of the agent's site and at as-of."""
    found: dict[tuple[str, date], AgentDay] = defaultdict(AgentDay)

    def cut(agent_id: str, start: datetime, end: datetime) -> Iterator[tuple[AgentDay, Span]]:
        zone = center.zone(center.site_at(agent_id, start))
        for on, span in by_day((start, min(end, center.as_of)), zone):
            yield found[(agent_id, on)], span

    for row in sorted(center.rows("agent_states"), key=lambda row: row["started_at"]):
        end = instant(row["ended_at"]) if row.get("ended_at") else center.as_of
        for agent_day, span in cut(row["agent_id"], instant(row["started_at"]), end):
            agent_day.states[row["state"]].append(span)
            site_id = center.site_at(row["agent_id"], span[0])
            midnight = center.local_day(span[1], site_id) > center.local_day(span[0], site_id)
            is_at_close = span[1] == center.as_of or (midnight and end >= span[1])
            agent_day.last_state = row["state"] if is_at_close else ""
    planned_until: dict[str, datetime] = {}
    for row in sorted(current_schedules(center), key=lambda row: (row["start_at"], row["schedule_segment_id"])):
        # so of overlapping activities, where versions of a shift differ by the local day on which they begin
        start = max(instant(row["start_at"]), planned_until.get(row["agent_id"], instant(row["start_at"])))
        planned_until[row["agent_id"]] = max(instant(row["end_at"]), start)
        for agent_day, span in cut(row["agent_id"], start, instant(row["end_at"])):
            agent_day.activities[row["activity"]].append(span)
            if flag(row["is_paid"]):
                agent_day.paid.append(span)
            if flag(row["counts_for_adherence"]):
                agent_day.counting.append(span)
    for row in center.rows("adherence_exceptions"):
        if flag(row["is_excused"]):
            for agent_day, span in cut(row["agent_id"], instant(row["start_at"]), instant(row["end_at"])):
                agent_day.excused.append(span)
    until: dict[str, datetime] = {}
    for row in sorted(center.rows("absences"), key=lambda row: (row["start_at"], row["absence_id"])):
        # of overlapping absences the one that began first holds until it ends
        start = max(instant(row["start_at"]), until.get(row["agent_id"], instant(row["start_at"])))
        until[row["agent_id"]] = max(instant(row["end_at"]), start)
        for agent_day, span in cut(row["agent_id"], start, instant(row["end_at"])):
            agent_day.absences.append((row, span))
    for row in center.rows("paid_time"):
        found[(row["agent_id"], day(row["work_date"]))].paid_seconds += number(row["paid_seconds"])
    for legs in center.legs.values():
        for leg in legs:
            if leg["answered_at"]:
                found[(leg["agent_id"], center.leg_day(leg))].legs.append(leg)
    return found


def current_schedules(center: Center) -> list[Row]:
    """Return the segments of the version in force at shift start: the newest published by then, by agent and day."""
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


def facts(center: Center) -> Iterator[Fact | IntervalFact]:
    """Yield one fact per agent and day; a part is counted where the source it is divided by knows the site's day."""
    days = agent_days(center)
    scopes = {key: center.of_agent(*key) for key in days}
    sites: dict[tuple[date, str], Counter[str]] = defaultdict(Counter)
    everything = {
        key: time_parts(of_day) | schedule_parts(of_day) | absence_parts(of_day) for key, of_day in days.items()
    }
    for key, parts in everything.items():
        of_site = sites[(key[1], scopes[key]["site"])]
        of_site["states"] += bool(parts["logged_in_seconds"])
        of_site["schedule"] += bool(days[key].activities)
        of_site["paid"] += bool(days[key].paid_seconds)
    for key, parts in everything.items():
        agent_id, on = key
        of_site = sites[(on, scopes[key]["site"])]
        parts |= work_parts(center, agent_id, on, days[key], scopes[key]["agent"] != UNKNOWN)
        if not of_site["states"]:
            for name in NEEDS_STATES:
                parts[name] = 0
        if not of_site["schedule"]:
            parts["on_queue_seconds"] = parts["outside_shift_seconds"] = 0
        if not of_site["paid"]:
            for name in ("legs_paid", "handling_paid", "available_paid"):
                parts[name] = 0
        yield Fact(on, scopes[key], parts)
    for key, of_day in days.items():
        yield from interval_facts(center, of_day, scopes[key])
    for agent_id, on in headcount(center):
        assignment = center.assignment(agent_id, on)
        yield Fact(on, center.of_agent(agent_id, on), {"fte_days": number(assignment["fte"] if assignment else "")})


def interval_facts(center: Center, of_day: AgentDay, scopes: dict[str, str]) -> Iterator[IntervalFact]:
    """Yield what an agent's states of a day give to each interval."""
    groups = {
        "handling_seconds": of_day.in_states(HANDLING),
        "available_seconds": of_day.in_states(["available"]),
        "logged_in_seconds": of_day.logged_in(),
    }
    for span in of_day.logged_in():
        for interval in center.intervals(span, scopes["site"]):
            piece = overlap([span], [interval])
            parts: Parts = {name: length(overlap(spans, piece)) for name, spans in groups.items()}
            yield center.interval_fact("state", piece[0][0], scopes["site"], scopes, parts)


NEEDS_STATES = (
    "legs_at_work",
    "leg_handle_seconds",
    "paid_at_work",
    "adherent_seconds",
    "excused_seconds",
    "adherence_seconds",
    "scheduled_on_queue_seconds",
    "paid_schedule",
    "internal_planned",
    "system_down",
    "external_planned",
    "external_unplanned",
    "break_seconds",
)


def is_employee(center: Center, agent_id: str, on: date) -> bool:
    """Whether somebody counts in the headcount of a day."""
    return is_agent(center, agent_id, on) and is_over(center, agent_id, on)


def work_parts(center: Center, agent_id: str, on: date, of_day: AgentDay, is_known: bool) -> Parts:
    """Return contacts handled, by what they are divided by, and pay."""
    handled = 0
    worked = Fraction(0)
    for leg in of_day.legs:
        inbound = center.contacts[leg["contact_id"]]["direction"] == "inbound"
        handled += inbound and leg["leg_type"] in ("queue", "direct", "callback")
        worked += handle(leg)
    is_timed = all(leg["talk_seconds"] for leg in of_day.legs)
    handling, available = length(of_day.in_states(HANDLING)), length(of_day.in_states(["available"]))
    return {
        "legs_at_work": handled,
        "legs_paid": handled,
        "legs_employed": handled
        if is_known and is_agent(center, agent_id, on) and is_over(center, agent_id, on)
        else 0,
        "leg_handle_seconds": worked if is_timed else 0,
        "available_beside_legs": available if is_timed else 0,
        "timed_on_contact": handling + available if is_timed else 0,
        "paid_seconds": of_day.paid_seconds,
        "paid_at_work": of_day.paid_seconds,
        "handling_paid": handling,
        "available_paid": available,
        "last_agents_available": int(of_day.last_state == "available"),
    }


def time_parts(of_day: AgentDay) -> Parts:
    """Return the seconds of states."""
    handling = length(of_day.in_states(HANDLING))
    available = length(of_day.in_states(["available"]))
    ringing = length(of_day.in_states(["ringing"]))
    scheduled = merged(span for spans in of_day.activities.values() for span in spans)
    return {
        "handling_seconds": handling,
        "available_seconds": available,
        "ringing_seconds": ringing,
        "logged_in_seconds": length(of_day.logged_in()),
        "on_queue_seconds": handling + available + ringing,
        "outside_shift_seconds": length(without(of_day.in_states(ON_QUEUE), scheduled)),
    }


def schedule_parts(of_day: AgentDay) -> Parts:
    """Return the seconds of adherence and shrinkage, from the overlap of schedule and states."""
    adherent: list[Span] = []
    for activity, spans in of_day.activities.items():
        counting = overlap(spans, of_day.counting)
        if activity == "leave":
            adherent += without(counting, of_day.logged_in())
        else:
            adherent += overlap(counting, of_day.in_states(ON_QUEUE if activity == "on_queue" else (activity,)))
    excused = overlap(without(of_day.counting, adherent), of_day.excused)
    paid = merged(of_day.paid)
    away = without(paid, of_day.logged_in())
    on_leave = overlap(away, of_day.activities.get("leave", []))
    elsewhere = without(away, on_leave)
    planned = of_day.absent(lambda row: flag(row["is_planned"]))
    unplanned = of_day.absent(lambda row: not flag(row["is_planned"]))
    sick_on_leave, excused_away = length(overlap(on_leave, unplanned)), length(overlap(elsewhere, planned))
    return {
        "adherence_seconds": length(merged(of_day.counting)),
        "adherent_seconds": length(merged(adherent)),
        "excused_seconds": length(excused),
        "scheduled_on_queue_seconds": length(merged(of_day.activities.get("on_queue", []))),
        "scheduled_paid_seconds": length(paid),
        "paid_schedule": length(paid),
        "internal_planned": length(overlap(paid, of_day.in_states(INTERNAL))),
        "system_down": length(overlap(paid, of_day.in_states(["system_down"]))),
        "external_planned": length(on_leave) - sick_on_leave + excused_away,
        "external_unplanned": length(elsewhere) - excused_away + sick_on_leave,
        "break_seconds": length(overlap(paid, of_day.in_states(("break", "meal")))),
    }


def absence_parts(of_day: AgentDay) -> Parts:
    """Return absences inside the paid schedule; scheduled leave is leave, unless an absence says what it was."""
    paid = merged(of_day.paid)
    leave = overlap(paid, of_day.activities.get("leave", []))

    def absent(chosen: Callable[[Row], bool]) -> Fraction:
        return length(overlap(paid, of_day.absent(chosen)))

    def counts(row: Row) -> bool:
        return row["absence_type"] != "long_term"

    def approved(row: Row) -> bool:
        return flag(row["is_planned"]) and row["approval_status"] == "approved"

    silent_leave = length(leave) - length(overlap(leave, of_day.absent(lambda _: True)))
    unplanned = absent(lambda row: not flag(row["is_planned"]) and counts(row))
    on_leave = silent_leave + absent(approved)
    return {
        "unplanned_seconds": unplanned,
        "unapproved_seconds": absent(lambda row: row["approval_status"] == "unapproved" and counts(row)),
        "leave_seconds": on_leave,
        "leave_absence_seconds": silent_leave + absent(lambda row: approved(row) and counts(row)),
        "absent_days": int(unplanned > 0 and 2 * unplanned >= length(paid)),
        "scheduled_days": int(length(paid) > on_leave),
    }
