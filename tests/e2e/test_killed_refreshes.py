"""A refresh that is killed leaves the last publication standing and the next refresh free to run."""

import os
import signal

import dagster as dg
import pytest

from orchestration.assets.dead_runs import AT_WORK
from orchestration.assets.instance import dagster_instance
from tests.support.installation import Installation, days, tonight

BOTH_DAYS = [("2024-11-01", 10.0), ("2024-11-02", 10.0)]


def kill_at(installation: Installation, stage: str, *, whole_group: bool) -> None:
    """Start a refresh and kill it as soon as it says that a stage begins."""
    with installation.start("refresh", "--as-of", "2024-11-03") as process:
        assert process.stdout is not None
        for line in process.stdout:
            if f" {stage}: " in line:
                break
        if whole_group:
            os.killpg(process.pid, signal.SIGKILL)
        else:
            os.kill(process.pid, signal.SIGKILL)
        process.wait(timeout=30)
    assert process.returncode == -signal.SIGKILL


@pytest.mark.parametrize(
    ("stage", "whole_group"), [("load", True), ("dbt", False), ("audit", True), ("publish", False)]
)
def test_the_refresh_after_a_kill_simply_finishes(
    installation: Installation, monkeypatch: pytest.MonkeyPatch, stage: str, whole_group: bool
) -> None:
    kill_at(installation, stage, whole_group=whole_group)
    assert days(installation) in (BOTH_DAYS[:1], BOTH_DAYS)
    told = installation.call("status")
    assert f"{stage}: killed" in told.stdout
    done = tonight(installation)
    assert done.returncode == 0, done.stdout + done.stderr
    assert days(installation) == BOTH_DAYS
    runs = installation.home.books("select status, stage, message from meta.refresh order by refresh_id")
    assert runs[1:] == [("failed", stage, "interrupted"), ("complete", "publish", None)]
    monkeypatch.setenv("DAGSTER_HOME", str(installation.home.settings.home / ".dagster"))
    with dagster_instance(installation.home.settings) as instance:
        assert not instance.get_runs(dg.RunsFilter(statuses=AT_WORK))
    assert not list(installation.home.settings.published.glob(".*"))
