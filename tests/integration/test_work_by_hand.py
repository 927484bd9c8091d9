"""dbt by hand, as its users type it, on a refreshed center: target dev, and a warehouse that only a refresh writes."""

from pathlib import Path

import duckdb
import pytest

from tests.support.clone import Clone, own_clone

MODEL = "models/marts/core/fct_contact_segment.sql"
HANDLE_TIME = (
    "select value from marts.kpi_value where kpi_id = 'average_handle_time' and variant = 'default'"
    " and period_type = 'week' and scope_type = 'enterprise' order by period_start"
)


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Clone:
    """Return a copy of the refreshed clone that these tests may change; they are followed from top to bottom."""
    return own_clone(tmp_path_factory.mktemp("by_hand"))


def ask(file: Path, sql: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(file), read_only=True) as con:
        return con.execute(sql).fetchall()


def in_dev(clone: Clone, sql: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(clone.home / "dev.duckdb"), read_only=True) as con:
        con.execute(f"attach '{clone.home / 'warehouse.duckdb'}' as warehouse (read_only)")
        return con.execute(sql).fetchall()


def edit(clone: Clone, file: str, old: str, new: str) -> None:
    path = clone.folder / file
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))


def test_without_a_warehouse_dbt_says_which_command_makes_one(clone: Clone, tmp_path: Path) -> None:
    done = clone.run(f"CONTACT_CENTER_HOME={tmp_path} dbt build -s dim_queue")
    assert done.returncode != 0
    assert f"There is no warehouse at {tmp_path}/warehouse.duckdb" in done.stdout
    assert "`contact-center refresh` makes one" in done.stdout
    assert list(tmp_path.iterdir()) == []


def test_dbt_show_shows_the_rows_of_a_model_that_a_refresh_builds_bit_by_bit(clone: Clone) -> None:
    done = clone.run("dbt show -s fct_contact --limit 2")
    assert done.returncode == 0, done.stdout
    assert done.stdout.count("2026-11-") == 2


def test_dbt_show_answers_for_a_test_that_reads_a_cte_twice(clone: Clone) -> None:
    """With a plain ``limit`` behind it, DuckDB 2.0.0 waits for ever."""
    done = clone.run("timeout 60 dbt show -s kpi_value_interval__intervals_add_up_to_their_day")
    assert done.returncode == 0, done.stdout
    assert "| kpi_id | variant |" in done.stdout


def test_dbt_build_builds_the_whole_table_beside_the_warehouse(clone: Clone) -> None:
    before = (clone.home / "warehouse.duckdb").read_bytes()
    done = clone.run("dbt build -s kpi_component_leg stg_standard__contacts label_translation")
    assert done.returncode == 0, done.stdout
    assert (clone.home / "warehouse.duckdb").read_bytes() == before
    for table in ("marts.kpi_component_leg", "staging.stg_standard__contacts", "core.label_translation"):
        [(here, there, other)] = in_dev(
            clone,
            f"select (select count(*) from {table}), (select count(*) from warehouse.{table}),"
            f" (select count(*) from (from {table} except all from warehouse.{table}))",
        )
        assert (here, other) == (there, 0), table
        assert here, table
    built = in_dev(
        clone, "select table_name from duckdb_tables() where database_name = 'dev' and schema_name <> 'main'"
    )
    assert sorted(built) == [
        ("kpi_component_leg",),
        ("label_translation",),
        ("stg_standard__contacts",),
        ("stg_standard__contacts__changes",),
    ]


def test_what_is_built_later_reads_what_was_built_before_it(clone: Clone) -> None:
    edit(clone, MODEL, "    legs.segment_id,\n", "    'by hand ' || legs.segment_id as segment_id,\n")
    assert clone.run("dbt run -s fct_contact_segment").returncode == 0
    done = clone.run(
        "dbt show --limit 1 --inline \"select min(segment_id) as first from {{ ref('fct_contact_segment') }}\""
    )
    assert "by hand " in done.stdout
    edit(clone, MODEL, "    'by hand ' || legs.segment_id as segment_id,\n", "    legs.segment_id,\n")


