"""What is written in `config.meta` is held to a schema: each problem names file, line, entry and what to do."""

import copy
from pathlib import Path
from typing import Any

import pytest
import yaml

from orchestration.settings import PROJECT_DIR
from orchestration.transform.macros import returned
from orchestration.transform.metadata import MetadataError, check_metadata

METRICS = """\
metrics:
  - name: contacts
    label: Contacts
  - name: wait
    config:
      meta:
        kpi:
          kpi_id: wait
          variant: default
          component: leg
          multiplier: 1
          name: Wait
          category: people
          unit: seconds
          direction: lower
          additivity: ratio_of_sums
          owner: Operations
          scopes: [enterprise, queue]
          final_after_days: 1
          cases: contacts
          minimum_sample: survey_min_responses
"""
MODEL = """\
-- grain: one row per day
{{ config(
    materialized='incremental',
    meta={'touched': {'subjects': ['leg']}, 'published': true}
) }}
"""
CHANGED = "select 'leg' as subject, 'an agent''s leg changed' as reason"
MACROS = {
    "macro.tiny.scope_columns": "{% macro scope_columns() %}{{ return({'queue': ['queue_id']}) }}{% endmacro %}",
    "macro.tiny.period_types": "{% macro period_types() -%} {{ return({'day': {}, 'week': {}}) }} {%- endmacro %}",
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "metrics.yml").write_text(METRICS)
    (tmp_path / "models" / "kpi_component_leg.sql").write_text(MODEL)
    (tmp_path / "dbt_project.yml").write_text("vars: {survey_min_responses: 5}")
    return tmp_path


def node(kind: str, name: str, file: str, meta: object) -> dict[str, Any]:
    return {
        "resource_type": kind,
        "package_name": "tiny",
        "name": name,
        "original_file_path": file,
        "config": {"meta": meta},
        "columns": {"queue_id": {}},
        "raw_code": CHANGED,
    }


def manifest_of(metrics: str, model: dict[str, Any]) -> dict[str, Any]:
    """Return what dbt would make of the metrics and one model."""
    found = yaml.safe_load(metrics)["metrics"]
    file = "models/metrics.yml"
    return {
        "metadata": {"project_name": "tiny"},
        "macros": {key: {"macro_sql": text} for key, text in MACROS.items()},
        "nodes": {
            "leg": node("model", "kpi_component_leg", "models/kpi_component_leg.sql", model),
            "changed": node("model", "changed_day", "models/changed_day.sql", {}),
        },
        "metrics": {
            metric["name"]: node("metric", metric["name"], file, metric.get("config", {}).get("meta", {}))
            for metric in found
        },
    }


GOOD_MODEL: dict[str, Any] = {"touched": {"subjects": ["leg"]}, "published": True}


def problems(project: Path, old: str = "", new: str = "", model: dict[str, Any] | None = None) -> list[str]:
    assert old in METRICS
    metrics = METRICS.replace(old, new, 1)
    (project / "models" / "metrics.yml").write_text(metrics)
    try:
        check_metadata(manifest_of(metrics, GOOD_MODEL if model is None else model), project)
    except MetadataError as error:
        return str(error).split("; models/")
    return []


