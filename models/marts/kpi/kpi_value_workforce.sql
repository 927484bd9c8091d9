-- grain: one row per KPI, variant, period and scope, of agents and their time
{{ config(
    materialized='incremental',
    incremental_strategy='rebuild_touched',
    on_schema_change='fail',
    meta={'touched': {'subjects': ['workforce', 'leg', 'headcount', 'calendar'], 'periods': ['day', 'week', 'month', 'quarter', 'year']}}
) }}

-- depends_on: {{ ref('kpi_component_workforce') }}
{{ kpi_values(component='workforce') }}
