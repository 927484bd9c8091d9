"""The asset graph is reviewed: a renamed asset, a lost edge or a lost check is a diff of ``asset_graph.txt``.

To accept a change: ``UPDATE_SNAPSHOTS=1 pytest tests/unit/orchestration/test_asset_graph.py``, then read the diff.
"""

import os
from pathlib import Path

import dagster as dg
import pytest

from orchestration.assets.assemble import JOB, build_definitions
from orchestration.ingest.declarations import load_declarations
from orchestration.night import dbt_paths
from orchestration.settings import Settings
from orchestration.transform.project import Manifest, published_models
from orchestration.transform.runner import current_manifest
from tests.support.nights import lend_parsed

SNAPSHOT = Path(__file__).parent / "asset_graph.txt"


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings(home=tmp_path_factory.mktemp("graph") / "home", time_zone="Europe/Berlin")


@pytest.fixture(scope="module")
def manifest(settings: Settings) -> Manifest:
    lend_parsed(dbt_paths(settings))
    return current_manifest(dbt_paths(settings), settings.home)


@pytest.fixture(scope="module")
def definitions(settings: Settings, manifest: Manifest) -> dg.Definitions:
    return build_definitions(settings, manifest)


def graph(definitions: dg.Definitions) -> str:
    """Return one line per asset (its group, what it needs) and per number of checks on it."""
    assets = definitions.resolve_asset_graph()
    lines = []
    for key in sorted(assets.get_all_asset_keys()):
        node = assets.get(key)
        needs = ", ".join(sorted(parent.to_user_string() for parent in node.parent_keys)) or "-"
        external = "" if node.is_materializable else " (external)"
        checks = len(assets.get_check_keys_for_assets({key}))
        lines.append(f"{key.to_user_string()}{external} [{node.group_name}, {checks} checks] <- {needs}")
    return "\n".join(lines) + "\n"


def test_the_asset_graph_is_as_reviewed(definitions: dg.Definitions) -> None:
    found = graph(definitions)
    if os.environ.get("UPDATE_SNAPSHOTS"):
        SNAPSHOT.write_text(found)
    assert found == SNAPSHOT.read_text(), "accept it with UPDATE_SNAPSHOTS=1, see the docstring of this file"


def test_definitions_load_without_a_warehouse(definitions: dg.Definitions, settings: Settings) -> None:
    assert definitions.resolve_asset_graph().get_all_asset_keys()
    assert not settings.warehouse.exists()


def test_every_declared_extract_is_an_asset_that_its_dbt_source_depends_on(
    definitions: dg.Definitions, manifest: Manifest
) -> None:
    assets = definitions.resolve_asset_graph()
    for declaration in load_declarations(manifest):
        node = assets.get(dg.AssetKey(["raw", declaration.identifier]))
        assert node.is_materializable
        assert node.child_keys, f"no model reads {declaration.name}"


def test_only_the_books_are_read_without_being_produced_here(definitions: dg.Definitions) -> None:
    assets = definitions.resolve_asset_graph()
    external = {key for key in assets.get_all_asset_keys() if not assets.get(key).is_materializable}
    assert {key.path[0] for key in external} <= {"meta"}


def test_every_dbt_test_of_a_model_is_an_asset_check(definitions: dg.Definitions, manifest: Manifest) -> None:
    checks = definitions.resolve_asset_graph().asset_check_keys
    tests = [
        node["name"]
        for node in manifest["nodes"].values()
        if node["resource_type"] == "test"
        and any(not parent.startswith("source.") for parent in node["depends_on"]["nodes"])
    ]
    assert set(tests) <= {check.name for check in checks}


def test_the_publication_is_downstream_of_everything_it_carries(
    definitions: dg.Definitions, manifest: Manifest
) -> None:
    publication = definitions.resolve_asset_graph().get(dg.AssetKey(["published", "kpi"]))
    assert {key.path[-1] for key in publication.parent_keys} == set(published_models(manifest))


def test_every_asset_has_an_owner_and_a_group(definitions: dg.Definitions) -> None:
    for spec in definitions.resolve_all_asset_specs():
        if spec.key.path[0] != "meta":
            assert spec.owners, spec.key
            assert spec.group_name, spec.key


def test_the_schedule_runs_the_nightly_job_in_the_operators_zone(definitions: dg.Definitions) -> None:
    schedule = definitions.resolve_schedule_def("nightly")
    assert isinstance(schedule, dg.ScheduleDefinition)
    assert (schedule.job_name, schedule.execution_timezone) == (JOB, "Europe/Berlin")
    assert schedule.default_status == dg.DefaultScheduleStatus.STOPPED


def test_nothing_but_the_homes_lock_makes_a_run_wait(definitions: dg.Definitions) -> None:
    job = definitions.resolve_job_def(JOB)
    assert job.executor_def.name == "in_process"
    assert {node.definition.pool for node in job.graph.nodes if isinstance(node.definition, dg.OpDefinition)} == {None}


def test_definitions_stay_an_assembly() -> None:
    module = Path(__file__).parents[3] / "orchestration" / "definitions.py"
    assert len(module.read_text().splitlines()) < 60
