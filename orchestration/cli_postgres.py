"""``contact-center publish-postgres``: repeat what the night does last, from the publication in place."""

import typer

from orchestration.cli_text import plural, seconds_of
from orchestration.publish.postgres import PostgresError, copy_to_postgres
from orchestration.settings import Settings


def run_publish_postgres(settings: Settings) -> int:
    """Copy the publication and return the exit code: 0 served, 1 not copied, 2 no database is set."""
    url = settings.postgres_url.get_secret_value()
    if not url:
        typer.echo("no database is set: CONTACT_CENTER_POSTGRES_URL=postgresql://host/database", err=True)
        return 2
    try:
        copy = copy_to_postgres(settings.published, url, settings.postgres_reader)
    except PostgresError as error:
        typer.echo(f"PostgreSQL serves what it served before: {error}", err=True)
        return 1
    typer.echo(
        f"PostgreSQL serves release {copy.release_id}: {plural(copy.tables, 'table')} with {plural(copy.rows, 'row')}"
        f" in schema marts, copied in {seconds_of(copy.seconds)}"
    )
    return 0
