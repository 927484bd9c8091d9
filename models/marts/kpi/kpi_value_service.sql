-- grain: one row per KPI, variant, period and scope, of the service KPIs, from legs
{{ config(
    materialized='incremental',
    incremental_strategy='rebuild_touched',
    on_schema_change='fail',
    meta={'touched': {'subjects': ['leg'], 'periods': ['day', 'week', 'month', 'quarter', 'year']}}
) }}

-- depends_on: {{ ref('kpi_component_leg') }}
{{ kpi_values(component='leg') }}
