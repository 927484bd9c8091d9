-- grain: one row per KPI, variant, period and scope, of the ticket KPIs
{{ config(
    materialized='incremental',
    incremental_strategy='rebuild_touched',
    on_schema_change='fail',
    meta={'touched': {
        'subjects': ['ticket', 'ticket_window', 'ticket_backlog', 'leg'],
        'periods': ['day', 'week', 'month', 'quarter', 'year']
    }}
) }}

-- depends_on: {{ ref('kpi_component_ticket') }}
-- depends_on: {{ ref('kpi_component_ticket_period') }}
select * from ({{ kpi_values(component='ticket') }})
union all
select * from ({{ kpi_values(component='ticket_period', period_grain=true) }})
