"""``contact-center demo``: simulated extracts in the landing folder, never mixed with others by accident."""

import json
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from pathlib import Path

import typer

from orchestration.cli_text import plural
from orchestration.settings import Settings
from orchestration.stages import latest_midnight, local_date
from orchestration.transform.project import project_variables

MARKER = "demo.json"
"""In the home: what the simulation was started with, so that a later call continues it."""


@dataclass(frozen=True)
class DemoOptions:
    """What the command line asked for. ``end_date`` None means yesterday in the operator's time zone."""

    days: int
    contacts_per_day: int
    agents: int
    seed: int
    dirt: float
    end_date: date | None
    force: bool = False
    hint: bool = True

    def settings(self) -> dict[str, object]:
        """Return what must be the same for a simulation to be continued."""
        of_this_call = ("days", "end_date", "force", "hint")
        return {name: value for name, value in asdict(self).items() if name not in of_this_call}


def write_demo(settings: Settings, options: DemoOptions) -> int:
    """Write the extracts; return 0, or 2 when the landing folder holds other data.

    Called again with the same settings it continues the simulation to the new last day: days already written stay
    byte for byte as they are.
    """
    from simulator import SimulationOptions, simulate

    end = options.end_date or local_date(latest_midnight(settings.time_zone), settings.time_zone) - timedelta(days=1)
    start = end - timedelta(days=options.days - 1)
    marker = settings.home / MARKER
    if _has_files(settings.landing) and not options.force:
        begun = json.loads(marker.read_text()) if marker.is_file() else None
        if begun is None or begun["settings"] != options.settings():
            what = "other data" if begun is None else f"a simulation with other settings ({begun['settings']})"
            typer.echo(f"{settings.landing} holds {what}; empty it, choose another home, or pass --force", err=True)
            return 2
        start = min(start, date.fromisoformat(begun["start_date"]))
        if start < date.fromisoformat(begun["start_date"]):
            typer.echo(
                f"the simulation in {settings.landing} began on {begun['start_date']}; it can be continued, but not"
                f" begun earlier: ask for at most {(end - date.fromisoformat(begun['start_date'])).days + 1} days",
                err=True,
            )
            return 2
    settings.landing.mkdir(parents=True, exist_ok=True)
    marker.write_text(json.dumps({"settings": options.settings(), "start_date": start.isoformat()}) + "\n")
    simulation = SimulationOptions(
        days=(end - start).days + 1,
        contacts_per_day=options.contacts_per_day,
        agents=options.agents or None,
        seed=options.seed,
        dirt=options.dirt,
        end_date=end,
        entities=frozenset(project_variables(settings.project_dir)["systems"]["standard"]),
    )
    summary = simulate(settings.landing, simulation)
    rows = sum(summary.rows.values())
    typer.echo(f"{plural(summary.files, 'file')} with {plural(rows, 'row')} from {start} to {end}: {settings.landing}")
    if options.hint:
        typer.echo("next: contact-center refresh")
    return 0


def _has_files(folder: Path) -> bool:
    return folder.is_dir() and any(path.is_file() for path in folder.rglob("*"))
