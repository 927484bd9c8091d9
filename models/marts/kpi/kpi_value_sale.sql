-- grain: one row per KPI, variant, period and scope, of the sales KPIs, from orders and eligible contacts
{{ config(
    materialized='incremental',
    incremental_strategy='rebuild_touched',
    on_schema_change='fail',
    meta={'touched': {'subjects': ['leg', 'contact', 'order', 'opportunity'], 'periods': ['day', 'week', 'month', 'quarter', 'year']}}
) }}

-- depends_on: {{ ref('kpi_component_sale') }}
{{ kpi_values(component='sale') }}
