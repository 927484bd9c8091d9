"""Mutation check: ``python -m tests.mutation``. Prints every mutant that nobody caught, and caught / tried.

A mutant is one plausible mistake in a KPI's definition or in the SQL below it. It is caught when a value differs that
the independent computation in ``tests/reference`` also gives (``test_reference_*`` compare those), or when dbt refuses
it. What is left was noticed by nobody.
"""

import random
import tempfile
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import track

from orchestration.settings import PROJECT_DIR
from tests.mutation.judge import Judge
from tests.mutation.mutants import Mutant, of_definitions, of_sql
from tests.mutation.scenery import golden_scenery


def main(
    sample: Annotated[int, typer.Option(help="How many mutants of the SQL to try; 0 tries all.")] = 60,
    definitions: Annotated[bool, typer.Option(help="Also break every definition.")] = True,
    only: Annotated[str, typer.Option(help="Only mutants of files with this in their name.")] = "",
    seed: Annotated[int, typer.Option(help="Which sample.")] = 1,
) -> None:
    """Break, build, compare."""
    mutants = [mutant for mutant in of_sql(PROJECT_DIR) if only in mutant.file.name]
    if sample and len(mutants) > sample:
        mutants = random.Random(seed).sample(mutants, sample)  # noqa: S311
    if definitions:
        mutants += [mutant for mutant in of_definitions(PROJECT_DIR) if only in mutant.file.name]
    with tempfile.TemporaryDirectory() as temporary:
        judge = golden_scenery(Path(temporary))
        missed = [mutant for mutant in track(mutants, description="mutants") if _survives(judge, mutant)]
    for mutant in missed:
        typer.echo(f"not caught: {mutant.file} {mutant.where}: {mutant.kind}")
    typer.echo(f"caught {len(mutants) - len(missed)} / tried {len(mutants)}")
    raise typer.Exit(1 if missed else 0)


def _survives(judge: Judge, mutant: Mutant) -> bool:
    return judge.catches(mutant) is None


if __name__ == "__main__":
    typer.run(main)
