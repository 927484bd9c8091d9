"""``contact-center erase``: remove a customer's personal data, now and from whatever is delivered later."""

import duckdb
import typer

from orchestration.audit import record
from orchestration.cli_text import plural
from orchestration.ingest.books import create_books
from orchestration.ingest.declarations import load_declarations
from orchestration.ingest.erase import Erasure, erase_customer
from orchestration.ingest.raw import ensure_raw_tables
from orchestration.lock import held
from orchestration.night import dbt_paths
from orchestration.seal import kept_sealed
from orchestration.settings import Settings
from orchestration.transform.runner import current_manifest

SHOWN = 20


def run_erase(settings: Settings, customer_id: str) -> int:
    """Erase a customer and say what was done; return 0, or 1 when nothing could be done."""
    if not settings.warehouse.exists():
        typer.echo(f"there is no warehouse in {settings.home} yet, so there is nothing to erase", err=True)
        return 1
    try:
        with held(settings.home):
            declarations = load_declarations(current_manifest(dbt_paths(settings), settings.home))
            with kept_sealed(settings.warehouse), duckdb.connect(str(settings.warehouse)) as con:
                create_books(con)
                ensure_raw_tables(con, declarations)
                erasure = erase_customer(con, declarations, customer_id)
    except BlockingIOError:
        typer.echo(
            f"a refresh of {settings.home} is running: erase again when it has ended; nothing was erased", err=True
        )
        return 1
    if erasure.erased_at is not None:
        record(settings.home, "erase", customer=customer_id, rows=sum(erasure.rows.values()), rejected=erasure.rejected)
    for line in told(erasure):
        typer.echo(line, err=erasure.erased_at is None)
    return 0 if erasure.erased_at else 1


def told(erasure: Erasure) -> list[str]:
    """Return the lines that tell what an erasure did."""
    if erasure.erased_at is None:
        return [
            f"no delivery names customer {erasure.customer_id}: nothing was erased.",
            "Ids of every system but `standard` are led by its name, as in zendesk:4711.",
        ]
    done = "erased" if erasure.is_new else "had been erased"
    lines = [f"customer {erasure.customer_id} {done} on {erasure.erased_at:%Y-%m-%d %H:%M} UTC"]
    lines += [f"  {extract}: {plural(rows, 'row')} emptied" for extract, rows in erasure.rows.items()]
    if erasure.rejected:
        lines.append(f"  the text of {plural(erasure.rejected, 'rejected row')} forgotten")
    if not erasure.rows and not erasure.rejected:
        lines.append("  no row held anything personal any more")
    else:
        lines.append("The next refresh rebuilds everything without it: run `contact-center refresh`.")
    if erasure.files:
        lines.append(f"{plural(len(erasure.files), 'file')} as delivered may still hold it; delete or redact:")
        lines += [f"  landing/{path}" for path in erasure.files[:SHOWN]]
        if len(erasure.files) > SHOWN:
            lines.append(f"  and {plural(len(erasure.files) - SHOWN, 'other file')}")
    return lines
