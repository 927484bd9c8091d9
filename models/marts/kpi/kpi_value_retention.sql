-- grain: one row per KPI, variant, period and scope, of the save rate, from contacts of customers who wanted to cancel
{{ config(
    materialized='incremental',
    incremental_strategy='rebuild_touched',
    on_schema_change='fail',
    meta={'touched': {'subjects': ['leg', 'contact', 'retention'], 'periods': ['day', 'week', 'month', 'quarter', 'year']}}
) }}

-- depends_on: {{ ref('kpi_component_retention') }}
{{ kpi_values(component='retention') }}
