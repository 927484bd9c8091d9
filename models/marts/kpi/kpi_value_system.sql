-- grain: one row per KPI, variant, period and scope, of the availability of systems, from agreed service and outages
{{ config(
    materialized='table',
    meta={'touched': {'subjects': [], 'periods': ['day', 'week', 'month', 'quarter', 'year']}}
) }}

-- A table, as its component is: an outage that still lasts moves every night, and there are few systems.
-- depends_on: {{ ref('kpi_component_system') }}
{{ kpi_values(component='system') }}
