-- grain: one row per absence and scheduled activity that it falls into, by local date: only scheduled time can be missed
{{ config(
    materialized='incremental',
    incremental_strategy='rebuild_touched',
    on_schema_change='fail',
    meta={'touched': {'subjects': ['workforce', 'calendar']}}
) }}

with absences as (

    select
        absence_id,
        agent_id,
        absence_type,
        is_planned,
        approval_status,
        date_trunc('second', start_at) as start_at,
        date_trunc('second', end_at) as end_at
    from {{ ref('absences') }}

),

segments as (

    select * from {{ ref('fct_schedule_segment') }} where {{ touched() }}

),

types as (

    select * from {{ ref('dim_absence_type') }}

),

-- of overlapping absences the one that began first holds until it ends; all are read, they are few
apart as (

    select
        absences.*,
        types.is_absenteeism,
        greatest(absences.start_at, coalesce(
            max(absences.end_at) over (
                partition by absences.agent_id
                order by absences.start_at, absences.absence_id
                rows between unbounded preceding and 1 preceding
            ),
            absences.start_at
        )) as holds_from
    from absences
    inner join types -- nobody is lost: the dimension holds every type that was delivered
        on absences.absence_type = types.absence_type

)

select
    apart.absence_id,
    segments.schedule_segment_id,
    segments.business_date,
    segments.delivered_agent_id,
    segments.agent_id,
    segments.team_id,
    segments.site_id,
    apart.absence_type,
    apart.is_absenteeism,
    apart.is_planned,
    apart.approval_status,
    segments.activity,
    segments.is_paid,
    greatest(apart.holds_from, segments.started_at) as started_at,
    least(apart.end_at, segments.ended_at) as ended_at,
    {{ seconds_between('greatest(apart.holds_from, segments.started_at)', 'least(apart.end_at, segments.ended_at)') }} as absent_seconds
from segments
inner join apart -- lost: absences outside any scheduled shift, and activities that nobody missed
    on segments.delivered_agent_id = apart.agent_id
        and apart.holds_from < segments.ended_at
        and apart.end_at > segments.started_at
        and apart.end_at > apart.holds_from
