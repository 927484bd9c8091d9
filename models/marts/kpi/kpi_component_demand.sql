-- grain: one row per period and scope, with open hours, the busiest times and the middle of the waits, none of which add up
{{ config(
    materialized='incremental',
    incremental_strategy='rebuild_touched',
    on_schema_change='fail',
    meta={'touched': {'subjects': ['leg', 'hours'], 'counted': ['day', 'week', 'month', 'quarter', 'year']}}
) }}
{%- do touched() %}

with days as (

    select * from {{ ref('fct_demand_day') }}

),

entries as (

    select * from {{ ref('fct_contact_segment') }} where is_queue_entry and coalesce(queue_outcome, 'in_queue') <> 'in_queue'

),

busiest as (

    {%- for period in ['day', 'week', 'month', 'quarter', 'year'] %}
    select
        '{{ period }}' as period_type,
        {{ period_of(period, 'business_date') }} as period_start,
        scope_type,
        scope_id,
        sum(contacts_offered) as contacts_offered,
        sum(open_seconds) as open_seconds,
        max(peak_interval_contacts) as peak_interval_contacts,
        max(busy_hour_contacts) as busy_hour_contacts
    from days
    {%- if is_incremental() %}
    where ('{{ period }}', {{ period_of(period, 'business_date') }}) in {{ counted_periods(['leg', 'hours'], [period]) }}
    {%- endif %}
    group by {{ period_of(period, 'business_date') }}, scope_type, scope_id
    {{ 'union all' if not loop.last }}
    {%- endfor %}

),

-- half of the answered entries waited no longer, and nine in ten
waited as (

    {%- for period in ['day', 'week', 'month', 'quarter', 'year'] %}
    select
        '{{ period }}' as period_type,
        {{ period_of(period, 'business_date') }} as period_start,
        case
            when grouping(site_id) = 0 then 'site'
            when grouping(queue_id) = 0 then 'queue'
            when grouping(channel) = 0 then 'channel'
            else 'enterprise'
        end as scope_type,
        coalesce(site_id, queue_id, channel) as scope_id,
        count(*) as left_entries,
        count(wait_seconds) as timed_entries,
        percentile_cont(0.5) within group (order by wait_seconds) filter (where is_answered) as median_wait_seconds,
        percentile_cont(0.9) within group (order by wait_seconds) filter (where is_answered) as p90_wait_seconds
    from entries
    {%- if is_incremental() %}
    where ('{{ period }}', {{ period_of(period, 'business_date') }}) in {{ counted_periods(['leg', 'hours'], [period]) }}
    {%- endif %}
    group by grouping sets (
        ({{ period_of(period, 'business_date') }}),
        ({{ period_of(period, 'business_date') }}, site_id),
        ({{ period_of(period, 'business_date') }}, queue_id),
        ({{ period_of(period, 'business_date') }}, channel)
    )
    {{ 'union all' if not loop.last }}
    {%- endfor %}

)

select
    busiest.period_type,
    busiest.period_start,
    busiest.scope_type,
    busiest.scope_id,
    cast(busiest.contacts_offered as bigint) as contacts_offered,
    cast(busiest.open_seconds as bigint) / 3600.0 as open_hours,
    cast(busiest.open_seconds as bigint) / 60.0 / {{ var('interval_minutes') }} as open_intervals,
    cast(busiest.peak_interval_contacts as bigint) as peak_interval_contacts,
    cast(busiest.busy_hour_contacts as bigint) as busy_hour_contacts,
    cast(waited.left_entries as bigint) as left_entries,
    cast(waited.timed_entries as bigint) as timed_entries,
    -- interpolation leaves noise in the last digits
    round(waited.median_wait_seconds, 6) as median_wait_seconds,
    round(waited.p90_wait_seconds, 6) as p90_wait_seconds
from busiest
left join waited -- nobody left a queue in many a period
    on busiest.period_type = waited.period_type
        and busiest.period_start = waited.period_start
        and busiest.scope_type = waited.scope_type
        and busiest.scope_id is not distinct from waited.scope_id
