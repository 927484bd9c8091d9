"""The semantic layer and the published table give the same number for every KPI, period and scope."""

from datetime import datetime
from typing import Any

import duckdb

from orchestration.settings import PROJECT_DIR
from orchestration.transform.macros import returned
from orchestration.transform.project import DbtPaths, read_manifest
from tests.support.nights import Nights

SCOPES = {
    "site": ["site_id"],
    "queue": ["queue_id"],
    "channel": ["channel"],
    "team": ["team_id"],
    "agent": ["agent_id"],
    "vendor": ["vendor_id"],
    "segment": ["segment"],
    "campaign": ["campaign_id"],
    "system": ["system_id"],
    "queue_channel": ["queue_id", "channel"],
    "team_channel": ["team_id", "channel"],
}

NOT_ASKED_BY_PERIOD = {
    "interval": "MetricFlow has no half-hours; intervals are held to their days by a data test",
    "trailing_12m": "a window is the sum of twelve published months; a data test holds it to them",
}
NOT_ASKED_BY_PART = {
    "last": "a snapshot is taken on the last complete day, which MetricFlow's last row of a period is not",
}
"""What MetricFlow cannot express, with the reason: by period type, and by ``take`` of a part."""


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


def asked(engine: Any, metrics: list[str], group_by: list[str], where: list[str]) -> str:
    """Return MetricFlow's SQL for some metrics."""
    from metricflow.engine.metricflow_engine import MetricFlowQueryRequest

    request = MetricFlowQueryRequest.create(metric_names=metrics, group_by_names=group_by, where_constraints=where)
    return str(engine.explain(request).sql_statement.sql)


def test_metricflow_gives_the_published_value_of_every_kpi_at_every_period_and_scope(golden: Nights) -> None:
    engine = semantic_layer(golden)
    metrics_of_kpis = [row[0] for row in golden.query("select metric_name from marts.dim_kpi order by metric_name")]
    assert len(metrics_of_kpis) >= 50
    by_model = models_of(engine, metrics_of_kpis)
    rests = returned(read_manifest(DbtPaths(PROJECT_DIR, golden.state)), "rest_members")
    published: dict[tuple[str, str, str], dict[tuple[Any, ...], float | None]] = {}
    for metric, period, scope, start, scope_id, value, multiplier in golden.query(
        "select dim_kpi.metric_name, period_type, scope_type, period_start, scope_id, value,"
        " case when dim_kpi.denominator_name is null then 1 else kpi_value.multiplier end"
        " from marts.kpi_value inner join marts.dim_kpi"
        " on kpi_value.kpi_id = dim_kpi.kpi_id and kpi_value.variant = dim_kpi.variant"
    ):
        key = (period, scope, metric)
        published.setdefault(key, {})[(start, scope_id)] = None if value is None else value / multiplier

    compared, wrong = 0, []
    with duckdb.connect(str(golden.warehouse), read_only=True) as con:
        for model, metrics in by_model.items():
            for period, scope in sorted({key[:2] for key in published if key[2] in metrics}):
                if period in NOT_ASKED_BY_PERIOD:
                    continue
                present = sorted(metric for metric in metrics if (period, scope, metric) in published)
                answered = answers(engine, con, model, present, (period, scope), rests)
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


def answers(
    engine: Any,
    con: duckdb.DuckDBPyConnection,
    model: str,
    metrics: list[str],
    asked_for: tuple[str, str],
    rests: dict[str, dict[str, str]],
) -> dict[tuple[str, Any, Any], float | None]:
    """Return MetricFlow's answers for metrics of one component, by (metric, period start, member of the scope).

    ``asked_for`` are period type and scope type. What belongs to no member of a column has none in MetricFlow; it is
    published as the member that ``rests`` names for the column.
    """
    period, scope = asked_for
    entity = f"{model.removeprefix('kpi_component_')}_component"
    time, members, where = f"metric_time__{period}", [f"{entity}__{column}" for column in SCOPES.get(scope, [])], []
    if counted_by_period(engine, model):
        time, members = "metric_time__day", [f"{entity}__scope_id"] if members else []
        where = [
            f"{{{{ Dimension('{entity}__{column}') }}}} = '{value}'"
            for column, value in (("period_type", period), ("scope_type", scope))
        ]
    found = con.execute(asked(engine, metrics, [time, *members], where))
    names = [column[0] for column in found.description or []]
    answered: dict[tuple[str, Any, Any], float | None] = {}
    for row in found.fetchall():
        record = dict(zip(names, row, strict=True))
        start = record[time]
        start = start.date() if isinstance(start, datetime) else start
        ids = [record[member] or rests.get(member.split("__")[1], {}).get("id") for member in members]
        member = None if not ids or None in ids else "|".join(str(name) for name in ids)
        for metric in metrics:
            answered[(metric, start, member)] = None if record[metric] is None else float(record[metric])
    return answered


def counted_by_period(engine: Any, model: str) -> bool:
    """Return whether a component is counted by period and scope already."""
    models = engine._semantic_manifest_lookup.semantic_manifest.semantic_models
    return any(
        dimension.name == "period_type"
        for semantic_model in models
        if semantic_model.name == model
        for dimension in semantic_model.dimensions
    )


def models_of(engine: Any, metrics: list[str]) -> dict[str, list[str]]:
    """Group metrics by the component model that their parts stand in, without those that MetricFlow cannot express."""
    manifest = engine._semantic_manifest_lookup.semantic_manifest
    by_name = {metric.name: metric for metric in manifest.metrics}
    grouped: dict[str, list[str]] = {}
    for name in metrics:
        params = by_name[name].type_params
        part = by_name[params.denominator.name if params.denominator else params.metrics[0].name]
        if ((part.config and part.config.meta) or {}).get("take") in NOT_ASKED_BY_PART:
            continue
        grouped.setdefault(part.type_params.metric_aggregation_params.semantic_model, []).append(name)
    return grouped
