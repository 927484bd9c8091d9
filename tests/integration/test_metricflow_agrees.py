"""The semantic layer and the published table give the same number for every KPI, period and scope."""

from datetime import datetime
from typing import Any

import duckdb
import pytest

from orchestration.settings import PROJECT_DIR
from orchestration.transform.project import DbtPaths
from tests.support.nights import GOLDEN_AS_OF, GOLDEN_PARAMETERS, Nights, land_golden

SCOPES = {
    "site": "site_id",
    "queue": "queue_id",
    "channel": "channel",
    "team": "team_id",
    "agent": "agent_id",
    "segment": "segment",
}


@pytest.fixture(scope="module")
def golden(tmp_path_factory: pytest.TempPathFactory) -> Nights:
    """Return the warehouse of the golden example."""
    nights = Nights(tmp_path_factory.mktemp("golden"), tmp_path_factory.mktemp("state"))
    land_golden(nights.home)
    nights.night(GOLDEN_AS_OF, parameters=GOLDEN_PARAMETERS)
    return nights


def semantic_layer(nights: Nights) -> Any:
    """Return MetricFlow's engine over the project's semantic manifest; it only writes SQL, it does not run it."""
    from metricflow.engine.metricflow_engine import MetricFlowEngine
    from metricflow.protocols.sql_client import SqlEngine
    from metricflow.sql.render.duckdb_renderer import DuckDbSqlPlanRenderer
    from metricflow_semantic_interfaces.implementations.semantic_manifest import PydanticSemanticManifest
    from metricflow_semantics.model.semantic_manifest_lookup import SemanticManifestLookup

    class Dialect:
        sql_engine_type = SqlEngine.DUCKDB
        sql_plan_renderer = DuckDbSqlPlanRenderer()

    text = (DbtPaths(PROJECT_DIR, nights.state).target / "semantic_manifest.json").read_text()
    lookup = SemanticManifestLookup(PydanticSemanticManifest.parse_raw(text))
    return MetricFlowEngine(semantic_manifest_lookup=lookup, sql_client=Dialect())


def asked(engine: Any, metrics: list[str], group_by: list[str]) -> str:
    """Return MetricFlow's SQL for some metrics."""
    from metricflow.engine.metricflow_engine import MetricFlowQueryRequest

    request = MetricFlowQueryRequest.create(metric_names=metrics, group_by_names=group_by)
    return str(engine.explain(request).sql_statement.sql)


def test_metricflow_gives_the_published_value_of_every_kpi_at_every_period_and_scope(golden: Nights) -> None:
    engine = semantic_layer(golden)
    published: dict[tuple[str, str, str], dict[tuple[Any, ...], float | None]] = {}
    for metric, period, scope, start, scope_id, value, multiplier in golden.query(
        "select dim_kpi.metric_name, period_type, scope_type, period_start, scope_id, value,"
        " case when dim_kpi.denominator_name is null then 1 else kpi_value.multiplier end"
        " from marts.kpi_value inner join marts.dim_kpi"
        " on kpi_value.kpi_id = dim_kpi.kpi_id and kpi_value.variant = dim_kpi.variant"
    ):
        key = (period, scope, metric)
        published.setdefault(key, {})[(start, scope_id)] = None if value is None else value / multiplier
    metrics_of_kpis = [row[0] for row in golden.query("select metric_name from marts.dim_kpi order by metric_name")]
    assert len(metrics_of_kpis) >= 50
    by_model = models_of(engine, metrics_of_kpis)

    compared, wrong = 0, []
    with duckdb.connect(str(golden.warehouse), read_only=True) as con:
        for model, metrics in by_model.items():
            cells = {key[:2] for key in published if key[2] in metrics}
            for period, scope in sorted(cells):
                present = sorted(metric for metric in metrics if (period, scope, metric) in published)
                group_by = [f"metric_time__{period}"]
                if scope != "enterprise":
                    group_by.append(f"{model.removeprefix('kpi_component_')}_component__{SCOPES[scope]}")
                found = con.execute(asked(engine, present, group_by))
                names = [column[0] for column in found.description or []]
                answered: dict[tuple[str, Any, Any], float | None] = {}
                for row in found.fetchall():
                    record = dict(zip(names, row, strict=True))
                    start = record[group_by[0]]
                    start = start.date() if isinstance(start, datetime) else start
                    member = record[group_by[1]] if scope != "enterprise" else None
                    for metric in present:
                        answered[(metric, start, member)] = None if record[metric] is None else float(record[metric])
                for metric in present:
                    for (start, member), value in published[(period, scope, metric)].items():
                        other = answered.get((metric, start, member))
                        compared += 1
                        same = (
                            other is None
                            if value is None
                            else other is not None and abs(other - value) <= 1e-9 * max(1, abs(value))
                        )
                        if not same:
                            wrong.append(
                                f"{metric} {period} {start} {scope} {member}: published {value}, metricflow {other}"
                            )
    assert compared > 1000
    assert wrong == []


def models_of(engine: Any, metrics: list[str]) -> dict[str, list[str]]:
    """Group metrics by the component model that their parts stand in."""
    manifest = engine._semantic_manifest_lookup.semantic_manifest
    by_name = {metric.name: metric for metric in manifest.metrics}
    grouped: dict[str, list[str]] = {}
    for name in metrics:
        params = by_name[name].type_params
        part = params.denominator.name if params.denominator else params.metrics[0].name
        model = by_name[part].type_params.metric_aggregation_params.semantic_model
        grouped.setdefault(model, []).append(name)
    return grouped
