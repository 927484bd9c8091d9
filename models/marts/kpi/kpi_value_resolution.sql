-- grain: one row per KPI, variant, period and scope, of the resolution and sentiment KPIs, from contacts
{{ config(
    materialized='incremental',
    incremental_strategy='rebuild_touched',
    on_schema_change='fail',
    meta={'touched': {'subjects': ['leg', 'resolution'], 'periods': ['day', 'week', 'month', 'quarter', 'year']}}
) }}

-- depends_on: {{ ref('kpi_component_resolution') }}
-- depends_on: {{ ref('kpi_component_sentiment') }}
select * from ({{ kpi_values(component='resolution') }})
union all
select * from ({{ kpi_values(component='sentiment', period_grain=true) }})
