-- grain: one row per KPI, variant, period and scope, of the survey KPIs, from valid answers
{{ config(
    materialized='incremental',
    incremental_strategy='rebuild_touched',
    on_schema_change='fail',
    meta={'touched': {'subjects': ['leg', 'survey'], 'periods': ['day', 'week', 'month', 'quarter', 'year']}}
) }}

-- depends_on: {{ ref('kpi_component_survey') }}
{{ kpi_values(component='survey') }}
