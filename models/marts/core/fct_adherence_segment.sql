-- grain: one row per scheduled activity, local date and the state that the agent was in; no state is `logged_out`
{{ config(
    materialized='incremental',
    incremental_strategy='rebuild_touched',
    on_schema_change='fail',
    meta={'touched': {'subjects': ['workforce', 'calendar']}}
) }}

with segments as (

    select * from {{ ref('fct_schedule_segment') }} where {{ touched() }}

),

states as (

    select * from {{ ref('fct_agent_state') }} where {{ touched() }}

),

absences as (

    select * from {{ ref('fct_absence') }} where {{ touched() }}

),

groups as (

    select * from {{ ref('dim_agent_state') }}

),

exceptions as (

    select
        exception_id,
        agent_id,
        date_trunc('second', start_at) as start_at,
        date_trunc('second', end_at) as end_at
    from {{ ref('adherence_exceptions') }}
    where is_excused

),

-- overlapping exceptions excuse a second once; all are read, they are few
apart as (

    select
        agent_id,
        end_at,
        greatest(start_at, coalesce(
            max(end_at) over (
                partition by agent_id order by start_at, exception_id rows between unbounded preceding and 1 preceding
            ),
            start_at
        )) as holds_from
    from exceptions

),

excused as (

    select
        segments.schedule_segment_id,
        segments.business_date,
        greatest(apart.holds_from, segments.started_at) as started_at,
        least(apart.end_at, segments.ended_at) as ended_at
    from segments
    inner join apart -- lost: exceptions outside the schedule
        on segments.delivered_agent_id = apart.agent_id
            and apart.holds_from < segments.ended_at
            and apart.end_at > segments.started_at
            and apart.end_at > apart.holds_from

),

met as (

    select
        segments.schedule_segment_id,
        segments.business_date,
        segments.started_at as segment_started_at,
        segments.ended_at as segment_ended_at,
        states.state,
        -- empty without a state: the greater of something and nothing would be something
        case when states.state is not null then greatest(segments.started_at, states.started_at) end as started_at,
        case when states.state is not null then least(segments.ended_at, states.ended_at) end as ended_at
    from segments
    left join states
        on segments.delivered_agent_id = states.delivered_agent_id
            and segments.business_date = states.business_date
            and states.started_at < segments.ended_at
            and states.ended_at > segments.started_at

),

-- the time before each state, and after the last one, in which there was none
followed as (

    select
        *,
        coalesce(
            lag(ended_at) over (partition by schedule_segment_id, business_date order by started_at), segment_started_at
        ) as free_from,
        row_number() over (partition by schedule_segment_id, business_date order by started_at desc) = 1 as is_last
    from met

),

pieces as (

    select schedule_segment_id, business_date, state, started_at, ended_at
    from followed
    where state is not null
    union all
    select schedule_segment_id, business_date, 'logged_out' as state, free_from as started_at, started_at as ended_at
    from followed
    where state is not null and started_at > free_from
    union all
    select
        schedule_segment_id,
        business_date,
        'logged_out' as state,
        coalesce(ended_at, segment_started_at) as started_at,
        segment_ended_at as ended_at
    from followed
    where is_last and segment_ended_at > coalesce(ended_at, segment_started_at)

),

measured as (

    select
        schedule_segment_id,
        business_date,
        state,
        {{ seconds_between('started_at', 'ended_at') }} as spent_seconds,
        0 as excused_seconds,
        0 as planned_absence_seconds,
        0 as unplanned_absence_seconds
    from pieces
    union all
    select
        pieces.schedule_segment_id,
        pieces.business_date,
        pieces.state,
        0 as spent_seconds,
        {{ seconds_between(
            'greatest(pieces.started_at, excused.started_at)', 'least(pieces.ended_at, excused.ended_at)'
        ) }} as excused_seconds,
        0 as planned_absence_seconds,
        0 as unplanned_absence_seconds
    from pieces
    inner join excused -- lost: time without an exception
        on pieces.schedule_segment_id = excused.schedule_segment_id
            and pieces.business_date = excused.business_date
            and pieces.started_at < excused.ended_at
            and pieces.ended_at > excused.started_at
    union all
    select
        pieces.schedule_segment_id,
        pieces.business_date,
        pieces.state,
        0 as spent_seconds,
        0 as excused_seconds,
        case when absences.is_planned then {{ seconds_between(
            'greatest(pieces.started_at, absences.started_at)', 'least(pieces.ended_at, absences.ended_at)'
        ) }} else 0 end as planned_absence_seconds,
        case when absences.is_planned then 0 else {{ seconds_between(
            'greatest(pieces.started_at, absences.started_at)', 'least(pieces.ended_at, absences.ended_at)'
        ) }} end as unplanned_absence_seconds
    from pieces
    inner join absences -- lost: time without an absence; who is at work is not absent
        on pieces.schedule_segment_id = absences.schedule_segment_id
            and pieces.business_date = absences.business_date
            and pieces.started_at < absences.ended_at
            and pieces.ended_at > absences.started_at
    where pieces.state = 'logged_out'

),

summed as (

    select
        schedule_segment_id,
        business_date,
        state,
        sum(spent_seconds) as spent_seconds,
        sum(excused_seconds) as excused_seconds,
        sum(planned_absence_seconds) as planned_absence_seconds,
        sum(unplanned_absence_seconds) as unplanned_absence_seconds
    from measured
    group by schedule_segment_id, business_date, state

)

select
    segments.schedule_segment_id,
    segments.business_date,
    segments.delivered_agent_id,
    segments.agent_id,
    segments.team_id,
    segments.site_id,
    segments.activity,
    segments.is_paid,
    segments.counts_for_adherence,
    summed.state,
    groups.state_group,
    coalesce(groups.activity = segments.activity, false) as is_adherent,
    -- planned leave is in the schedule already
    case
        when summed.state = 'logged_out' and segments.activity = 'leave' then 'external_planned'
        else groups.shrinkage_category
    end as shrinkage_category,
    groups.is_break,
    cast(summed.spent_seconds as bigint) as spent_seconds,
    cast(case when groups.activity = segments.activity then 0 else summed.excused_seconds end as bigint) as excused_seconds,
    cast(summed.planned_absence_seconds as bigint) as planned_absence_seconds,
    cast(summed.unplanned_absence_seconds as bigint) as unplanned_absence_seconds
from summed
inner join segments -- nobody is lost: the sums are made of segments
    on summed.schedule_segment_id = segments.schedule_segment_id
        and summed.business_date = segments.business_date
inner join groups -- nobody is lost: a state that is not listed was rejected when it was loaded
    on summed.state = groups.state
