-- grain: one row per KPI, variant, period and scope, of forecasts, from whole days
{{ config(
    materialized='incremental',
    incremental_strategy='rebuild_touched',
    on_schema_change='fail',
    meta={'touched': {'subjects': ['forecast', 'leg', 'calendar'], 'periods': ['day', 'week', 'month', 'quarter', 'year']}}
) }}

-- depends_on: {{ ref('kpi_component_forecast_total') }}
{{ kpi_values(component='forecast_total', period_grain=true) }}
