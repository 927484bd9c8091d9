"""Sites, teams, agents, their employment, states, schedules, absences and pay."""

from datetime import date, datetime, timedelta

from tests.reference.generated.builder import Builder

DAY = timedelta(days=1)
ACTIVITIES = ("break", "training", "coaching", "meeting", "offline_work", "meal")
STATES = (*ACTIVITIES, "available", "available", "on_contact", "on_contact", "acw", "consult", "ringing", "system_down")


def build(builder: Builder) -> None:
    """Add everything about staff."""
    sites, name = builder.sites, builder.name
    for site_id, zone in zip(sites, builder.plan.zones, strict=True):
        builder.add("sites", site_id=site_id, site_name=site_id, timezone=zone, country="")
    for team, site_id in (("T1", sites[0]), ("T2", sites[1])):
        builder.add(
            "teams", team_id=f"{name}-{team}", team_name=team, site_id=site_id, employer_type="in_house",
            team_lead_id="", valid_from=None, valid_to=None,
        )  # fmt: skip
    agents(builder)
    for agent_id, site_id in roster(builder):
        working_days(builder, agent_id, site_id)
    requirements(builder)


def roster(builder: Builder) -> list[tuple[str, str]]:
    """Return the agents who handle contacts, with the site they belong to."""
    return [(f"{builder.name}-A{number}", builder.sites[number == 3]) for number in (1, 2, 3, 4)]


def assign(builder: Builder, agent_id: str, role: str, team: str, site: int, first: date, last: date | None) -> None:
    """Add one assignment period."""
    builder.add(
        "agents", agent_id=agent_id, role=role, team_id=f"{builder.name}-{team}", site_id=builder.sites[site],
        employer_type="vendor" if site else "in_house", vendor_id=f"{builder.name}-V" if site else "",
        fte="0.5" if site else "1.0", valid_from=first, valid_to=last,
    )  # fmt: skip


def agents(builder: Builder) -> None:
    """Add a steady agent, one who moves to another team, one at the other site, a rehired leaver, and others."""
    name, chosen = builder.name, builder.random
    first, length = builder.season.first, (builder.season.last - builder.season.first).days
    start = first - 70 * DAY

    def spell(agent_id: str, begin: date, end: date | None, kind: str = "voluntary") -> None:
        builder.add(
            "employment_spells", spell_id=builder.id("SP"), employee_id=agent_id, started_on=begin, ended_on=end,
            end_type=kind if end else "",
        )  # fmt: skip

    moves = first + chosen.randrange(1, length) * DAY
    for number, site in ((1, 0), (3, 1)):
        assign(builder, f"{name}-A{number}", "agent", f"T{site + 1}", site, start, None)
        spell(f"{name}-A{number}", start, None)
    assign(builder, f"{name}-A2", "agent", "T1", 0, start, moves - DAY)
    assign(builder, f"{name}-A2", chosen.choice(("agent", "agent", "back_office")), "T2", 0, moves, None)
    spell(f"{name}-A2", start, None)
    left = start + chosen.randrange(5, 60) * DAY
    back = left + chosen.choice((1, 2, 20)) * DAY
    gone = first + chosen.randrange(length + 4) * DAY
    assign(builder, f"{name}-A4", "agent", "T1", 0, start, left)
    assign(builder, f"{name}-A4", "agent", "T1", 0, back, None)
    spell(f"{name}-A4", start, left)
    spell(f"{name}-A4", back, gone, chosen.choice(("voluntary", "involuntary", "retirement")))
    hired = first + chosen.randrange(-3, length) * DAY
    assign(builder, f"{name}-A5", chosen.choice(("agent", "team_lead")), "T2", 1, hired, None)
    spell(f"{name}-A5", hired, None if builder.chance(0.5) else hired + chosen.randrange(1, 9) * DAY, "involuntary")


