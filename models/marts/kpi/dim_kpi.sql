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
        {{ literal((kpi.aliases or []) | join('; ')) }} as aliases,
        {{ literal(kpi.strategic_objective or kpi_objectives()[kpi.category]) }} as strategic_objective,
        {{ 'false' if kpi.is_active is false else 'true' }} as is_active,
        {{ literal((kpi.classes or []) | join(',')) }} as classes,
        {{ literal(kpi.tier) }} as tier,
        {{ literal(kpi.unit) }} as unit,
        {{ literal(kpi.direction) }} as direction,
        {{ literal(kpi.additivity) }} as additivity,
        {{ kpi.multiplier }} as multiplier,
        {{ literal(kpi.numerator) }} as numerator_name,
        {{ literal(kpi.denominator) }} as denominator_name,
        {{ literal(kpi.formula) }} as formula,
        {{ literal(kpi.numerator_text) }} as numerator_text,
        {{ literal(kpi.denominator_text) }} as denominator_text,
        {{ literal((kpi.roles or []) | join(',')) }} as roles,
        {{ literal((kpi.scopes or []) | join(',')) }} as scope_types,
        {{ literal(kpi_periods(kpi, period_types() | reject('equalto', 'interval') | list) | join(',')) }} as period_types,
        {{ kpi.final_after_days }} as final_after_days,
        {{ literal(kpi.confidence.method) }} as confidence_method,
        {{ kpi.confidence.lowest | default('null') }} as lowest_value,
        {{ kpi.confidence.highest | default('null') }} as highest_value,
        {{ 'true' if kpi.sampled else 'false' }} as is_sampled,
        {{ literal(kpi.cases) }} as cases_name,
        {{ kpi.minimum_sample or 'null' }} as minimum_sample,
        {{ kpi.agent_minimum_sample or 'null' }} as agent_minimum_sample,
        {{ kpi.suppress_below or 'null' }} as suppress_below,
        {%- set change = kpi_change_rule(kpi) %}
        {{ change.minimum }} as minimum_change,
        {{ literal(change.kind) }} as minimum_change_kind,
        {{ literal(change.chance) }} as change_chance,
        {{ change.dispersion }} as change_dispersion,
        {{ literal(kpi.owner) }} as owner,
        {{ literal((kpi.traps or []) | join(' ')) }} as traps,
        {{ literal(kpi.source) }} as source
    {{ 'union all' if not loop.last }}
    {%- else %}
    select
        {%- for column in [
            'kpi_id', 'variant', 'metric_name', 'name', 'label', 'category', 'classes', 'tier', 'unit', 'direction',
            'additivity', 'numerator_name', 'denominator_name', 'formula', 'roles', 'scope_types', 'period_types', 'owner',
            'traps', 'source', 'confidence_method', 'cases_name', 'aliases', 'strategic_objective', 'numerator_text', 'denominator_text',
            'minimum_change_kind', 'change_chance'
        ] %}
        '' as {{ column }},
        {%- endfor %}
        1 as kpi_version,
        1 as multiplier,
        true as is_active,
        0 as final_after_days,
        null as lowest_value,
        null as highest_value,
        false as is_sampled,
        null as minimum_sample,
        null as agent_minimum_sample,
        null as suppress_below,
        1 as minimum_change,
        1 as change_dispersion
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
    cast(aliases as varchar) as aliases,
    cast(category as varchar) as category,
    cast(strategic_objective as varchar) as strategic_objective,
    is_active,
    cast(classes as varchar) as classes,
    cast(tier as varchar) as tier,
    cast(unit as varchar) as unit,
    cast(direction as varchar) as direction,
    cast(additivity as varchar) as additivity,
    cast(multiplier as double) as multiplier,
    cast(numerator_name as varchar) as numerator_name,
    cast(denominator_name as varchar) as denominator_name,
    cast(formula as varchar) as formula,
    cast(numerator_text as varchar) as numerator_text,
    cast(denominator_text as varchar) as denominator_text,
    cast(roles as varchar) as roles,
    cast(scope_types as varchar) as scope_types,
    cast(period_types as varchar) as period_types,
    cast(final_after_days as integer) as final_after_days,
    cast(confidence_method as varchar) as confidence_method,
    cast(lowest_value as double) as lowest_value,
    cast(highest_value as double) as highest_value,
    is_sampled,
    cast(cases_name as varchar) as cases_name,
    cast(minimum_sample as integer) as minimum_sample,
    cast(agent_minimum_sample as integer) as agent_minimum_sample,
    cast(suppress_below as integer) as suppress_below,
    cast(minimum_change as double) as minimum_change,
    cast(minimum_change_kind as varchar) as minimum_change_kind,
    cast(change_chance as varchar) as change_chance,
    cast(change_dispersion as double) as change_dispersion,
    cast(owner as varchar) as owner,
    cast(traps as varchar) as traps,
    cast(source as varchar) as source
from definitions
