-- grain: one row per KPI, variant, period and scope, of forecasts, from intervals and queues
{{ config(
    materialized='incremental',
    incremental_strategy='rebuild_touched',
    on_schema_change='fail',
    meta={'touched': {'subjects': ['forecast', 'leg', 'calendar'], 'periods': ['day', 'week', 'month', 'quarter', 'year']}}
) }}

-- depends_on: {{ ref('kpi_component_forecast') }}
{{ kpi_values(component='forecast') }}
