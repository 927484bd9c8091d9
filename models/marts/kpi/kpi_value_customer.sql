-- grain: one row per KPI, variant, period and scope, of the customer base KPIs, from cohorts of subscribers
{{ config(
    materialized='incremental',
    incremental_strategy='rebuild_touched',
    on_schema_change='fail',
    meta={'touched': {'subjects': ['customer'], 'periods': ['month', 'quarter', 'year']}}
) }}

-- depends_on: {{ ref('kpi_component_customer') }}
{{ kpi_values(component='customer', period_grain=true) }}
