-- grain: one row per KPI, variant, period and scope, of staffing, from intervals
{{ config(
    materialized='incremental',
    incremental_strategy='rebuild_touched',
    on_schema_change='fail',
    meta={'touched': {'subjects': ['workforce', 'staffing', 'calendar'], 'periods': ['day', 'week', 'month', 'quarter', 'year']}}
) }}

-- depends_on: {{ ref('kpi_component_staffing') }}
{{ kpi_values(component='staffing') }}
