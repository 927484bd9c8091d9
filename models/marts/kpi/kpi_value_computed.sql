-- grain: one row per KPI, variant, period and scope: the values of every subject, as computed
{{ config(materialized='view') }}

{%- for subject in [
    'service',
    'access',
    'resolution',
    'survey',
    'sale',
    'cost',
    'customer',
    'people',
    'quality',
    'workforce',
    'staffing',
    'forecast',
    'forecast_total',
    'retention',
    'system',
    'ticket',
    'interval',
    'planning_interval',
] %}
select *, '{{ subject }}' as subject from {{ ref('kpi_value_' ~ subject) }}
{{ 'union all by name' if not loop.last }}
{%- endfor %}
