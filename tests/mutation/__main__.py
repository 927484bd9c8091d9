"""Mutation check: ``python -m tests.mutation``. Prints every mutant that nobody caught, and caught / tried.

A mutant is one plausible mistake in a KPI's definition or in the SQL below it. It is caught when a value differs that
the independent computation in ``tests/reference`` also gives (``test_reference_agrees`` compares those), on the golden
example or on contact centers invented at random, when a unit test of its model fails, or when dbt refuses it. What is
left was noticed by nobody.

Definitions are all broken at once, since each is judged by its own rows. Mutants of the SQL cost half a minute each.
"""

import random
import tempfile
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import track

from orchestration.settings import PROJECT_DIR
from tests.mutation.judge import Judge
from tests.mutation.mutants import Mutant, broken_definitions, of_sql
from tests.mutation.scenery import golden_scenery, random_scenery


def main(
    sample: Annotated[int, typer.Option(help="How many mutants of the SQL to try; 0 tries all, -1 none.")] = 60,
    definitions: Annotated[bool, typer.Option(help="Also break every definition.")] = True,
    worlds: Annotated[int, typer.Option(help="Worlds of random centers that judge what the example lets pass.")] = 2,
    only: Annotated[str, typer.Option(help="Only SQL mutants of files with this in their name.")] = "",
    seed: Annotated[int, typer.Option(help="Which sample.")] = 1,
) -> None:
    """Break, build, compare."""
    mutants = [] if sample < 0 else [mutant for mutant in of_sql(PROJECT_DIR) if only in mutant.file.name]
    if 0 < sample < len(mutants):
        mutants = random.Random(seed).sample(mutants, sample)  # noqa: S311
    with tempfile.TemporaryDirectory() as temporary:
        judges = [golden_scenery(Path(temporary) / "golden")]
        judges += [random_scenery(Path(temporary) / f"world_{number}", number) for number in range(worlds)]
        missed = [_named(mutant) for mutant in track(mutants, description="SQL") if not _is_caught(mutant, judges)]
        tried = len(mutants)
        if definitions:
            texts, broken = broken_definitions(PROJECT_DIR)
            tried += len(broken)
            for judge in track(judges, description="definitions"):
                broken -= judge.caught_together(texts)
            missed += [f"definition of {kpi_id}, {variant}" for kpi_id, variant in sorted(broken)]
    for name in missed:
        typer.echo(f"not caught: {name}")
    typer.echo(f"caught {tried - len(missed)} / tried {tried}")
    raise typer.Exit(1 if missed else 0)


def _is_caught(mutant: Mutant, judges: list[Judge]) -> bool:
    return any(judge.catches(mutant) is not None for judge in judges)


def _named(mutant: Mutant) -> str:
    return f"{mutant.file} {mutant.where}: {mutant.kind}"


if __name__ == "__main__":
    typer.run(main)
