-- grain: one row per site and complete interval of local time with a requirement: required, scheduled and actual staff
{{ config(
    materialized='incremental',
    incremental_strategy='rebuild_touched',
    on_schema_change='fail',
    meta={'touched': {'subjects': ['workforce', 'staffing', 'calendar']}}
) }}

{%- set interval_seconds = var('interval_minutes') ~ ' * 60' %}

with requirements as (

    select * from {{ ref('staff_requirements') }} where interval_start_at < {{ as_of() }} and {{ near_touched('interval_start_at') }}

),

segments as (

    select * from {{ ref('fct_schedule_segment') }} where {{ touched() }}

),

states as (

    select * from {{ ref('fct_agent_state_interval') }} where {{ touched() }}

),

sites as (

    select * from {{ ref('dim_site') }}

),

required_spans as (

    select
        requirements.required_fte,
        requirements.interval_start_at as started_at,
        requirements.interval_start_at + requirements.interval_minutes * interval 1 minute as ended_at,
        coalesce(sites.site_id, 'unknown') as site_id,
        {{ local_time('requirements.interval_start_at', "coalesce(sites.time_zone, " ~ reporting_zone() ~ ")") }} as local_at
    from requirements
    left join sites
        on requirements.site_id = sites.site_id

),

required_pieces as (

    select *, {{ interval_starts('started_at', 'ended_at', 'local_at') }} as interval_start_at
    from required_spans

),

-- requirements of several groups of a site add up: no source says which agents belong to which group
required as (

    select
        site_id,
        interval_start_at,
        cast(
            sum(required_fte * {{ seconds_in_interval('started_at', 'ended_at', 'interval_start_at') }}) / ({{ interval_seconds }})
            as decimal(18, 6)
        ) as required_fte
    from required_pieces
    where interval_start_at + interval {{ var('interval_minutes') }} minute <= {{ as_of() }}
    group by site_id, interval_start_at

),

required_days as (

    select required.*, {{ local_date('required.interval_start_at', 'sites.time_zone') }} as business_date
    from required
    inner join sites -- nobody is lost: unknown sites were mapped
        on required.site_id = sites.site_id

),

scheduled_spans as (

    select segments.*, {{ local_time('segments.started_at', 'sites.time_zone') }} as local_at
    from segments
    inner join sites -- nobody is lost: the fact knows its sites
        on segments.site_id = sites.site_id
    where segments.activity = 'on_queue'

),

scheduled_pieces as (

    select *, {{ interval_starts('started_at', 'ended_at', 'local_at') }} as interval_start_at
    from scheduled_spans

),

scheduled as (

    select
        site_id,
        interval_start_at,
        sum({{ seconds_in_interval('started_at', 'ended_at', 'interval_start_at') }}) as scheduled_seconds
    from scheduled_pieces
    group by site_id, interval_start_at

),

present as (

    select
        site_id,
        interval_start_at,
        sum(state_seconds) as on_queue_seconds,
        count(distinct delivered_agent_id) as on_queue_agents
    from states
    where state_group in ('handling', 'available', 'ringing')
    group by site_id, interval_start_at

),

-- a source that is silent for a whole site and day is missing, not zero
scheduled_days as (

    select business_date, site_id
    from segments
    group by business_date, site_id

),

present_days as (

    select business_date, site_id
    from states
    group by business_date, site_id

),

measured as (

    select
        required_days.business_date,
        required_days.interval_start_at,
        required_days.site_id,
        required_days.required_fte,
        case when scheduled_days.site_id is not null
                then cast(coalesce(scheduled.scheduled_seconds, 0) / ({{ interval_seconds }}) as decimal(18, 6)) end as scheduled_fte,
        case when present_days.site_id is not null then coalesce(present.on_queue_seconds, 0) end as on_queue_seconds,
        case when present_days.site_id is not null then coalesce(present.on_queue_agents, 0) end as on_queue_agents
    from required_days
    left join scheduled
        on required_days.site_id = scheduled.site_id
            and required_days.interval_start_at = scheduled.interval_start_at
    left join present
        on required_days.site_id = present.site_id
            and required_days.interval_start_at = present.interval_start_at
    left join scheduled_days
        on required_days.site_id = scheduled_days.site_id
            and required_days.business_date = scheduled_days.business_date
    left join present_days
        on required_days.site_id = present_days.site_id
            and required_days.business_date = present_days.business_date
    where {{ touched('required_days.business_date') }}

),

staffed as (

    select *, cast(on_queue_seconds / ({{ interval_seconds }}) as decimal(18, 6)) as actual_fte
    from measured

)

select
    business_date,
    interval_start_at,
    site_id,
    required_fte,
    cast(round(required_fte * {{ interval_seconds }}) as bigint) as required_fte_seconds,
    scheduled_fte,
    actual_fte,
    cast(on_queue_seconds as bigint) as on_queue_seconds,
    cast(on_queue_agents as bigint) as on_queue_agents,
    cast(case when scheduled_fte is not null then greatest(scheduled_fte - required_fte, 0) end as decimal(18, 6)) as over_fte,
    cast(case when scheduled_fte is not null then greatest(required_fte - scheduled_fte, 0) end as decimal(18, 6)) as under_fte,
    cast(case when actual_fte is not null then greatest(required_fte - actual_fte, 0) end as decimal(18, 6)) as under_actual_fte,
    abs(scheduled_fte - required_fte) <= required_fte * {{ var('staffing_tolerance_pct') }} / 100 as is_within_tolerance
from staffed
