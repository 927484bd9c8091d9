-- grain: one row per KPI, variant, period and scope, of the availability of systems, from agreed service and outages
{{ config(
    materialized='incremental',
    incremental_strategy='rebuild_touched',
    on_schema_change='fail',
    meta={'touched': {'subjects': ['system'], 'periods': ['day', 'week', 'month', 'quarter', 'year']}}
) }}

-- depends_on: {{ ref('kpi_component_system') }}
{{ kpi_values(component='system') }}
