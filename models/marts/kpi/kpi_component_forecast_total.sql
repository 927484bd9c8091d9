-- grain: one row per period and scope, with the errors of whole days: intervals, and queues of the scope, are netted first
{{ config(materialized='view') }}

{%- set scopes = {'enterprise': 'null', 'site': 'site_id', 'queue': 'queue_id', 'channel': 'channel'} %}

with intervals as (

    select * from {{ ref('kpi_component_forecast') }}

),

days as (

    {%- for scope, column in scopes.items() %}
    select
        business_date,
        '{{ scope }}' as scope_type,
        cast({{ column }} as varchar) as scope_id,
        cast(sum(actual_contacts) as bigint) as actual_contacts,
        abs(sum(forecast_contacts) - sum(actual_contacts)) as abs_error_contacts
    from intervals
    {%- if scope != 'enterprise' %}
    where {{ column }} is not null
    {%- endif %}
    group by business_date{{ ', ' ~ column if scope != 'enterprise' }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}

),

periods as (

    {%- for period in ['day', 'week', 'month', 'quarter', 'year'] %}
    select
        '{{ period }}' as period_type,
        {{ period_of(period, 'business_date') }} as period_start,
        scope_type,
        scope_id,
        actual_contacts,
        abs_error_contacts
    from days
    {{ 'union all' if not loop.last }}
    {%- endfor %}

)

select
    cast(period_type as varchar) as period_type,
    period_start,
    cast(scope_type as varchar) as scope_type,
    scope_id,
    cast(sum(actual_contacts) as bigint) as actual_contacts,
    cast(sum(abs_error_contacts) as decimal(18, 6)) as abs_error_contacts
from periods
group by period_type, period_start, scope_type, scope_id
