"""Puts the parts together and runs them day by day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

from simulator.arrivals import arrivals
from simulator.attendance import Attendance
from simulator.clock import OPERATOR_ZONE, midnight
from simulator.contacts import ContactFlow
from simulator.context import Context
from simulator.customers import CustomerBase
from simulator.dirt import Dirt
from simulator.engine import Engine
from simulator.finance import Finance
from simulator.floor import Floor
from simulator.governance import Governance
from simulator.options import SimulationOptions, SimulationSummary
from simulator.output import split_truth
from simulator.planning import Planning
from simulator.proactive import CallbackDesk, Campaigns
from simulator.quality import Quality
from simulator.reference import deliver_hours, deliver_reference
from simulator.roster import Roster
from simulator.sales import Sales
from simulator.self_service import SelfService
from simulator.staff import Staff
from simulator.surveys import Surveys
from simulator.technology import Technology
from simulator.tickets import TicketDesk
from simulator.training import EmployeeSurvey, Training
from simulator.world import POOLS, QUEUES
from simulator.writer import Writer


class Simulation:
    """The whole company, advanced one operator day at a time. Nothing in it knows how many days will follow."""

    def __init__(self, options: SimulationOptions) -> None:
        self.context = Context(options, Engine(midnight(OPERATOR_ZONE, options.first_day)))
        self.staff = Staff(self.context)
        self.planning = Planning(self.context)
        self.attendance = Attendance(self.context, self.staff, self.planning)
        self.roster = Roster(self.context, self.staff, self.attendance)
        self.floor = Floor(self.context, self.attendance)
        self.customers = CustomerBase(self.context)
        self.self_service = SelfService(self.context)
        self.contacts = ContactFlow(self.context, self.floor, self.customers, self.self_service)
        self.callbacks = CallbackDesk(self.context, self.floor, self.contacts)
        self.campaigns = Campaigns(self.context, self.floor, self.contacts, self.customers)
        self.sales = Sales(self.context, self.customers)
        self.tickets = TicketDesk(self.context, self.floor, self.customers)
        self.surveys = Surveys(self.context, self.customers)
        self.finance = Finance(self.context, self.staff, self.contacts)
        self.quality = Quality(self.context, self.staff)
        self.technology = Technology(self.context, self.floor)
        self.daily = (
            self.planning, self.quality, self.technology, Training(self.context, self.staff),
            EmployeeSurvey(self.context, self.staff), Governance(self.context),
        )  # fmt: skip
        self.contacts.on_complete += [self.sales.follow, self.tickets.follow, self.surveys.follow, self.quality.follow]
        self.tickets.on_solved += [self.surveys.follow_ticket, self.quality.follow_ticket]
        self.surveys.on_satisfaction.append(self.quality.follow_response)
        deliver_reference(self.context.out, options.first_day)
        self._night_before(options.first_day)

    def _night_before(self, first_day: date) -> None:
        """Put those on the floor whose night shift began the evening before."""
        for pool in POOLS:
            if pool.night_agents:
                for duty in self.roster.duties(pool, first_day - timedelta(days=1)):
                    self.floor.schedule(duty)

    def run_day(self, day: date) -> None:
        """Plan the local day of every site (none begins before the operator's) and run the operator day."""
        context = self.context
        deliver_hours(context.out, day)
        self.staff.begin_day(day)
        self.roster.begin_day(day)
        self.customers.begin_day(day)
        for pool in POOLS:
            for duty in self.roster.duties(pool, day):
                self.floor.schedule(duty)
        for queue in QUEUES:
            if queue.channel != "email":
                rng = context.rng(f"arrivals {queue.queue_id}")
                for time in arrivals(queue, day, context.options.contacts_per_day, rng):
                    self.contacts.expect(queue.queue_id, time)
        self.self_service.begin_day(day, self.customers)
        self.campaigns.begin_day(day)
        self.tickets.begin_day(day)
        self.sales.begin_day(day)
        self.surveys.begin_day(day)
        for part in self.daily:
            part.begin_day(day)
        context.engine.run_until(midnight(OPERATOR_ZONE, day + timedelta(days=1)))
        self.finance.end_day(day)

    def conclude(self, last_day: date, undelivered: set[str]) -> None:
        """Count what is only known in the end, as of the first midnight (UTC) after the last file."""
        self.planning.truth(last_day)
        self.technology.truth()
        self.callbacks.truth(midnight("UTC", last_day + timedelta(days=1)))
        self.sales.truth(undelivered)


def simulate(
    landing: Path, options: SimulationOptions, progress: Callable[[int, int], None] | None = None
) -> SimulationSummary:
    """Simulate and write standard extracts below ``landing``.

    ``progress`` is called after each day with (days done, days in all). Raises ValueError for impossible options and
    OSError when the landing cannot be written.
    """
    simulation = Simulation(options)
    out = simulation.context.out
    dirt = Dirt(options.seed, options.dirt, out.truth)
    writer = Writer(landing, options.write_from, options.entities)
    for number in range(options.days):
        day = options.first_day + timedelta(days=number)
        simulation.run_day(day)
        writer.write(day, dirt.deliver(day, out.take_day()))
        if progress is not None:
            progress(number + 1, options.days)
    simulation.conclude(options.first_day + timedelta(days=options.days - 1), dirt.undelivered)
    truth, daily = split_truth(out.truth)
    return SimulationSummary(writer.files, dict(sorted(writer.rows.items())), truth, daily)