def working_days(builder: Builder, agent_id: str, site_id: str) -> None:
    """Add a few shifts: planned, worked, missed, corrected and paid."""
    chosen = builder.random
    days = sorted({builder.day() for _ in range(3)} | ({builder.clock_change()} if builder.chance(0.5) else set()))
    previous_end = datetime.min.replace(tzinfo=builder.season.as_of.tzinfo)
    for on in days:
        start = builder.local(site_id, on, chosen.choice((0, 1, 8, 9, 20, 22)), chosen.choice((0, 0, 15)))
        end = start + timedelta(hours=chosen.choice((3, 5, 7)))
        if start < previous_end or start >= builder.season.as_of - DAY / 24:
            continue
        previous_end = end + 2 * DAY
        kind = builder.weighted(worked=8, absent=2, unplanned=1)
        if kind != "unplanned":
            schedule(builder, agent_id, start, end)
        if kind == "absent":
            absence(builder, agent_id, start, end)
        else:
            worked(builder, agent_id, start + timedelta(minutes=chosen.choice((-10, 0, 0, 5))), end)
        if builder.chance(0.4):
            excuse(builder, agent_id, start, end)
        if builder.chance(0.8):
            builder.add("paid_time", agent_id=agent_id, work_date=on, paid_seconds=chosen.choice((0, 3600, 21600)))


def schedule(builder: Builder, agent_id: str, start: datetime, end: datetime) -> None:
    """Add a planned shift, sometimes in two versions of which one was published too late to count."""
    chosen = builder.random
    versions: list[datetime | None] = [None]
    if builder.chance(0.4):
        versions = [start - 2 * DAY, start + chosen.choice((-1, 1)) * timedelta(hours=5)]
    leave = builder.chance(0.1)
    for version in versions:
        at = start
        while at < end:
            until = min(at + timedelta(minutes=chosen.choice((15, 30, 45, 90))), end)
            activity = "leave" if leave else chosen.choice(("on_queue", "on_queue", "on_queue", *ACTIVITIES))
            builder.add(
                "schedules", schedule_segment_id=builder.id("SC"), agent_id=agent_id, activity=activity,
                is_paid=activity != "meal", counts_for_adherence=not (activity == "meal" or builder.chance(0.05)),
                start_at=at, end_at=until, version_published_at=version,
            )  # fmt: skip
            at = until


def absence(builder: Builder, agent_id: str, start: datetime, end: datetime) -> None:
    """Add an absence around or inside a shift, sometimes a second one that overlaps it."""
    chosen = builder.random
    for _ in range(chosen.choice((1, 1, 2))):
        planned = builder.chance(0.4)
        begin = start + timedelta(hours=chosen.choice((-3, 0, 1)))
        builder.add(
            "absences", absence_id=builder.id("AB"), agent_id=agent_id, start_at=begin,
            end_at=begin + timedelta(hours=chosen.choice((2, 6, 30))),
            absence_type="vacation" if planned else chosen.choice(("sick", "no_show", "family", "long_term")),
            is_planned=planned, approval_status=chosen.choice(("approved", "approved", "unapproved", "pending")),
        )  # fmt: skip
    del end


def worked(builder: Builder, agent_id: str, start: datetime, end: datetime) -> None:
    """Add a chain of states without overlap; now and then the last one is still running."""
    chosen = builder.random
    at = start
    as_of = builder.season.as_of
    while at < min(end, as_of):
        until = at + timedelta(seconds=chosen.choice((30, 299, 1800, 3600, chosen.randrange(1, 5000))))
        running = until >= as_of
        builder.add(
            "agent_states", agent_id=agent_id, started_at=at, ended_at=None if running else until,
            state=chosen.choice(STATES), native_state="",
        )  # fmt: skip
        at = until
    if at < as_of and builder.chance(0.3):
        builder.add(
            "agent_states", agent_id=agent_id, started_at=at, ended_at=at + timedelta(hours=1), state="logged_out",
            native_state="",
        )  # fmt: skip


def excuse(builder: Builder, agent_id: str, start: datetime, end: datetime) -> None:
    """Add an exception to a shift."""
    begin = start + timedelta(minutes=builder.random.choice((-10, 0, 20, 60)))
    builder.add(
        "adherence_exceptions", exception_id=builder.id("X"), agent_id=agent_id, start_at=begin,
        end_at=begin + timedelta(minutes=builder.random.choice((10, 45, 300))), exception_type="system_outage",
        is_excused=builder.chance(0.7),
    )  # fmt: skip
    del end


def requirements(builder: Builder) -> None:
    """Add required staff for some intervals of two days, zero among them."""
    for site_id in builder.sites:
        for on in {builder.day(), builder.clock_change()}:
            start = builder.local(site_id, on, builder.random.choice((0, 8)))
            for number in range(builder.random.choice((4, 10))):
                builder.add(
                    "staff_requirements", site_id=site_id, interval_start_at=start + number * timedelta(minutes=30),
                    interval_minutes=30, required_fte=builder.random.choice(("0", "0.5", "1", "2.25", "3")),
                )  # fmt: skip