def test_metadata_that_say_what_they_may_are_accepted(project: Path) -> None:
    assert problems(project) == []


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            "[enterprise, queue]",
            "[enterprise, quue]",
            "models/metrics.yml:18: metric wait: kpi.scopes: there is no scope 'quue'; did you mean queue?",
        ),
        (
            "owner: Operations",
            "ownr: Operations",
            "metrics.yml:17: metric wait: kpi.ownr: unknown key; did you mean owner?",
        ),
        (
            "multiplier: 1",
            "multiplier: 1\n          periods: [day, wek]",
            "metrics.yml:12: metric wait: kpi.periods: there is no period 'wek'; did you mean week?",
        ),
        (
            "cases: contacts",
            "cases: contact",
            "metric wait: kpi: there is no measure 'contact'; did you mean contacts?",
        ),
        (
            "component: leg",
            "component: log",
            "metrics.yml:10: metric wait: kpi.component: there is no component 'log'",
        ),
        ("minimum_sample: survey_min_responses", "minimum_sample: survey_min", "there is no parameter 'survey_min'"),
        ("unit: seconds", "unit: second", "metrics.yml:14: metric wait: kpi.unit: input should be 'percent'"),
        (
            "multiplier: 1",
            "multiplier: '1'",
            "metrics.yml:11: metric wait: kpi.multiplier: input should be a valid number, is '1'",
        ),
        ("          name: Wait\n", "", "metrics.yml:7: metric wait: kpi: the default of a KPI needs name"),
        ("variant: default", "variant: short", "metrics.yml:8: metric wait: kpi.kpi_id: there is no KPI 'wait'"),
        ("        kpi:\n", "        kpis:\n", "metrics.yml:7: metric wait: kpis: unknown key; did you mean kpi?"),
    ],
)
def test_what_nobody_would_read_as_it_is_meant_is_told_with_its_line(
    project: Path, old: str, new: str, told: str
) -> None:
    assert told in problems(project, old, new)[0]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (
            {"touched": {"subjects": ["lg"]}},
            "kpi_component_leg.sql:4: model kpi_component_leg: touched.subjects: there is no subject",
        ),
        ({"touched": {"subject": ["leg"]}}, "touched.subject: unknown key; did you mean subjects?"),
        ({"touched": {"periods": ["dy"]}}, "there is no period 'dy'; did you mean day?"),
        ({"records": {"queue": "absent"}}, "records: there is no column 'queue'; did you mean queue_id?"),
        ({"records": {"queue_id": "seldom"}}, "records.queue_id"),
        ({"publish": True}, "publish: unknown key; did you mean published?"),
        ({"published": "table"}, "published"),
        ({"published": False, "published_order": "queue_id"}, "says how it is published, but not `published: true`"),
        ({"explained_by": [{"table": "fct_leg", "id": "leg_id"}]}, "there is no model 'fct_leg'"),
        ({"explained_by": [{"table": "changed_day", "id": "x", "parts": {"queue": "true"}}]}, "did you mean queue_id?"),
        (
            {"explained_by": [{"table": "changed_day", "id": "x", "part": {}}]},
            "explained_by.0.part: unknown key; did you mean parts?",
        ),
    ],
)
def test_models_are_held_to_their_schema_too(project: Path, change: dict[str, Any], told: str) -> None:
    found = problems(project, model={**copy.deepcopy(GOOD_MODEL), **change})
    assert any(told in problem for problem in found), found


def test_of_a_column_nothing_is_read_so_nothing_may_be_said(project: Path) -> None:
    yaml_file = project / "models" / "_leg__models.yml"
    yaml_file.write_text(
        "models:\n  - name: other\n    columns:\n      - name: queue_id\n        config: {meta: {}}\n"
        "  - name: kpi_component_leg\n    columns:\n      - name: queue_id\n        config:\n          meta:\n"
        "            personal_data: pseudonym\n"
    )
    manifest = manifest_of(METRICS, GOOD_MODEL)
    leg = manifest["nodes"]["leg"]
    leg["patch_path"] = "tiny://models/_leg__models.yml"
    leg["columns"] = {"queue_id": {"name": "queue_id", "config": {"meta": {"personal_data": "pseudonym"}}}}
    with pytest.raises(MetadataError) as told:
        check_metadata(manifest, project)
    assert str(told.value) == (
        "models/_leg__models.yml:11: model kpi_component_leg: column queue_id: personal_data:"
        " nothing reads the meta of a model's column: extracts say there what their columns hold"
    )


def test_lists_are_read_from_the_macro_that_declares_them() -> None:
    texts = {
        "period_types": (PROJECT_DIR / "macros" / "kpi" / "periods.sql").read_text(),
        "scope_columns": (PROJECT_DIR / "macros" / "kpi" / "definitions.sql").read_text(),
    }
    macros = {
        f"macro.p.{name}": {
            "macro_sql": "{% macro "
            + text.split("{% macro " + name, 1)[1].join([name, ""]).split("endmacro %}")[0]
            + "endmacro %}"
        }
        for name, text in texts.items()
    }
    manifest = {"metadata": {"project_name": "p"}, "macros": macros}
    assert list(returned(manifest, "period_types"))[:2] == ["interval", "day"]
    assert returned(manifest, "scope_columns")["team_channel"] == ["team_id", "channel"]
    assert returned(manifest, "none_such") == []
