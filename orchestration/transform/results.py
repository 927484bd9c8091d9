"""What a dbt run did, read back from its artifacts."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class NodeResult:
    """Outcome of one node. ``status`` is dbt's word: success, pass, no-op, warn, fail, error, skipped."""

    unique_id: str
    status: str
    message: str
    failures: int | None
    rows: int | None
    seconds: float

    @property
    def is_good(self) -> bool:
        """Whether the node did all it had to do."""
        return self.status in ("success", "pass", "no-op")


def read_results(run_results: Path) -> dict[str, NodeResult]:
    """Return the outcome of every node of the last run, by unique id; empty when there is no file."""
    if not run_results.is_file():
        return {}
    document = json.loads(run_results.read_text())
    return {result["unique_id"]: _node_result(result) for result in document["results"]}


def _node_result(result: Mapping[str, Any]) -> NodeResult:
    rows = (result.get("adapter_response") or {}).get("rows_affected")
    return NodeResult(
        unique_id=result["unique_id"],
        status=str(result["status"]),
        message=" ".join(str(result.get("message") or "").split()),
        failures=result.get("failures"),
        rows=rows if isinstance(rows, int) and rows >= 0 else None,
        seconds=float(result.get("execution_time") or 0.0),
    )
