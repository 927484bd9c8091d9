"""Readers all day while nights publish: how fast boards are answered, and that no answer is wrong or mixed.

Reader processes ask the boards' queries in a loop while releases are put in place, by the code that the night uses.
Every other reader opens the file for each query; the rest hold a connection for some rounds. An answer is mixed when
its rows, or the answers over one held connection, are of more than one release.

    python benchmarks/readers.py data/published --readers 8 --releases 5
"""

import json
import multiprocessing
import shutil
import statistics
import tempfile
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Annotated

import duckdb
import typer

from benchmarks.board_queries import QUERIES
from orchestration.publish.layout import in_place
from orchestration.publish.replace import put_in_place, show

ROUNDS_HELD = 5
"""After so many rounds a held connection is opened again, as tools do some time."""


@dataclass
class Answers:
    """What one reader saw: seconds by query, the releases it met, errors, and mixed answers."""

    is_holding: bool
    seconds: dict[str, list[float]] = field(default_factory=lambda: {name: [] for name in QUERIES})
    releases: set[int] = field(default_factory=set)
    errors: list[str] = field(default_factory=list)
    mixed: list[str] = field(default_factory=list)
    empty: list[str] = field(default_factory=list)


def run_id(number: int) -> str:
    """Return what every value of a release calls its run."""
    return f"release-{number}"


def candidate(published: Path, number: int) -> Path:
    """Write a copy of the publication, ready to be put in place, that says that number in every value."""
    folder = published / f".candidate-{number}"
    source = in_place(published)
    shutil.copytree(source, folder, ignore=shutil.ignore_patterns(".*"), copy_function=shutil.copyfile)
    with duckdb.connect(str(folder / "kpi.duckdb")) as con:
        con.execute(f"create or replace table marts.release as select {number}::integer as release_id")
        con.execute(f"update marts.kpi_value set run_id = '{run_id(number)}'")
    (folder / "manifest.json").write_text(json.dumps({"release_id": number}))
    return folder


def read(file: Path, is_holding: bool, stop: Event, answers: "multiprocessing.Queue[Answers]") -> None:
    """Ask in a loop until told to stop, then hand over what was seen."""
    seen = Answers(is_holding)
    while not stop.is_set():
        try:
            met = set(_hold(file, seen) if is_holding else _open_each_time(file, seen))
        except duckdb.Error as error:
            seen.errors.append(str(error))
            continue
        seen.releases |= met
        if is_holding and len(met) != 1:
            seen.mixed.append(f"one connection saw {sorted(met)}")
    answers.put(seen)


def _open_each_time(file: Path, seen: Answers) -> Iterator[int]:
    for name in QUERIES:
        begun = time.perf_counter()
        with duckdb.connect(str(file), read_only=True) as con:
            yield from _ask(con, name, seen, begun)


def _hold(file: Path, seen: Answers) -> Iterator[int]:
    with duckdb.connect(str(file), read_only=True) as con:
        for _ in range(ROUNDS_HELD):
            for name in QUERIES:
                yield from _ask(con, name, seen, time.perf_counter())


def _ask(con: duckdb.DuckDBPyConnection, name: str, seen: Answers, begun: float) -> Iterable[int]:
    rows = con.execute(QUERIES[name]).fetchall()
    seen.seconds[name].append(time.perf_counter() - begun)
    if not rows:
        seen.empty.append(name)
    found = {(str(run), int(release)) for run, release, *_ in rows}
    if len(found) > 1 or any(run != run_id(release) for run, release in found):
        seen.mixed.append(f"{name} answered from {sorted(found)}")
    return {release for _, release in found}


