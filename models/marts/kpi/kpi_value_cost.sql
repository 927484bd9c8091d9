-- grain: one row per KPI, variant, period and scope, of the cost KPIs, from the allocated ledger
{{ config(
    materialized='incremental',
    incremental_strategy='rebuild_touched',
    on_schema_change='fail',
    meta={'touched': {'subjects': ['cost', 'leg', 'ticket', 'calendar'], 'periods': ['day', 'week', 'month', 'quarter', 'year']}}
) }}

-- depends_on: {{ ref('kpi_component_cost') }}
{{ kpi_values(component='cost') }}
