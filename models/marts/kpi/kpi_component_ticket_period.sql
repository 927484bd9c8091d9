-- grain: one row per period and scope, with what does not add up over time: the median first response, days of backlog
{{ config(
    materialized='incremental',
    incremental_strategy='rebuild_touched',
    on_schema_change='fail',
    meta={'touched': {'subjects': ['ticket', 'ticket_backlog'], 'counted': ['day', 'week', 'month', 'quarter', 'year']}}
) }}

{%- do touched() %}
{%- set periods = ['day', 'week', 'month', 'quarter', 'year'] %}
{%- set groups = {'site': ['site_id'], 'team': ['team_id'], 'queue': ['queue_id'], 'channel': ['channel']} %}

with replied as (

    select replied_on as business_date, site_id, team_id, agent_id, queue_id, channel, first_response_seconds
    from {{ ref('fct_ticket') }}
    where replied_on is not null

),

backlog as (

    select business_date, site_id, team_id, queue_id, channel, open_tickets
    from {{ ref('fct_ticket_backlog_day') }}

),

counted as (

    {%- for period in periods %}
    {%- set start = period_of(period, 'business_date') %}
    {%- for relation, scopes in {'replied': dict(groups, agent=['agent_id']), 'backlog': groups}.items() %}
    select
        '{{ period }}' as period_type,
        {{ start }} as period_start,
        {{ grouped_scope(scopes, ids=false) }} as scope_type,
        {{ grouped_scope(scopes, ids=true) }} as scope_id,
        {%- if relation == 'replied' %}
        median(first_response_seconds) as median_first_response_seconds,
        null as open_ticket_days,
        null as backlog_days
        {%- else %}
        null as median_first_response_seconds,
        sum(open_tickets) as open_ticket_days,
        count(distinct business_date) as backlog_days
        {%- endif %}
    from {{ relation }}
    {%- if is_incremental() %}
    where ('{{ period }}', {{ start }}) in {{ counted_periods(['ticket', 'ticket_backlog'], [period]) }}
    {%- endif %}
    group by grouping sets (
        ({{ start }})
        {%- for columns in scopes.values() %},
        ({{ start }}, {{ columns[0] }})
        {%- endfor %}
    )
    {{ 'union all' if not loop.last }}
    {%- endfor %}
    {{ 'union all' if not loop.last }}
    {%- endfor %}

)

select
    period_type,
    period_start,
    scope_type,
    scope_id,
    cast(max(median_first_response_seconds) as double) as median_first_response_seconds,
    cast(max(open_ticket_days) as bigint) as open_ticket_days,
    cast(max(backlog_days) as bigint) as backlog_days
from counted
group by period_type, period_start, scope_type, scope_id
