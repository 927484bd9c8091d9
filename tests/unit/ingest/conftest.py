"""A small warehouse with one declared extract, and helpers to deliver files to it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.ingest.books import create_books, start_refresh
from orchestration.ingest.declarations import ExtractDeclaration, load_declarations
from orchestration.ingest.limits import DEFAULT_LIMITS, Limits
from orchestration.ingest.load import LoadReport, load_landing
from orchestration.ingest.raw import ensure_raw_tables

AS_OF = datetime(2024, 10, 26)

CALLS: dict[str, Any] = {
    "id": {"data_type": "varchar", "required": True},
    "started_at": {"data_type": "timestamp"},
    "talk_seconds": {"data_type": "integer", "minimum": 0},
    "outcome": {"data_type": "varchar", "accepted_values": ["answered", "abandoned"]},
}


def source(name: str, columns: dict[str, Any], **extract: Any) -> dict[str, Any]:
    """Return a manifest source node of system ``acme``; a column is its meta plus data_type."""
    defaults = {"path": f"acme/{name}/**/*", "format": "csv"}
    return {
        "source_name": "acme",
        "name": name,
        "identifier": f"acme__{name}",
        "schema": "raw",
        "original_file_path": "models/staging/acme/_acme__sources.yml",
        "columns": {
            column: {
                "name": column,
                "data_type": meta.get("data_type"),
                "config": {"meta": {key: value for key, value in meta.items() if key != "data_type"}},
            }
            for column, meta in columns.items()
        },
        "config": {"meta": {"extract": defaults | extract}},
    }


def manifest(*sources: dict[str, Any]) -> dict[str, Any]:
    return {"sources": {f"source.{node['source_name']}.{node['name']}": node for node in sources}}


@dataclass
class Warehouse:
    """A warehouse on disk with a landing folder; each ``load`` is a refresh of its own."""

    folder: Path
    con: duckdb.DuckDBPyConnection
    declarations: tuple[ExtractDeclaration, ...] = ()
    limits: Limits = DEFAULT_LIMITS
    refreshes: list[int] = field(default_factory=list)

    def declare(self, name: str = "calls", columns: dict[str, Any] | None = None, **extract: Any) -> None:
        self.declarations = load_declarations(manifest(source(name, columns or CALLS, **extract)))
        ensure_raw_tables(self.con, self.declarations)

    def deliver(self, name: str, data: str | bytes) -> Path:
        path = self.folder / "landing" / "acme" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data.encode() if isinstance(data, str) else data)
        return path

    def load(self) -> LoadReport:
        self.refreshes.append(start_refresh(self.con, run_id="test", as_of=AS_OF))
        return load_landing(
            self.con,
            self.folder / "landing",
            self.declarations,
            self.refreshes[-1],
            limits=self.limits,
        )

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        return self.con.execute(query).fetchall()

    def raw(self, columns: str = "*", entity: str = "calls") -> list[tuple[Any, ...]]:
        return self.rows(f"select {columns} from raw.acme__{entity} order by _file_id, _line_number")

    def reason(self, report: LoadReport) -> str:
        """Return why the one new file was refused."""
        (outcome,) = report.outcomes
        assert outcome.status == "refused", outcome
        assert self.rows("select status, reason from meta.loaded_file") == [("refused", outcome.reason)]
        assert self.raw() == []
        return outcome.reason or ""


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[Warehouse]:
    con = duckdb.connect(str(tmp_path / "warehouse.duckdb"))
    create_books(con)
    yield Warehouse(tmp_path, con)
    con.close()


@pytest.fixture
def make_source() -> Callable[..., dict[str, Any]]:
    return source


@pytest.fixture
def make_manifest() -> Callable[..., dict[str, Any]]:
    return manifest


@pytest.fixture
def calls_columns() -> dict[str, Any]:
    return {name: dict(meta) for name, meta in CALLS.items()}
