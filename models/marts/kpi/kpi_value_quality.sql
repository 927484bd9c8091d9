-- grain: one row per KPI, variant, period and scope, of the quality KPIs, from evaluations, calibrations and recounts
{{ config(
    materialized='incremental',
    incremental_strategy='rebuild_touched',
    on_schema_change='fail',
    meta={'touched': {'subjects': ['quality', 'survey', 'leg'], 'periods': ['day', 'week', 'month', 'quarter', 'year']}}
) }}

-- depends_on: {{ ref('kpi_component_quality') }}
-- depends_on: {{ ref('kpi_component_calibration') }}
-- depends_on: {{ ref('kpi_component_quality_period') }}
select * from ({{ kpi_values(component='quality') }})
union all
select * from ({{ kpi_values(component='calibration') }})
union all
select * from ({{ kpi_values(component='quality_period', period_grain=true) }})
