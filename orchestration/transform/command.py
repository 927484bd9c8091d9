"""The dbt command line as data: pure functions, tested without dbt."""

import json
from collections.abc import Collection, Mapping
from typing import Any

from orchestration.transform.project import DbtPaths, Manifest

TARGET = "warehouse"
"""Target of a refresh. The project's default is ``dev``, where people work by hand."""

RUN_ID = "REFRESH_RUN_ID"
"""Environment variable by which dbt knows the refresh that runs it; without it dbt does not write the warehouse."""


def common_arguments(paths: DbtPaths) -> list[str]:
    """Return the arguments every call shares: the warehouse, own folders, no printing, nothing sent anywhere."""
    return [
        "--target",
        TARGET,
        "--project-dir",
        str(paths.project),
        "--profiles-dir",
        str(paths.project),
        "--target-path",
        str(paths.target),
        "--log-path",
        str(paths.logs),
        "--log-level",
        "none",
        "--log-level-file",
        "info",
        "--no-version-check",
        "--no-send-anonymous-usage-stats",
    ]


def parse_arguments(paths: DbtPaths) -> list[str]:
    """Return the call that writes the manifest."""
    return ["parse", *common_arguments(paths)]


def selectors(manifest: Manifest, nodes: Collection[str]) -> list[str]:
    """Return how the given nodes (unique ids), and no others, are named to dbt's ``--select``."""
    return [f"fqn:{'.'.join(manifest['nodes'][unique_id]['fqn'])}" for unique_id in sorted(nodes)]


def build_arguments(
    paths: DbtPaths,
    *,
    full_refresh: bool = False,
    parameters: Mapping[str, Any] | None = None,
    select: Collection[str] | None = None,
) -> list[str]:
    """Return the one dbt call of a refresh: every model, seed, snapshot and data test, or only what ``select`` names.

    Unit tests guard changes of the code, not of the data: they run with the project's own tests, not every night.
    Variables are passed only when parameters are overridden, because changed variables void the parse cache.
    """
    arguments = ["build", *common_arguments(paths), "--exclude-resource-type", "unit_test"]
    if select is not None:
        arguments += ["--indirect-selection", "empty", "--select", *select]
    if full_refresh:
        arguments.append("--full-refresh")
    if parameters:
        arguments += ["--vars", json.dumps(parameters, sort_keys=True)]
    return arguments


def environment(home: str, run_id: str = "") -> dict[str, str]:
    """Return the environment dbt runs in: the home that the profile reads, the refresh that runs it, and silence."""
    return {
        "CONTACT_CENTER_HOME": home,
        RUN_ID: run_id,
        "DO_NOT_TRACK": "1",
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "DBT_VERSION_CHECK": "false",
    }
