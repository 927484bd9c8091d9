-- grain: one row per subject, business date and reason, from states, schedules, absences, pay, forecasts and requirements that changed
{{ config(materialized='ephemeral') }}

with state_images as (

    {{ changes('agent_states') }}

),

schedule_images as (

    {{ changes('schedules') }}

),

exception_images as (

    {{ changes('adherence_exceptions') }}

),

absence_images as (

    {{ changes('absences') }}

),

paid_images as (

    {{ changes('paid_time') }}

),

forecast_images as (

    {{ changes('forecasts') }}

),

requirement_images as (

    {{ changes('staff_requirements') }}

),

site_images as (

    {{ changes('sites') }}

),

leg_images as (

    {{ changes('contact_segments') }}

),

agent_ranges as (

    select * from {{ ref('changed_agent_range') }}

),

states as (

    select agent_id, started_at from {{ ref('agent_states') }}

),

schedules as (

    select agent_id, start_at, end_at from {{ ref('schedules') }}

),

changed_state_days as (

    select agent_id, cast(started_at as date) as first_day
    from state_images
    group by agent_id, cast(started_at as date)

),

-- a state may hold until the agent's next one, and gives way to it: it reaches to the next day with a state;
-- what lies before everything that changed is asked for only of agents whose assignment changed
state_spans as (

    select
        agent_id,
        first_day,
        max(is_changed) as is_changed,
        coalesce(lead(first_day) over (partition by agent_id order by first_day), {{ latest_running_date() }}) as last_day
    from (
        select agent_id, cast(started_at as date) as first_day, 0 as is_changed
        from states
        where cast(started_at as date) >= (select min(changed_state_days.first_day) from changed_state_days)
            or agent_id in (select agent_ranges.agent_id from agent_ranges)
        group by agent_id, cast(started_at as date)
        union all
        select agent_id, first_day, 1 as is_changed
        from changed_state_days
    ) as days
    group by agent_id, first_day

),

changed_schedule_days as (

    select agent_id, cast(start_at as date) as first_day
    from schedule_images
    group by agent_id, cast(start_at as date)

),

ranges as (

    select first_day, last_day, 'agent state changed' as reason
    from state_spans
    where is_changed = 1
    union all
    select cast(start_at as date) as first_day, cast(end_at as date) as last_day, 'schedule changed' as reason
    from schedule_images
    union all
    -- another version of a day may be in force now: all that begins on that day
    select cast(schedules.start_at as date) as first_day, cast(schedules.end_at as date) as last_day, 'schedule changed' as reason
    from schedules
    inner join changed_schedule_days -- for its filtering effect
        on schedules.agent_id = changed_schedule_days.agent_id
            and cast(schedules.start_at as date) between changed_schedule_days.first_day - 1 and changed_schedule_days.first_day + 1
    union all
    select cast(start_at as date) as first_day, cast(end_at as date) as last_day, 'exception of adherence changed' as reason
    from exception_images
    union all
    select cast(start_at as date) as first_day, cast(end_at as date) as last_day, 'absence changed' as reason
    from absence_images
    union all
    select work_date as first_day, work_date as last_day, 'paid time changed' as reason
    from paid_images
    union all
    select state_spans.first_day, state_spans.last_day, 'assignment of an agent changed' as reason
    from state_spans
    inner join agent_ranges -- for its filtering effect
        on state_spans.agent_id = agent_ranges.agent_id
            and state_spans.first_day <= agent_ranges.last_day + 1
            and state_spans.last_day >= agent_ranges.first_day - 1
    union all
    select
        cast(schedules.start_at as date) as first_day,
        cast(schedules.end_at as date) as last_day,
        'assignment of an agent changed' as reason
    from schedules
    inner join agent_ranges -- for its filtering effect
        on schedules.agent_id = agent_ranges.agent_id
            and cast(schedules.start_at as date) <= agent_ranges.last_day + 1
            and cast(schedules.end_at as date) >= agent_ranges.first_day - 1
    union all
    select paid_time.work_date as first_day, paid_time.work_date as last_day, 'assignment of an agent changed' as reason
    from {{ ref('paid_time') }} as paid_time
    inner join agent_ranges -- for its filtering effect
        on paid_time.agent_id = agent_ranges.agent_id
            and paid_time.work_date between agent_ranges.first_day and agent_ranges.last_day
    union all
    -- a time zone reaches back to the first record, and so do the first contacts that are known at all
    select
        least(
            coalesce((select min(cast(states.started_at as date)) from states), {{ latest_running_date() }}),
            coalesce((select min(cast(schedules.start_at as date)) from schedules), {{ latest_running_date() }}),
            coalesce(
                (select min(cast(interval_start_at as date)) from {{ ref('staff_requirements') }}), {{ latest_running_date() }}
            )
        ) as first_day,
        {{ latest_running_date() }} as last_day,
        far_reaching.reason
    from (
        select 'a site changed' as reason where exists (select 1 from site_images)
        union all
        select 'first contacts delivered' as reason where {{ is_first_delivery('leg_images', ref('contact_segments'), 'segment_id') }}
    ) as far_reaching

),

-- ranges are cut at as-of, and spread by one day on both sides, which covers every zone
distinct_ranges as (

    select first_day, least(last_day, {{ latest_running_date() }}) as last_day, reason, count(*) as change_count
    from ranges
    group by first_day, least(last_day, {{ latest_running_date() }}), reason

),

workforce_days as (

    select
        cast(unnest(generate_series(
            cast(first_day as timestamp) - interval 1 day, cast(last_day as timestamp) + interval 1 day, interval 1 day
        )) as date) as business_date,
        reason,
        change_count
    from distinct_ranges

),

planned_days as (

    select 'forecast' as subject, cast(interval_start_at as date) as utc_date, 'forecast changed' as reason
    from forecast_images
    where interval_start_at < {{ as_of() }}
    union all
    select 'staffing' as subject, cast(interval_start_at as date) as utc_date, 'required staff changed' as reason
    from requirement_images
    where interval_start_at < {{ as_of() }}

)

select 'workforce' as subject, business_date, reason, sum(change_count) as change_count
from workforce_days
group by business_date, reason
union all
select
    planned_days.subject,
    planned_days.utc_date + cast(shift.days as integer) as business_date,
    planned_days.reason,
    count(*) as change_count
from planned_days
cross join (select unnest(range(-1, 2)) as days) as shift
group by planned_days.subject, planned_days.utc_date + cast(shift.days as integer), planned_days.reason
