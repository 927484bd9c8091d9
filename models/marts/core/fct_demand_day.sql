-- grain: one row per business date and scope, with what does not add up over queues: open hours, and the busiest time
{{ config(
    materialized='incremental',
    incremental_strategy='rebuild_touched',
    on_schema_change='fail',
    meta={'touched': {'subjects': ['leg', 'hours']}}
) }}

with intervals as (

    select * from {{ ref('fct_queue_interval') }} where {{ touched() }}

),

hours as (

    select * from {{ ref('dim_operating_hours') }} where {{ touched('local_date') }}

),

-- several sites' intervals that the clocks called the same are one; where the clocks of one changed, it begins when the
-- first of the sites that were called in it has it
by_interval as (

    select
        business_date,
        interval_id,
        coalesce(min(day_seconds) filter (where contacts_offered > 0), min(day_seconds)) as day_seconds,
        case
            when grouping(site_id) = 0 then 'site'
            when grouping(queue_id) = 0 then 'queue'
            when grouping(channel) = 0 then 'channel'
            else 'enterprise'
        end as scope_type,
        coalesce(site_id, queue_id, channel) as scope_id,
        sum(contacts_offered) as contacts_offered
    from intervals
    group by grouping sets (
        (business_date, interval_id),
        (business_date, interval_id, site_id),
        (business_date, interval_id, queue_id),
        (business_date, interval_id, channel)
    )

),

offered as (

    select
        business_date,
        scope_type,
        scope_id,
        sum(contacts_offered) as contacts_offered,
        max(contacts_offered) as peak_interval_contacts,
        -- of several such intervals the first
        min_by(interval_id, (-contacts_offered, day_seconds, interval_id)) as peak_interval_id
    from by_interval
    where scope_type = 'enterprise' or scope_id is not null
    group by business_date, scope_type, scope_id

),

-- the sixty minutes that begin with an interval, as far as they belong to its date
by_hour as (

    select
        business_date,
        scope_type,
        scope_id,
        interval_id,
        day_seconds,
        sum(contacts_offered) over (
            partition by business_date, scope_type, scope_id
            order by day_seconds
            range between current row and {{ [60 - var('interval_minutes') | int, 0] | max * 60 }} following
        ) as contacts_offered
    from by_interval
    where scope_type = 'enterprise' or scope_id is not null

),

busiest as (

    select
        business_date,
        scope_type,
        scope_id,
        max(contacts_offered) as busy_hour_contacts,
        min_by(interval_id, (-contacts_offered, day_seconds, interval_id)) as busy_hour_interval_id
    from by_hour
    group by business_date, scope_type, scope_id

),

windows as (

    {%- set members = {'enterprise': 'cast(null as varchar)', 'site': 'site_id', 'queue': 'queue_id', 'channel': 'channel'} %}
    {%- for scope, column in members.items() %}
    select local_date as business_date, '{{ scope }}' as scope_type, {{ column }} as scope_id, open_at, close_at
    from hours
    {{ 'union all' if not loop.last }}
    {%- endfor %}

),

-- queues open at the same time are open once
reached as (

    select
        *,
        max(close_at) over (
            partition by business_date, scope_type, scope_id
            order by open_at, close_at
            rows between unbounded preceding and 1 preceding
        ) as open_until
    from windows

),

opened as (

    select
        business_date,
        scope_type,
        scope_id,
        sum({{ seconds_between('greatest(open_at, coalesce(open_until, open_at))', 'greatest(close_at, coalesce(open_until, close_at))') }})
            as open_seconds
    from reached
    where scope_type = 'enterprise' or scope_id is not null
    group by business_date, scope_type, scope_id

),

known as (

    select business_date, scope_type, scope_id from offered
    union
    select business_date, scope_type, scope_id from opened

)

select
    known.business_date,
    known.scope_type,
    known.scope_id,
    cast(coalesce(offered.contacts_offered, 0) as bigint) as contacts_offered,
    cast(opened.open_seconds as bigint) as open_seconds,
    cast(coalesce(offered.peak_interval_contacts, 0) as bigint) as peak_interval_contacts,
    offered.peak_interval_id,
    cast(coalesce(busiest.busy_hour_contacts, 0) as bigint) as busy_hour_contacts,
    busiest.busy_hour_interval_id
from known
left join offered
    on known.business_date = offered.business_date
        and known.scope_type = offered.scope_type
        and known.scope_id is not distinct from offered.scope_id
left join busiest
    on known.business_date = busiest.business_date
        and known.scope_type = busiest.scope_type
        and known.scope_id is not distinct from busiest.scope_id
left join opened
    on known.business_date = opened.business_date
        and known.scope_type = opened.scope_type
        and known.scope_id is not distinct from opened.scope_id
