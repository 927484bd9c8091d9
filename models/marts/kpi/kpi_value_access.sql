-- grain: one row per KPI, variant, period and scope, of callbacks, self-service, blocked attempts, open hours and busiest times
{{ config(
    materialized='incremental',
    incremental_strategy='rebuild_touched',
    on_schema_change='fail',
    meta={'touched': {'subjects': ['leg', 'access', 'hours'], 'periods': ['day', 'week', 'month', 'quarter', 'year']}}
) }}

-- depends_on: {{ ref('kpi_component_access') }}
-- depends_on: {{ ref('kpi_component_demand') }}
select * from ({{ kpi_values(component='access') }})
union all
select * from ({{ kpi_values(component='demand', period_grain=true) }})
