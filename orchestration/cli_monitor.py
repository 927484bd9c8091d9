"""``contact-center status --check``: how the home is, for a monitor; with ``--alert`` also for people."""

import json

import typer

from orchestration.alerts import send
from orchestration.monitor import look
from orchestration.settings import Settings

TOLD = ".alerted.json"
"""What was told already: the same trouble is told once, not every time a monitor asks."""


def run_check(settings: Settings, *, alert: bool) -> int:
    """Print one line and return 0 (ok), 1 (warning) or 2 (critical); 2 also when an alert could not be sent."""
    state = look(settings)
    typer.echo(state.line)
    if not alert:
        return state.code
    critical = {trouble.what: trouble for severity, trouble in state.troubles if severity == 2}
    before = _told(settings)
    told, code = [what for what in critical if what in before], state.code
    for what in critical.keys() - before:
        if problem := send(settings, critical[what]):
            typer.echo(problem, err=True)
            code = 2
        else:
            told.append(what)
    if settings.home.is_dir():
        (settings.home / TOLD).write_text(json.dumps(sorted(told)))
    return code


def _told(settings: Settings) -> set[str]:
    try:
        return set(json.loads((settings.home / TOLD).read_text()))
    except (OSError, ValueError):
        return set()
