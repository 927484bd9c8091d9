"""The dbt command line is data that can be read without dbt."""

import json
from pathlib import Path

from orchestration.transform.command import build_arguments, environment, parse_arguments
from orchestration.transform.project import DbtPaths

PATHS = DbtPaths(Path("/project"), Path("/home/.dbt"))


def test_build_is_one_call_over_everything() -> None:
    arguments = build_arguments(PATHS)
    assert arguments[0] == "build"
    assert not {"--select", "--exclude", "--vars", "--full-refresh", "--fail-fast"} & set(arguments)


def test_unit_tests_run_with_the_projects_tests_and_not_every_night() -> None:
    arguments = build_arguments(PATHS)
    assert arguments[arguments.index("--exclude-resource-type") + 1] == "unit_test"


def test_build_writes_below_the_home_only() -> None:
    arguments = build_arguments(PATHS)
    assert arguments[arguments.index("--target-path") + 1] == "/home/.dbt/target"
    assert arguments[arguments.index("--log-path") + 1] == "/home/.dbt/logs"


def test_variables_are_passed_only_when_parameters_are_overridden() -> None:
    assert "--vars" not in build_arguments(PATHS, parameters={})
    arguments = build_arguments(PATHS, parameters={"fcr_window_days": 3})
    assert json.loads(arguments[arguments.index("--vars") + 1]) == {"fcr_window_days": 3}


def test_full_refresh_is_passed_when_asked_for() -> None:
    assert build_arguments(PATHS, full_refresh=True).count("--full-refresh") == 1


def test_dbt_sends_nothing_anywhere() -> None:
    for arguments in (build_arguments(PATHS), parse_arguments(PATHS)):
        assert {"--no-version-check", "--no-send-anonymous-usage-stats"} <= set(arguments)
    assert environment("/home")["DO_NOT_TRACK"] == "1"
    assert environment("/home")["CONTACT_CENTER_HOME"] == "/home"