def watch(published: Path, readers: int, releases: int, pause: float) -> list[Answers]:
    """Publish ``releases`` copies of a publication over itself, ``pause`` seconds apart, while readers ask.

    Then roll back to the first of them, and forward again.

    The publication must be one that may be changed. Returns what each reader saw.
    """
    put_in_place(candidate(published, 1), published, 1)
    ready = [(number, candidate(published, number)) for number in range(2, releases + 2)]
    context = multiprocessing.get_context("spawn")
    stop = context.Event()
    answers: multiprocessing.Queue[Answers] = context.Queue()
    file = published / "kpi.duckdb"
    processes = [context.Process(target=read, args=(file, bool(n % 2), stop, answers)) for n in range(readers)]
    for process in processes:
        process.start()
    try:
        time.sleep(pause)
        for number, folder in ready:
            put_in_place(folder, published, number)
            time.sleep(pause)
        for number in (1, releases + 1):
            show(published, number)
            time.sleep(pause)
    finally:
        stop.set()
        found = [answers.get(timeout=120) for _ in processes]
        for process in processes:
            process.join()
    return found


def stretch(file: Path, times: int) -> None:
    """Repeat the values of a publication, each time further back: the history of a year from that of two months."""
    days = "(select 1 + max(period_end) - min(period_start) from marts.kpi_value where period_type = 'day')"
    shifted = ", ".join(
        f"{column} - to_days(({days} * n)::integer) as {column}"
        for column in ("interval_start_at", "interval_local_start")
    )
    with duckdb.connect(str(file)) as con:
        con.execute(
            f"create table marts.stretched as select * replace ((period_start - ({days} * n)::integer) as period_start,"
            f" (period_end - ({days} * n)::integer) as period_end, {shifted})"
            f" from marts.kpi_value, range({times}) as times(n)"
            " order by period_type, strftime(period_start, '%Y-%m'), variant <> 'default', scope_type, kpi_id"
        )
        con.execute("drop table marts.kpi_value")
        con.execute("alter table marts.stretched rename to kpi_value")


def describe(seconds: list[float]) -> str:
    """Return number and percentiles of some durations, in milliseconds."""
    cuts = [1000 * cut for cut in statistics.quantiles(seconds, n=100)]
    return f"{len(seconds):6,} queries   p50 {cuts[49]:6.1f}   p95 {cuts[94]:6.1f}   p99 {cuts[98]:6.1f} ms"


def main(
    publication: Annotated[Path, typer.Argument(help="The publication to copy and read; it is not touched.")],
    readers: Annotated[int, typer.Option(min=1)] = 8,
    releases: Annotated[int, typer.Option(min=1)] = 5,
    pause: Annotated[float, typer.Option(help="Seconds before the first release and after each.")] = 6.0,
    repeat: Annotated[int, typer.Option(min=1, help="Repeat the values, further back, for a longer history.")] = 1,
) -> None:
    """Print queries, errors, mixed answers and percentiles."""
    with tempfile.TemporaryDirectory() as scratch:
        published = Path(scratch) / "published"
        shutil.copytree(publication, published)
        if repeat > 1:
            stretch(published / "kpi.duckdb", repeat)
        size = (published / "kpi.duckdb").stat().st_size
        print(f"{readers} readers, {releases} releases put in place, publication of {size / 1e6:.0f} MB")
        found = watch(published, readers, releases, pause)
    for name in QUERIES:
        for is_holding in (False, True):
            own = [s for answers in found if answers.is_holding is is_holding for s in answers.seconds[name]]
            if len(own) > 1:
                print(f"{name:9s} {'connection held' if is_holding else 'opened each time':17s} {describe(own)}")
    print(f"{'all':27s} {describe([s for answers in found for own in answers.seconds.values() for s in own])}")
    releases_met = sorted({release for answers in found for release in answers.releases})
    errors = [error for answers in found for error in answers.errors]
    mixed = [answer for answers in found for answer in answers.mixed]
    empty = sum(len(answers.empty) for answers in found)
    print(f"releases met {releases_met}, errors {len(errors)}, mixed answers {len(mixed)}, empty answers {empty}")
    for problem in [*errors, *mixed][:5]:
        print(f"  {problem}")
    raise typer.Exit(1 if errors or mixed else 0)


if __name__ == "__main__":
    typer.run(main)
