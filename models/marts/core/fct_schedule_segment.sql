-- grain: one row per scheduled activity and local date, of the version in force, as far as as-of
{{ config(
    materialized='incremental',
    incremental_strategy='rebuild_touched',
    on_schema_change='fail',
    meta={'touched': {'subjects': ['workforce', 'calendar']}}
) }}

with schedules as (

    select
        schedule_segment_id,
        agent_id,
        activity,
        is_paid,
        counts_for_adherence,
        version_published_at,
        date_trunc('second', start_at) as start_at,
        date_trunc('second', end_at) as end_at
    from {{ ref('schedules') }}
    where start_at < {{ as_of() }}
    {%- if is_incremental() %}
        and (
            cast(start_at as date) in {{ touched_days(['workforce', 'calendar'], spread=2) }}
            or end_at > start_at + interval 1 day
        )
    {%- endif %}

),

agents as (

    select * from {{ ref('dim_agent') }}

),

sites as (

    select * from {{ ref('dim_site') }}

),

zoned as (

    select
        schedules.*,
        coalesce(schedules.version_published_at, timestamp '1900-01-01') as published_at,
        coalesce(sites.time_zone, {{ reporting_zone() }}) as time_zone,
        {{ local_date('schedules.start_at', "coalesce(sites.time_zone, " ~ reporting_zone() ~ ")") }} as first_day
    from schedules
    left join agents
        on schedules.agent_id = agents.agent_id
            and cast(schedules.start_at as date) between agents.valid_from and agents.valid_to
    left join sites
        on agents.site_id = sites.site_id

),

-- the version in force when the day's work begins: the last one published by then, else the first one published later
versions as (

    select agent_id, first_day, published_at
    from zoned
    group by agent_id, first_day, published_at
    qualify row_number() over (
        partition by agent_id, first_day
        order by
            case when published_at <= min(start_at) then 0 else 1 end,
            case when published_at <= min(start_at) then published_at end desc nulls last,
            published_at
    ) = 1

),

in_force as (

    select zoned.*, least(zoned.end_at, {{ as_of() }}) as known_end_at
    from zoned
    inner join versions -- lost: other versions of the same day
        on zoned.agent_id = versions.agent_id
            and zoned.first_day = versions.first_day
            and zoned.published_at = versions.published_at

),

daily as (

    select
        *,
        first_day + cast(unnest(range(
            0, {{ local_date("known_end_at - interval 1 microsecond", 'time_zone') }} - first_day + 1
        )) as integer) as business_date
    from in_force

),

cut as (

    select
        *,
        greatest(start_at, {{ utc_instant('cast(business_date as timestamp)', 'time_zone') }}) as begins_at,
        least(known_end_at, {{ utc_instant('cast(business_date + 1 as timestamp)', 'time_zone') }}) as ends_at
    from daily
    where {{ touched() }}

),

-- of overlapping activities the one that begins first holds until it ends
apart as (

    select
        *,
        greatest(begins_at, coalesce(
            max(ends_at) over (
                partition by agent_id, business_date
                order by begins_at, start_at, schedule_segment_id
                rows between unbounded preceding and 1 preceding
            ),
            begins_at
        )) as holds_from,
        coalesce(
            lead(begins_at) over (partition by agent_id, business_date order by begins_at, start_at, schedule_segment_id) < ends_at, false
        ) as is_overlapped
    from cut
    where ends_at > begins_at

)

select
    apart.schedule_segment_id,
    apart.business_date,
    apart.agent_id as delivered_agent_id,
    coalesce(agents.agent_id, 'unknown') as agent_id,
    coalesce(agents.team_id, 'unknown') as team_id,
    coalesce(agents.site_id, 'unknown') as site_id,
    apart.activity,
    apart.is_paid,
    apart.counts_for_adherence,
    apart.version_published_at,
    apart.holds_from as started_at,
    apart.ends_at as ended_at,
    {{ seconds_between('apart.holds_from', 'apart.ends_at') }} as scheduled_seconds,
    apart.is_overlapped
from apart
left join agents
    on apart.agent_id = agents.agent_id
        and apart.business_date between agents.valid_from and agents.valid_to
where apart.ends_at > apart.holds_from