def test_dbt_does_not_write_the_warehouse_for_a_person(clone: Clone) -> None:
    before = ask(clone.home / "warehouse.duckdb", "from meta.model_build order by all")
    for command in ("run -s fct_contact_segment --full-refresh", "seed", "build -s dim_queue"):
        done = clone.run(f"dbt {command} --target warehouse")
        assert done.returncode != 0
        assert "The warehouse is written by `contact-center refresh` only" in done.stdout
    assert ask(clone.home / "warehouse.duckdb", "from meta.model_build order by all") == before
    assert clone.run("dbt test -s dim_queue --target warehouse").returncode == 0


def test_tables_that_were_built_by_hand_are_not_published(clone: Clone) -> None:
    """The guard is taken out, as in an older project: what is built then looks like any other table."""
    published = clone.home / "published" / "kpi.duckdb"
    before = ask(published, HANDLE_TIME)
    assert [value for (value,) in before if value]
    edit(clone, "dbt_project.yml", "on-run-start:", "# on-run-start:")
    edit(clone, MODEL, " as handle_seconds,", " * 4 as handle_seconds,")
    done = clone.run("dbt run -s fct_contact_segment+ --full-refresh --target warehouse")
    assert done.returncode == 0, done.stdout
    edit(clone, MODEL, " * 4 as handle_seconds,", " as handle_seconds,")
    edit(clone, "dbt_project.yml", "# on-run-start:", "on-run-start:")
    built = "select value from marts.kpi_value_service where kpi_id = 'average_handle_time' and variant = 'default'"
    built += " and period_type = 'week' and scope_type = 'enterprise' order by period_start"
    assert ask(clone.home / "warehouse.duckdb", built) != before

    done = clone.run("contact-center refresh --as-of 2026-11-21")

    assert done.returncode == 0, done.stdout
    assert "built everything anew: the warehouse was written by something else than a refresh" in done.stdout
    assert ask(published, HANDLE_TIME) == before
    last = "select is_full, rebuild_reason from meta.refresh order by refresh_id desc limit 1"
    assert ask(clone.home / "warehouse.duckdb", last) == [
        (True, "the warehouse was written by something else than a refresh")
    ]


def test_after_all_this_a_refresh_continues_the_tables_again(clone: Clone) -> None:
    done = clone.run("contact-center refresh --as-of 2026-11-21")
    assert done.returncode == 0, done.stdout
    assert "(full rebuild)" not in done.stdout
    assert "anew" not in done.stdout
    last = "select is_full, rebuild_reason from meta.refresh order by refresh_id desc limit 1"
    assert ask(clone.home / "warehouse.duckdb", last) == [(False, None)]


def test_a_misspelt_scope_is_an_error_with_its_line_and_builds_nothing(clone: Clone) -> None:
    file = "models/marts/kpi/_kpi__people__metrics.yml"
    number = (clone.folder / file).read_text().splitlines().index(
        "          scopes: [enterprise, site, team, vendor]"
    ) + 1
    edit(clone, file, "scopes: [enterprise, site, team, vendor]", "scopes: [enterprise, site, team, vendr]")
    done = clone.run("contact-center refresh --as-of 2026-11-21")
    assert done.returncode == 1
    assert (
        f"{file}:{number}: metric agent_turnover_rate: kpi.scopes: there is no scope 'vendr'; did you mean vendor?"
        in done.stdout
    )
    last = "select status, stage from meta.refresh order by refresh_id desc limit 1"
    assert ask(clone.home / "warehouse.duckdb", last) == [("failed", "prepare")]
    done = clone.run("dbt build -s kpi_value_people")
    assert done.returncode != 0
    assert f"{file}: metric agent_turnover_rate: there is no scope or period vendr" in done.stdout
