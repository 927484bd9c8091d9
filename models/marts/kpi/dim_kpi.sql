-- grain: one row per KPI and variant, generated from the metric definitions
{{ config(materialized='table', meta={'published': true}) }}

with definitions as (

    {%- for kpi in kpi_definitions() %}
    select
        {{ literal(kpi.kpi_id) }} as kpi_id,
        {{ literal(kpi.variant) }} as variant,
        {{ kpi.version or 1 }} as kpi_version,
        {{ literal(kpi.metric) }} as metric_name,
        {{ literal(kpi.name) }} as name,
        {{ literal(kpi.label) }} as label,
        {{ literal(kpi.category) }} as category,
        {{ literal((kpi.classes or []) | join(',')) }} as classes,
        {{ literal(kpi.tier) }} as tier,
        {{ literal(kpi.unit) }} as unit,
        {{ literal(kpi.direction) }} as direction,
        {{ literal(kpi.additivity) }} as additivity,
        {{ kpi.multiplier }} as multiplier,
        {{ literal(kpi.numerator) }} as numerator_name,
        {{ literal(kpi.denominator) }} as denominator_name,
        {{ literal(kpi.formula) }} as formula,
        {{ literal((kpi.roles or []) | join(',')) }} as roles,
        {{ literal((kpi.scopes or []) | join(',')) }} as scope_types,
        {{ literal((kpi.periods or ['day', 'week', 'month', 'quarter', 'year']) | join(',')) }} as period_types,
        {{ kpi.final_after_days }} as final_after_days,
        {{ literal(kpi.owner) }} as owner,
        {{ literal((kpi.traps or []) | join(' ')) }} as traps,
        {{ literal(kpi.source) }} as source
    {{ 'union all' if not loop.last }}
    {%- else %}
    select
        {%- for column in [
            'kpi_id', 'variant', 'metric_name', 'name', 'label', 'category', 'classes', 'tier', 'unit', 'direction',
            'additivity', 'numerator_name', 'denominator_name', 'formula', 'roles', 'scope_types', 'period_types', 'owner',
            'traps', 'source'
        ] %}
        '' as {{ column }},
        {%- endfor %}
        1 as kpi_version,
        1 as multiplier,
        0 as final_after_days
    where false
    {%- endfor %}

)

select
    cast(kpi_id as varchar) as kpi_id,
    cast(variant as varchar) as variant,
    cast(kpi_version as integer) as kpi_version,
    variant = 'default' as is_default,
    cast(metric_name as varchar) as metric_name,
    cast(name as varchar) as name,
    cast(label as varchar) as label,
    cast(category as varchar) as category,
    cast(classes as varchar) as classes,
    cast(tier as varchar) as tier,
    cast(unit as varchar) as unit,
    cast(direction as varchar) as direction,
    cast(additivity as varchar) as additivity,
    cast(multiplier as double) as multiplier,
    cast(numerator_name as varchar) as numerator_name,
    cast(denominator_name as varchar) as denominator_name,
    cast(formula as varchar) as formula,
    cast(roles as varchar) as roles,
    cast(scope_types as varchar) as scope_types,
    cast(period_types as varchar) as period_types,
    cast(final_after_days as integer) as final_after_days,
    cast(owner as varchar) as owner,
    cast(traps as varchar) as traps,
    cast(source as varchar) as source
from definitions
