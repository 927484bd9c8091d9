"""People: who is employed, in which team, who comes, who goes, and who works which shift."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import date, timedelta

from simulator.context import Context
from simulator.staffing import plan_shifts
from simulator.streams import lognormal
from simulator.world import POOLS, SITES, Pool, site_of

TEAM_SIZE = 14
NOTICE = timedelta(days=14)
YEARLY_LEAVING, YEARLY_MOVING, RELIEF = 0.35, 0.15, 1.24
END_TYPES = (("voluntary", 0.72), ("involuntary", 0.14), ("end_of_contract", 0.1), ("retirement", 0.04))


@dataclass(eq=False)
class Agent:
    """One person on the floor. ``speed`` multiplies handle times, ``skill`` shifts the chance to resolve."""

    agent_id: str
    pool: Pool
    team_id: str
    hired: date
    since: date
    fte: float
    speed: float
    skill: float
    spell: int = 1
    usable_from: date = date.min
    worked: int = 0
    last_start: int = 0
    last_end: int = 0
    leaves_on: date = date.max
    sick_until: date = date.min
    off: set[date] = field(default_factory=set)

    def works_on(self, day: date) -> bool:
        """Tell whether the agent may be planned on a day: trained, and not after the last day at work."""
        return self.usable_from <= day < self.leaves_on


@dataclass
class Team:
    """A team of a pool; vendor teams are employed by a partner."""

    team_id: str
    name: str
    pool: Pool | None
    site_id: str
    employer: str
    lead: str = ""


def _vendor(employer: str) -> str:
    """Return the partner who employs; empty when we do."""
    return "V-NORTHDESK" if employer == "vendor" else ""


@dataclass
class Staff:
    """The roster of all pools, and the people who are never on the floor."""

    context: Context
    pools: dict[str, list[Agent]] = field(default_factory=dict)
    teams: dict[str, Team] = field(default_factory=dict)
    evaluators: dict[str, list[str]] = field(default_factory=dict)
    paid_seconds: dict[str, int] = field(default_factory=dict)
    scale: dict[str, float] = field(default_factory=dict)
    _numbers: int = 0
    _vacancies: list[tuple[date, Pool]] = field(default_factory=list)
    _former: list[tuple[date, Agent]] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Hire everyone who is there on the first day."""
        options = self.context.options
        self.paid_seconds = {site.site_id: 0 for site in SITES}
        needed = {
            pool.pool_id: max(
                3,
                math.ceil(
                    sum(len(plan_shifts(pool, weekday, options.contacts_per_day)) for weekday in range(7)) / 5 * RELIEF
                ),
                math.ceil(
                    max(len(plan_shifts(pool, weekday, options.contacts_per_day)) for weekday in range(7)) * 1.16
                ),
            )
            for pool in POOLS
        }
        total = sum(needed.values())
        for pool in POOLS:
            size = needed[pool.pool_id]
            if options.agents:
                size = max(1, round(options.agents * size / total))
            self.scale[pool.pool_id] = size / needed[pool.pool_id]
            self._open_pool(pool, size, options.first_day)
        for site in SITES:
            self._open_office(site.site_id, options.first_day)
        for number in range(NOTICE.days):
            self._resignations(options.first_day + timedelta(days=number))

    def _number(self) -> str:
        self._numbers += 1
        return f"A{self._numbers:05d}"

    def _open_pool(self, pool: Pool, size: int, first_day: date) -> None:
        rng = self.context.rng("staff")
        count = max(1, round(size / TEAM_SIZE), pool.vendor_teams + 1)
        teams = []
        for index in range(count):
            employer = "vendor" if index >= count - pool.vendor_teams else "in_house"
            team_id = f"T-{pool.pool_id}-{index + 1}"
            kind = {"VOICE": "support", "SALES": "sales", "CHAT": "chat", "MAIL": "mail"}[pool.pool_id[4:]]
            name = f"{site_of(pool.site_id).name} {kind} {index + 1}"
            teams.append(Team(team_id, name, pool, pool.site_id, employer))
        started = first_day - timedelta(days=400)
        for team in teams:
            team.lead = self._number()
            self.teams[team.team_id] = team
            self._employ_support(team.lead, "team_lead", team.team_id, team.site_id, team.employer, started)
            self._team_row(team, started)
        self.pools[pool.pool_id] = []
        for index in range(size):
            tenure = int(rng.expovariate(1 / 500)) + 7
            hired = first_day - timedelta(days=tenure)
            agent = self._new_agent(pool, teams[index % count].team_id, hired)
            if rng.random() < 0.04:
                left = hired - timedelta(days=rng.randint(40, 300))
                began = left - timedelta(days=rng.randint(60, 700))
                self._spell_row(agent, began, left, "voluntary")
                self._assignment_row(agent, began, left)
                agent.spell = 2
                self._count_days(began, left)
            self._count_days(hired, first_day - timedelta(days=1))
            self._spell_row(agent, hired, None, "")
            self._assignment_row(agent, hired, None)

    def _count_days(self, since: date, until: date) -> None:
        """Count days employed before the simulation, from the month in which it begins."""
        first = self.context.options.first_day.replace(day=1)
        for number in range((until - max(since, first)).days + 1):
            self.context.out.count("headcount_days", 1, max(since, first) + timedelta(days=number))

    def _new_agent(self, pool: Pool, team_id: str, hired: date) -> Agent:
        rng = self.context.rng("staff")
        fte = 1.0 if rng.random() < 0.8 else rng.choice((0.5, 0.6, 0.75, 0.8))
        agent = Agent(self._number(), pool, team_id, hired, hired, fte, lognormal(rng, 1.0, 0.12), rng.gauss(0.0, 0.05))
        self.pools[pool.pool_id].append(agent)
        return agent

    def _open_office(self, site_id: str, first_day: date) -> None:
        """Employ the managers, quality specialists, trainers, planners and second-level desk of a site."""
        started = first_day - timedelta(days=500)
        team = Team(f"T-{site_id}-OFFICE", f"{site_of(site_id).name} operations office", None, site_id, "in_house")
        self.teams[team.team_id] = team
        roles = ("ops_manager", "qa_specialist", "qa_specialist", "trainer", "wfm_planner") + ("back_office",) * 2
        for role in roles:
            number = self._number()
            team.lead = team.lead or number
            if role == "qa_specialist":
                self.evaluators.setdefault(site_id, []).append(number)
            self._employ_support(number, role, team.team_id, site_id, "in_house", started)
        self._team_row(team, started)

    def _employ_support(self, number: str, role: str, team: str, site: str, employer: str, since: date) -> None:
        out = self.context.out
        out.put(
            "agents", f"{number}/{since}", number, role, team, site, employer, _vendor(employer), "1.000",
            since.isoformat(), "",
        )  # fmt: skip
        out.put("employment_spells", f"S-{number}-1", f"S-{number}-1", number, since.isoformat(), "", "")

    def _team_row(self, team: Team, since: date) -> None:
        self.context.out.put(
            "teams", team.team_id, team.team_id, team.name, team.site_id, team.employer, team.lead,
            since.isoformat(), "",
        )  # fmt: skip

    def _assignment_row(self, agent: Agent, since: date, until: date | None) -> None:
        team = self.teams[agent.team_id]
        self.context.out.put(
            "agents", f"{agent.agent_id}/{since}", agent.agent_id, "agent", agent.team_id, team.site_id,
            team.employer, _vendor(team.employer), f"{agent.fte:.3f}", since.isoformat(),
            until.isoformat() if until else "",
        )  # fmt: skip

    def _spell_row(self, agent: Agent, since: date, until: date | None, end_type: str) -> None:
        spell = f"S-{agent.agent_id}-{agent.spell}"
        ended = until.isoformat() if until else ""
        self.context.out.put("employment_spells", spell, spell, agent.agent_id, since.isoformat(), ended, end_type)

    def begin_day(self, day: date) -> None:
        """Let people resign, leave, move and join. Leavers' last day employed is ``day``; they work no shift on it."""
        rng = self.context.rng("staff")
        self._resignations(day + NOTICE)
        for pool in POOLS:
            for agent in list(self.pools[pool.pool_id]):
                if agent.leaves_on <= day:
                    self._leave(agent, day)
                elif rng.random() < YEARLY_MOVING / 365 and agent.since < day:
                    self._move(agent, day)
        due = [pool for when, pool in self._vacancies if when <= day]
        self._vacancies = [vacancy for vacancy in self._vacancies if vacancy[0] > day]
        for pool in due:
            self._hire(pool, day)
        self.context.out.count("headcount_days", sum(map(len, self.pools.values())), day)

    def _resignations(self, last_day: date) -> None:
        """Let people give notice for a last day: known before the roster of that day is made."""
        rng = self.context.rng("resignations")
        for pool in POOLS:
            for agent in self.pools[pool.pool_id]:
                if rng.random() < YEARLY_LEAVING / 365 and agent.since < last_day and agent.leaves_on == date.max:
                    agent.leaves_on = last_day

    def _leave(self, agent: Agent, day: date) -> None:
        rng = self.context.rng("staff")
        end_type = rng.choices([name for name, _ in END_TYPES], [weight for _, weight in END_TYPES])[0]
        self.pools[agent.pool.pool_id].remove(agent)
        self._assignment_row(agent, agent.since, day)
        self._spell_row(agent, agent.hired, day, end_type)
        self.context.out.truth["leavers"] += 1
        self.context.out.count("headcount_days", 1, day)
        self.context.out.truth["leavers_voluntary"] += end_type == "voluntary"
        self._vacancies.append((day + timedelta(days=rng.randint(5, 21)), agent.pool))
        if end_type == "voluntary":
            self._former.append((day, agent))

    def _move(self, agent: Agent, day: date) -> None:
        rng = self.context.rng("staff")
        teams = [t for t in self.teams.values() if t.pool is agent.pool and t.team_id != agent.team_id]
        if not teams:
            return
        self._assignment_row(agent, agent.since, day - timedelta(days=1))
        agent.team_id, agent.since = rng.choice(teams).team_id, day
        self._assignment_row(agent, day, None)
        self.context.out.truth["team_moves"] += 1

    def _hire(self, pool: Pool, day: date) -> None:
        rng = self.context.rng("staff")
        back = [a for left, a in self._former if a.pool is pool and day - left >= timedelta(days=20)]
        if back and rng.random() < 0.5:
            agent = back[0]
            self._former = [entry for entry in self._former if entry[1] is not agent]
            agent.leaves_on, agent.spell, agent.hired, agent.since = date.max, agent.spell + 1, day, day
            self.pools[pool.pool_id].append(agent)
        else:
            teams = [t.team_id for t in self.teams.values() if t.pool is pool]
            agent = self._new_agent(pool, rng.choice(teams), day)
            agent.speed *= 1.1
        agent.usable_from = day + timedelta(days=5)
        self._spell_row(agent, day, None, "")
        self._assignment_row(agent, day, None)
        self.context.out.truth["hires"] += 1
