"""The command line ``contact-center``; ``--help`` lists its commands.

Commands are declared here and done elsewhere.

Nothing slow is imported until a command needs it.
Exit codes: 0 done, 1 the refresh failed or a check found something, 2 wrong usage.
"""

from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Literal

import typer
from pydantic import ValidationError

from orchestration.settings import EnvFileError, Settings, get_settings, misspelt, told_in

app = typer.Typer(
    name="contact-center",
    help="A warehouse for contact centers: extracts in, checked KPI marts out.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

INSTANT = ["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S%z"]


def run() -> None:
    """Run the command line; a full disk or a damaged warehouse ends it with a sentence and code 1."""
    from orchestration.faults import Explained
    from orchestration.modes import private

    with private(), Explained(lambda: get_settings().home):
        app()


def settings_or_exit() -> Settings:
    """Return the settings, or leave with code 2 and name what is wrong with them."""
    try:
        settings = get_settings()
        for line in (unknown := misspelt()):
            typer.echo(line, err=True)
        if unknown:
            raise typer.Exit(2)
        return settings
    except ValidationError as error:
        for problem in error.errors():
            name = "CONTACT_CENTER_" + "_".join(str(part) for part in problem["loc"]).upper()
            said = problem["msg"].removeprefix("Value error, ")
            typer.echo(f"{name} is {problem['input']!r}{told_in(name)}: {said}", err=True)
        raise typer.Exit(2) from error
    except EnvFileError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from error


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"contact-center-warehouse {version('contact-center-warehouse')}")
        raise typer.Exit


@app.callback()
def main(
    _: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and leave.")
    ] = False,
) -> None:
    """Everything lies under one home: CONTACT_CENTER_HOME, by default data/ in the clone or in the current folder."""


@app.command()
def refresh(
    as_of: Annotated[
        datetime | None,
        typer.Option(formats=INSTANT, help="Compute as of this instant (UTC). Default: the latest local midnight."),
    ] = None,
    parameters: Annotated[
        Path | None, typer.Option(help="YAML file of KPI parameters (name: value) that differ from the defaults.")
    ] = None,
    full_refresh: Annotated[bool, typer.Option("--full-refresh", help="Rebuild everything from the raw rows.")] = False,
    accept: Annotated[
        list[str] | None,
        typer.Option(help="A finding that must not stop the refresh, as it names itself; can be given several times."),
    ] = None,
) -> None:
    """Load what was delivered, build and check the marts, and publish them if everything passed."""
    from orchestration.cli_preflight import look_first

    settings = settings_or_exit()
    if code := look_first(settings):
        raise typer.Exit(code)
    from orchestration.cli_refresh import run_refresh

    instant = None if as_of is None else (as_of.astimezone(UTC).replace(tzinfo=None) if as_of.tzinfo else as_of)
    raise typer.Exit(run_refresh(settings, instant, parameters, full_refresh, accept or ()))


@app.command()
def check(
    files: Annotated[
        list[Path] | None,
        typer.Argument(help="Files or folders; the end of a path tells the extract. Default: the landing folder."),
    ] = None,
    kpis: Annotated[bool, typer.Option(help="Also say which KPIs they give, which takes some seconds.")] = True,
) -> None:
    """Say what files would become: rows loaded, rows rejected and why, and KPIs. Nothing is loaded or written."""
    from orchestration.cli_check import run_check

    raise typer.Exit(run_check(settings_or_exit(), files or [], kpis))


@app.command()
def status(
    runs: Annotated[int, typer.Option(min=1, help="How many of the last refreshes to list.")] = 5,
    check: Annotated[
        bool, typer.Option("--check", help="One line for a monitor, and code 0 (ok), 1 (warning) or 2 (critical).")
    ] = False,
    alert: Annotated[bool, typer.Option("--alert", help="With --check: send what is critical, once.")] = False,
) -> None:
    """Show the last refreshes, what was loaded, rejected or waits, and how old the publication is."""
    if check:
        from orchestration.cli_monitor import run_check

        raise typer.Exit(run_check(settings_or_exit(), alert=alert))
    from orchestration.cli_status import show_status

    show_status(settings_or_exit(), runs)


@app.command()
def audit(
    last: Annotated[int, typer.Option(min=1, help="How many of the newest entries to show.")] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="Write all of them, as JSON lines.")] = False,
) -> None:
    """Show who published, rolled back, erased, unloaded, accepted or changed parameters, and when."""
    from orchestration.cli_audit import show_audit

    raise typer.Exit(show_audit(settings_or_exit(), last, as_json=as_json))


@app.command()
def query(
    sql: Annotated[str, typer.Argument(help='For example "select kpi_id, name from dim_kpi where is_default".')],
    as_csv: Annotated[bool, typer.Option("--csv", help="Write all rows as CSV.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Write all rows as JSON.")] = False,
    limit: Annotated[int | None, typer.Option(min=1, help="Show at most so many rows. Default: 50 in a table.")] = None,
    warehouse: Annotated[
        bool, typer.Option("--warehouse", help="Ask the private warehouse instead; not while a refresh runs.")
    ] = False,
) -> None:
    """Ask the publication in SQL. It is opened read-only: a refresh may run meanwhile, and nothing can be changed."""
    from orchestration.cli_query import run_query

    if as_csv and as_json:
        raise typer.BadParameter("either --csv or --json")
    form: Literal["csv", "json", "table"] = "csv" if as_csv else "json" if as_json else "table"
    raise typer.Exit(run_query(settings_or_exit(), sql, form, limit, warehouse=warehouse))


