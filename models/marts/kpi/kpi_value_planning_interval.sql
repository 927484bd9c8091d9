-- grain: one row per KPI, variant, local interval and scope, of the planning KPIs that are published by interval
{{ config(
    materialized='incremental',
    incremental_strategy='rebuild_touched',
    on_schema_change='fail',
    meta={'touched': {'subjects': ['workforce', 'staffing', 'forecast', 'leg', 'access', 'calendar'], 'periods': ['interval']}}
) }}

-- depends_on: {{ ref('kpi_component_workforce_interval') }}
-- depends_on: {{ ref('kpi_component_staffing') }}
-- depends_on: {{ ref('kpi_component_forecast') }}
-- depends_on: {{ ref('kpi_component_access_interval') }}
select * from ({{ kpi_interval_values(component='workforce', parts_from='kpi_component_workforce_interval', scopes=['site', 'team']) }})
union all
select * from ({{ kpi_interval_values(component='staffing', parts_from='kpi_component_staffing', scopes=['site']) }})
union all
select * from ({{ kpi_interval_values(component='forecast', parts_from='kpi_component_forecast', scopes=['site', 'queue', 'channel']) }})
union all
select * from ({{ kpi_interval_values(component='access', parts_from='kpi_component_access_interval', scopes=[]) }})
