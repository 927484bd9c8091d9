"""``contact-center audit``: who did what with this home, and when."""

import json

import typer
from rich.table import Table

from orchestration.audit import AUDIT, entries
from orchestration.cli_text import shown, wide_console
from orchestration.settings import Settings


def show_audit(settings: Settings, last: int, *, as_json: bool) -> int:
    """Print the audit log and return the exit code: 0, or 1 when nothing was ever recorded."""
    found = list(entries(settings.home))
    if not found:
        typer.echo(f"nothing is recorded yet in {settings.home / AUDIT}", err=True)
        return 1
    if as_json:
        for entry in found:
            typer.echo(json.dumps(entry, ensure_ascii=False))
        return 0
    table = Table("at (UTC)", "by", "action", "details")
    for entry in found[-last:]:
        details = {name: value for name, value in entry.items() if name not in ("at", "by", "action")}
        text = ", ".join(f"{name} {value}" for name, value in details.items())
        table.add_row(
            str(entry.get("at", ""))[:19], str(entry.get("by", "")), str(entry.get("action", "")), shown(text)
        )
    wide_console().print(table)
    return 0