@app.command()
def explain(
    kpi: Annotated[str, typer.Argument(help="The KPI's id, such as service_level; its name or an alias will do.")],
    period: Annotated[
        str | None,
        typer.Option(
            help="2024-10-25, 2024-W43, 2024-10, 2024-Q4, 2024, a half-hour as 2024-10-25T14:30, twelve months as"
            " 2023-11..2024-10. Default: the one that the headline shows, the newest complete day, month or year."
        ),
    ] = None,
    scope: Annotated[str, typer.Option(help="enterprise, or a type and a member: team=T1, queue=Q7.")] = "enterprise",
    variant: Annotated[str, typer.Option(help="A variant of the definition.")] = "default",
    as_json: Annotated[bool, typer.Option("--json", help="Write it as JSON.")] = False,
) -> None:
    """Show where a KPI value comes from: its parts and meaning, the records behind it, its checks and its files."""
    from orchestration.cli_explain import run_explain

    raise typer.Exit(run_explain(settings_or_exit(), kpi, scope, period, variant, as_json=as_json))


@app.command()
def erase(
    customer_id: Annotated[str, typer.Argument(help="The customer's id as the tables show it, such as C0001234.")],
) -> None:
    """Remove the personal data of one customer, here and in whatever is delivered later; keys and facts stay."""
    from orchestration.cli_erase import run_erase

    raise typer.Exit(run_erase(settings_or_exit(), customer_id))


@app.command()
def unload(
    files: Annotated[list[str], typer.Argument(help="Files as delivered, such as standard/contacts/2026-11-30.csv.")],
    undo: Annotated[bool, typer.Option("--undo", help="Let files that were taken out be loaded again.")] = False,
) -> None:
    """Take out files that were loaded by mistake; the next refresh rebuilds everything as if they had never come."""
    from orchestration.cli_unload import run_unload

    raise typer.Exit(run_unload(settings_or_exit(), files, undo=undo))


@app.command()
def publish_postgres() -> None:
    """Copy the publication in place to PostgreSQL, as every night does when CONTACT_CENTER_POSTGRES_URL is set."""
    from orchestration.cli_postgres import run_publish_postgres

    raise typer.Exit(run_publish_postgres(settings_or_exit()))


@app.command()
def boards() -> None:
    """Draw the boards again from the publication in place, as every night does after it has published."""
    from orchestration.cli_boards import run_boards

    raise typer.Exit(run_boards(settings_or_exit()))


@app.command()
def releases(as_json: Annotated[bool, typer.Option("--json", help="Write them as JSON.")] = False) -> None:
    """List the releases that are kept, which one readers see, and what each costs on the disk."""
    from orchestration.cli_releases import show_releases

    raise typer.Exit(show_releases(settings_or_exit(), as_json=as_json))


@app.command()
def rollback(
    release: Annotated[str, typer.Argument(help="Number of a kept release, or newest.")],
    hold: Annotated[
        bool, typer.Option("--hold", help="Stay there: later releases are kept, but not shown until the next rollback.")
    ] = False,
) -> None:
    """Show another kept release at once; readers that hold the old one open are not disturbed."""
    from orchestration.cli_releases import run_rollback

    raise typer.Exit(run_rollback(settings_or_exit(), release, hold=hold))


@app.command()
def diff(
    old: Annotated[int | None, typer.Argument(help="Default: the release before the one in place.")] = None,
    new: Annotated[int | None, typer.Argument(help="Default: the release in place.")] = None,
    kpi: Annotated[str | None, typer.Option(help="List the values of this KPI that differ.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Write it as JSON.")] = False,
) -> None:
    """Show which values changed from one release to another, by KPI and period."""
    from orchestration.cli_releases import run_diff

    raise typer.Exit(run_diff(settings_or_exit(), old, new, kpi, as_json=as_json))


@app.command()
def demo(
    days: Annotated[int, typer.Option(min=1, help="Days to simulate.")] = 60,
    contacts_per_day: Annotated[int, typer.Option(min=1, help="Mean contacts a day.")] = 1500,
    agents: Annotated[int, typer.Option(min=0, help="Agents on the floor; 0 staffs for the load.")] = 0,
    seed: Annotated[int, typer.Option(help="The same seed writes the same bytes.")] = 1,
    dirt: Annotated[float, typer.Option(min=0, max=1, help="Share of contacts with delivery defects.")] = 0.0,
    end_date: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Last simulated day. Default: yesterday.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Write although the landing folder holds other data.")] = False,
    hint: Annotated[bool, typer.Option(help="Name the next step at the end.")] = True,
) -> None:
    """Write the extracts of a simulated contact center into the landing folder."""
    from orchestration.cli_demo import DemoOptions, write_demo

    options = DemoOptions(
        days, contacts_per_day, agents, seed, dirt, end_date.date() if end_date else None, force=force, hint=hint
    )
    raise typer.Exit(write_demo(settings_or_exit(), options))


@app.command()
def document() -> None:
    """Write what is generated: the pages of KPIs, contracts and published tables, and the exposures of the boards."""
    from orchestration.cli_document import run_document

    raise typer.Exit(run_document(settings_or_exit()))
