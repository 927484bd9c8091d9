-- grain: one row per KPI, variant, period and scope, of the staff KPIs, from headcount, training and what employees say
{{ config(
    materialized='incremental',
    incremental_strategy='rebuild_touched',
    on_schema_change='fail',
    meta={'touched': {'subjects': ['headcount', 'calendar', 'training', 'employee'], 'periods': ['month', 'quarter', 'year']}}
) }}

-- depends_on: {{ ref('kpi_component_people') }}
-- depends_on: {{ ref('kpi_component_people_period') }}
-- depends_on: {{ ref('kpi_component_employee_survey') }}
select * from ({{ kpi_values(component='people', date_column='month_start') }})
union all
select * from ({{ kpi_values(component='people_period', period_grain=true) }})
union all
select * from ({{ kpi_values(component='employee_survey', date_column='month_start') }})
