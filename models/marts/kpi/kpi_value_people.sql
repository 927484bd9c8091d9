-- grain: one row per KPI, variant, period and scope, of the staff KPIs, from headcount
{{ config(
    materialized='incremental',
    incremental_strategy='rebuild_touched',
    on_schema_change='fail',
    meta={'touched': {'subjects': ['headcount', 'calendar'], 'periods': ['month', 'quarter', 'year']}}
) }}

-- depends_on: {{ ref('kpi_component_people') }}
{{ kpi_values(component='people', date_column='month_start') }}
