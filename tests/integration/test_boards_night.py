"""The boards of a night: drawn from the release just published, and never a reason to take it back."""

from pathlib import Path

import pytest

from orchestration.assets.assemble import build_definitions
from orchestration.assets.instance import dagster_instance
from orchestration.assets.night import SITE
from orchestration.cli_refresh import run_job
from orchestration.night import Night
from orchestration.publish.layout import kept_releases
from orchestration.settings import Settings
from tests.unit.orchestration.support import AS_OF, TinyHome, contacts, tiny_home

BOARD = "title: Overview\nsections:\n  - title: Day\n    tiles:\n      - {kpi: %s, period: day}\n"
NO_SUCH_COLUMNS = """
    null::timestamp as interval_start_at,
    null::timestamp as interval_local_start,
    null::double as confidence_low,
    null::double as confidence_high,
    null::boolean as is_sample_small,
    1::double as coverage_share,
    null::varchar as change_status,
    null::varchar as change_reason,
    null::double as recorded_share,
    null::varchar as missing_parts,
    null::varchar as no_data_reason,
    null::boolean as differs_from_peers,
    '{}'::json as components,
"""


@pytest.fixture
def home(tmp_path: Path) -> TinyHome:
    """Return a home whose project declares one board."""
    made = tiny_home(tmp_path)
    made.land("day1.csv", contacts(10))
    made.edit("models/kpi_value.sql", "    '{}'::json as components,\n", NO_SUCH_COLUMNS.lstrip("\n"))
    made.edit(
        "models/dim_kpi.sql",
        "    'percent' as unit,\n",
        "    'percent' as unit,\n    'Answered contacts' as label,\n    'higher' as direction,\n"
        "    'enterprise,site' as scope_types,\n    'day' as period_types,\n"
        "    'Answered / all' as formula,\n    '' as traps,\n    'Operations' as owner,\n"
        "    'Answered.' as numerator_text,\n"
        "    'All.' as denominator_text,\n    0 as final_after_days,\n",
    )
    (made.project / "charts").mkdir()
    (made.project / "charts" / "overview.yml").write_text(BOARD % "service_level")
    return made


def index_of(home: TinyHome) -> str:
    """Return the page that is in place."""
    return (home.settings.published / "site" / "index.html").read_text(encoding="utf-8")


def test_a_night_ends_with_the_boards_of_its_release(home: TinyHome) -> None:
    outcome = home.refresh()
    assert (outcome.status, outcome.problems) == ("complete", [])
    assert outcome.site is not None
    assert (outcome.site.boards, outcome.site.release_id) == (1, 1)
    assert "boards" in outcome.stage_seconds
    text = index_of(home)
    [(value,)] = home.published(
        "select value from marts.kpi_value where scope_type = 'enterprise' and period_start = date '2024-11-01'"
    )
    assert f'data-raw="{value!r}">{value:.1f}%</bdi>' in text
    assert 'id="release">1<' in text


def test_a_failing_board_takes_back_neither_the_release_nor_the_boards_of_yesterday(home: TinyHome) -> None:
    home.refresh()
    before = index_of(home)
    (home.project / "charts" / "overview.yml").write_text(BOARD % "no_such_kpi")
    home.land("day2.csv", contacts(20, prefix="m"))
    outcome = home.refresh()
    assert (outcome.status, outcome.site) == ("complete", None)
    [problem] = outcome.problems
    assert problem.startswith("the boards FAILED and stay as they were before: charts/overview.yml: section 1 (Day)")
    assert "'no_such_kpi'" in problem
    assert index_of(home) == before
    assert home.published("select sum(denominator) from marts.kpi_value where scope_type = 'enterprise'") == [(30.0,)]
    [(status, message, through)] = home.books(
        "select status, message, delivered_through from meta.refresh where refresh_id = 2"
    )
    assert (status, through) == ("complete", 2)
    assert message == problem


def test_dagster_sees_the_boards_and_fails_their_step_alone(home: TinyHome) -> None:
    (home.project / "charts" / "overview.yml").write_text(BOARD % "no_such_kpi")
    with Night(home.settings, as_of=AS_OF, project_dir=home.project) as night:
        problem = run_job(night)
    outcome = night.outcome()
    assert problem == ""
    assert outcome.status == "complete"
    assert len(outcome.problems) == 1
    (home.project / "charts" / "overview.yml").write_text(BOARD % "service_level")
    with Night(home.settings, as_of=AS_OF, project_dir=home.project) as night:
        assert run_job(night) == ""
    assert night.outcome().problems == []
    assert 'id="release">2<' in index_of(home)


def test_the_command_draws_again_from_the_publication_in_place(
    home: TinyHome, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from orchestration.cli_boards import run_boards

    assert run_boards(home.settings) == 1
    assert "nothing is published" in capsys.readouterr().err
    home.refresh()
    (home.settings.published / "site" / "index.html").write_text("lost")
    monkeypatch.setattr("orchestration.settings.PROJECT_DIR", home.project)
    assert run_boards(Settings(home=home.settings.home)) == 0
    assert "1 board of release 1" in capsys.readouterr().out
    assert 'id="release">1<' in index_of(home)


def test_dagster_draws_the_boards_alone_again_from_the_release_in_place(
    home: TinyHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    home.refresh()
    (home.settings.published / "site" / "index.html").write_text("lost")
    monkeypatch.setattr("orchestration.assets.night.get_settings", lambda: home.settings)
    monkeypatch.setattr("orchestration.settings.PROJECT_DIR", home.project)
    with Night(home.settings, as_of=AS_OF, project_dir=home.project) as night:
        night.begin()
        manifest = night.manifest
    job = build_definitions(home.settings, manifest, home.project).resolve_implicit_global_asset_job_def()
    with dagster_instance(home.settings) as instance:
        config = {"resources": {"night": {"config": {"as_of": AS_OF.isoformat()}}}}
        result = job.execute_in_process(
            instance=instance, run_config=config, asset_selection=[SITE], raise_on_error=False
        )
    assert result.success
    assert 'id="release">1<' in index_of(home)
    assert kept_releases(home.settings.published) == [1]
