-- grain: one row per KPI, variant, local interval and scope, of the service KPIs that are published by interval, from legs
{{ config(
    materialized='incremental',
    incremental_strategy='rebuild_touched',
    on_schema_change='fail',
    meta={'touched': {'subjects': ['leg', 'hours'], 'periods': ['interval']}}
) }}

-- depends_on: {{ ref('kpi_component_interval') }}
{{ kpi_interval_values(component='leg', parts_from='kpi_component_interval', scopes=['site', 'queue', 'channel']) }}
