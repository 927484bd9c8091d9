-- grain: one row per agent state and local date: a state that runs past midnight has a row on each day
{{ config(
    materialized='incremental',
    incremental_strategy='rebuild_touched',
    on_schema_change='fail',
    meta={'touched': {'subjects': ['workforce', 'calendar']}}
) }}

with states as (

    select agent_id, state, started_at, ended_at
    from {{ ref('agent_states') }}
    where started_at < {{ as_of() }}

),

agents as (

    select * from {{ ref('dim_agent') }}

),

sites as (

    select * from {{ ref('dim_site') }}

),

{%- if is_incremental() %}

near_days as (

    select distinct business_date -- neighbours of several touched days
    from {{ touched_days(['workforce', 'calendar'], spread=1) }} as touched (business_date)

),

-- the last state that began before an unbroken run of these days may reach into it
run_starts as (

    select business_date
    from near_days
    where business_date - 1 not in (select earlier.business_date from near_days as earlier)

),

last_of_day as (

    select agent_id, cast(started_at as date) as utc_date, max(started_at) as started_at
    from states
    group by agent_id, cast(started_at as date)

),

carried as (

    select last_of_day.agent_id, max(last_of_day.started_at) as started_at
    from last_of_day
    inner join run_starts -- for its filtering effect
        on last_of_day.utc_date < run_starts.business_date
    group by last_of_day.agent_id, run_starts.business_date

),
{%- endif %}

relevant as (

    select *
    from states
    {%- if is_incremental() %}
    where cast(started_at as date) in (select near_days.business_date from near_days)
        or (agent_id, started_at) in (select (carried.agent_id, carried.started_at) from carried)
    {%- endif %}

),

-- of overlapping states the one that began later holds; whole seconds, so that pieces add up to the whole
ended as (

    select
        agent_id,
        state,
        date_trunc('second', ended_at) as delivered_ended_at,
        date_trunc('second', started_at) as started_at,
        date_trunc('second', least(
            coalesce(ended_at, {{ as_of() }}),
            coalesce(lead(started_at) over (partition by agent_id order by started_at), {{ as_of() }}),
            {{ as_of() }}
        )) as ended_at
    from relevant

),

-- being logged out is no state of work
zoned as (

    select ended.*, coalesce(sites.time_zone, {{ reporting_zone() }}) as time_zone
    from ended
    left join agents
        on ended.agent_id = agents.agent_id
            and cast(ended.started_at as date) between agents.valid_from and agents.valid_to
    left join sites
        on agents.site_id = sites.site_id
    where ended.state <> 'logged_out' and ended.ended_at > ended.started_at

),

dated as (

    select
        *,
        {{ local_date('started_at', 'time_zone') }} as first_day,
        {{ local_date("ended_at - interval 1 microsecond", 'time_zone') }} as last_day
    from zoned

),

daily as (

    select *, first_day + cast(unnest(range(0, last_day - first_day + 1)) as integer) as business_date
    from dated

),

cut as (

    select
        agent_id,
        state,
        business_date,
        case
            when business_date = first_day then started_at
            else {{ utc_instant('cast(business_date as timestamp)', 'time_zone') }}
        end as started_at,
        case
            when business_date = last_day then ended_at
            else {{ utc_instant('cast(business_date + 1 as timestamp)', 'time_zone') }}
        end as ended_at,
        business_date = last_day and ended_at < least(delivered_ended_at, {{ as_of() }}) as is_cut_short,
        least({{ utc_instant('cast(business_date + 1 as timestamp)', 'time_zone') }}, {{ as_of() }}) as day_ends_at
    from daily
    where {{ touched() }}

)

select
    cut.business_date,
    cut.agent_id as delivered_agent_id,
    coalesce(agents.agent_id, 'unknown') as agent_id,
    coalesce(agents.team_id, 'unknown') as team_id,
    coalesce(agents.site_id, 'unknown') as site_id,
    cut.state,
    cut.started_at,
    cut.ended_at,
    {{ seconds_between('cut.started_at', 'cut.ended_at') }} as state_seconds,
    cut.ended_at = cut.day_ends_at as is_at_close,
    coalesce(cut.is_cut_short, false) as is_cut_short
from cut
left join agents
    on cut.agent_id = agents.agent_id
        and cut.business_date between agents.valid_from and agents.valid_to
where cut.ended_at > cut.started_at
