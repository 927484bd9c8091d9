"""A warehouse of its own for a test: land queue logs, refresh the staging of `asterisk`, look at the result."""

import shutil
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from orchestration.ingest.books import create_books, finish_refresh, start_refresh
from orchestration.ingest.declarations import load_declarations
from orchestration.ingest.load import load_landing
from orchestration.ingest.raw import ensure_raw_tables
from orchestration.settings import PROJECT_DIR
from orchestration.transform.command import build_arguments, parse_arguments
from orchestration.transform.project import DbtPaths, read_manifest
from tests.support.nights import failures, run_dbt

SLICE = (
    "dbt_project.yml",
    "profiles.yml",
    "macros",
    "models/meta/_meta__sources.yml",
    "models/staging/asterisk",
    "tests/data/asterisk",
)
AS_OF = datetime(2024, 5, 2)
SAMPLES = PROJECT_DIR.parent / "shared" / "vendors" / "samples" / "asterisk" / "scenarios"


START = 1714550400
"""2024-05-01 08:00:00 UTC; tests count their seconds from here."""


def at(second: float) -> datetime:
    """Return the instant so many seconds after ``START``, naive UTC."""
    return datetime.fromtimestamp(START + second, UTC).replace(tzinfo=None)


def line(second: float, call: str, queue: str, agent: str, event: str, *data: object) -> str:
    """Return a line of the log, so many seconds after ``START``."""
    return "|".join([f"{START + second:.10g}", call, queue, agent, event, *map(str, data)])


def answered_call(call: str, second: int = 0, agent: str = "Agent/1") -> list[str]:
    """Return the lines of a call that waits 10 s in queue ``sales`` and talks 60 s."""
    return [
        line(second, call, "sales", "NONE", "ENTERQUEUE", "", "5551234567", 1),
        line(second + 10, call, "sales", agent, "CONNECT", 10, f"{call}9", 2),
        line(second + 70, call, "sales", agent, "COMPLETECALLER", 10, 60, 1),
    ]


class AsteriskWarehouse:
    """One home with a landing folder and a warehouse. dbt's parse cache outlives ``reset``."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.paths = DbtPaths(_slice_of_project(home / "project"), home / "state")
        self.file = home / "warehouse.duckdb"
        self.folder = home / "landing" / "asterisk" / "queue_log"
        _dbt(parse_arguments(self.paths), home)
        self.declarations = load_declarations(read_manifest(self.paths))
        self.reset()

    def reset(self) -> None:
        """Empty the landing folder and the warehouse."""
        self.file.unlink(missing_ok=True)
        self.folder.mkdir(parents=True, exist_ok=True)
        for file in self.folder.iterdir():
            file.unlink()

    def land(self, name: str, lines: Sequence[str], half_line: str = "") -> None:
        """Deliver a file of whole lines, and perhaps half of one more."""
        (self.folder / name).write_text("".join(f"{line}\n" for line in lines) + half_line)

    def refresh(self, *, full: bool = False, as_of: datetime = AS_OF) -> None:
        """Load what landed and build the staging of `asterisk` with its tests; anything that fails, raises."""
        with duckdb.connect(str(self.file)) as con:
            create_books(con)
            ensure_raw_tables(con, self.declarations)
            refresh_id = start_refresh(con, run_id="test", as_of=as_of, is_full=full)
            report = load_landing(con, self.home / "landing", self.declarations, refresh_id)
            assert not report.refused
        _dbt(build_arguments(self.paths, full_refresh=full), self.home)
        with duckdb.connect(str(self.file)) as con:
            finish_refresh(con, refresh_id, "complete")

    def query(self, sql: str) -> list[dict[str, Any]]:
        """Return the rows of a query, by column name."""
        with duckdb.connect(str(self.file), read_only=True) as con:
            result = con.execute(sql)
            names = [column[0] for column in result.description or []]
            return [dict(zip(names, row, strict=True)) for row in result.fetchall()]

    def value(self, sql: str) -> Any:
        """Return the only value of a query of one row and column."""
        ((value,),) = [tuple(row.values()) for row in self.query(sql)]
        return value

    def visits(self) -> list[dict[str, Any]]:
        """Return all visits in the order of entry."""
        return self.query("from staging.stg_asterisk__queue_visits order by entered_at, first_event_order, call_id")

    def outcomes(self) -> list[tuple[Any, ...]]:
        """Return (queue, visit, outcome, second entered, second ended, how the end is known) of every visit."""
        return [
            (
                visit["queue"],
                visit["visit_number"],
                visit["queue_outcome"],
                (visit["entered_at"] - at(0)).total_seconds(),
                visit["ended_at"] and (visit["ended_at"] - at(0)).total_seconds(),
                visit["end_known_by"],
            )
            for visit in self.visits()
        ]

    def legs(self) -> list[dict[str, Any]]:
        """Return all legs, by contact and in their order."""
        return self.query("from staging.stg_asterisk__contact_segments order by contact_id, segment_seq")


def _slice_of_project(folder: Path) -> Path:
    """Copy what `asterisk` needs and no more: it parses in a second, and shows that a system stands alone."""
    for name in SLICE:
        source, target = PROJECT_DIR / name, folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target)
        else:
            shutil.copy(source, target)
    return folder


def _dbt(arguments: list[str], home: Path) -> None:
    bad = failures(run_dbt(arguments, home))
    assert not bad, [f"{result.node.name}: {result.message}" for result in bad]
