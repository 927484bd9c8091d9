-- grain: one row per agent as delivered and local date: states, contacts, schedule, absences, paid time and employment
{{ config(
    materialized='incremental',
    incremental_strategy='rebuild_touched',
    on_schema_change='fail',
    meta={'touched': {'subjects': ['workforce', 'leg', 'headcount', 'calendar']}}
) }}

{%- set parts = [
    'handling_seconds', 'available_seconds', 'ringing_seconds', 'logged_in_seconds', 'agents_available', 'handled_legs',
    'untimed_legs', 'leg_handle_seconds', 'leg_contact_state_seconds', 'scheduled_seconds', 'scheduled_paid_seconds', 'scheduled_on_queue_seconds',
    'scheduled_adherence_seconds', 'adherent_seconds', 'excused_seconds', 'on_queue_in_shift_seconds',
    'shrinkage_internal_planned_seconds', 'shrinkage_internal_unplanned_seconds', 'shrinkage_external_planned_seconds',
    'shrinkage_external_unplanned_seconds', 'shrinkage_break_seconds', 'absence_unplanned_seconds',
    'absence_unapproved_seconds', 'leave_seconds', 'leave_absence_seconds', 'paid_seconds'
] %}

with state_intervals as (

    select * from {{ ref('fct_agent_state_interval') }} where {{ touched() }}

),

states as (

    select * from {{ ref('fct_agent_state') }} where {{ touched() }}

),

-- colleagues who talk to each other handle no contact
legs as (

    select * from {{ ref('fct_contact_segment') }} where direction <> 'internal' and {{ touched() }}

),

segments as (

    select * from {{ ref('fct_schedule_segment') }} where {{ touched() }}

),

adherence as (

    select * from {{ ref('fct_adherence_segment') }} where {{ touched() }}

),

absences as (

    select * from {{ ref('fct_absence') }} where {{ touched() }}

),

paid_days as (

    select * from {{ ref('fct_paid_time_day') }} where {{ touched() }}

),

headcounts as (

    select * from {{ ref('fct_headcount_day') }} where {{ touched() }}

),

agents as (

    select * from {{ ref('dim_agent') }}

),

groups as (

    select * from {{ ref('dim_agent_state') }}

),

-- legs lie inside contact states of their agents, or clocks differ
legs_in_states as (

    select
        legs.business_date,
        legs.delivered_agent_id,
        least(
            max(legs.handle_seconds),
            sum({{ seconds_between(
                'greatest(legs.answered_at, states.started_at)',
                'least(legs.answered_at + legs.handle_seconds * interval 1 second, states.ended_at)'
            ) }})
        ) as leg_contact_state_seconds
    from legs
    inner join states -- lost: legs wholly outside any state
        on legs.delivered_agent_id = states.delivered_agent_id
            and legs.business_date = states.business_date
            and states.started_at < legs.answered_at + legs.handle_seconds * interval 1 second
            and states.ended_at > legs.answered_at
    inner join groups -- lost: states in which nobody handles a contact
        on states.state = groups.state
    where groups.state_group = 'handling'
    group by legs.business_date, legs.delivered_agent_id, legs.segment_id

),

-- one branch per source; the parts that it does not know are empty
everything as (

    select
        business_date,
        delivered_agent_id,
        sum(state_seconds) filter (where state_group = 'handling') as handling_seconds,
        sum(state_seconds) filter (where state_group = 'available') as available_seconds,
        sum(state_seconds) filter (where state_group = 'ringing') as ringing_seconds,
        sum(state_seconds) as logged_in_seconds
    from state_intervals
    group by business_date, delivered_agent_id
    union all by name
    select business_date, delivered_agent_id, 1 as agents_available
    from states
    where is_at_close and state = 'available'
    union all by name
    select
        business_date,
        delivered_agent_id,
        count(*) filter (where is_handled_leg) as handled_legs,
        count(*) filter (where handle_seconds is null) as untimed_legs,
        sum(handle_seconds) as leg_handle_seconds
    from legs
    where delivered_agent_id is not null and answered_at is not null
    group by business_date, delivered_agent_id
    union all by name
    select business_date, delivered_agent_id, leg_contact_state_seconds
    from legs_in_states
    union all by name
    select
        business_date,
        delivered_agent_id,
        sum(scheduled_seconds) as scheduled_seconds,
        sum(scheduled_seconds) filter (where is_paid) as scheduled_paid_seconds,
        sum(scheduled_seconds) filter (where activity = 'on_queue') as scheduled_on_queue_seconds,
        sum(scheduled_seconds) filter (where counts_for_adherence) as scheduled_adherence_seconds,
        sum(scheduled_seconds) filter (where is_paid and activity = 'leave') as leave_seconds,
        sum(scheduled_seconds) filter (where is_paid and activity = 'leave') as leave_absence_seconds
    from segments
    group by business_date, delivered_agent_id
    union all by name
    -- scheduled leave is leave, unless an absence says what it was
    select
        business_date,
        delivered_agent_id,
        sum(absent_seconds) filter (where not is_planned and is_absenteeism) as absence_unplanned_seconds,
        sum(absent_seconds) filter (where approval_status = 'unapproved' and is_absenteeism) as absence_unapproved_seconds,
        sum(
            case when is_planned and approval_status = 'approved' then absent_seconds else 0 end
            - case when activity = 'leave' then absent_seconds else 0 end
        ) as leave_seconds,
        sum(
            case when is_planned and approval_status = 'approved' and is_absenteeism then absent_seconds else 0 end
            - case when activity = 'leave' then absent_seconds else 0 end
        ) as leave_absence_seconds
    from absences
    where is_paid
    group by business_date, delivered_agent_id
    union all by name
    select
        business_date,
        delivered_agent_id,
        sum(spent_seconds) filter (where counts_for_adherence and is_adherent) as adherent_seconds,
        sum(excused_seconds) filter (where counts_for_adherence) as excused_seconds,
        sum(spent_seconds) filter (where state_group in ('handling', 'available', 'ringing')) as on_queue_in_shift_seconds,
        sum(spent_seconds) filter (where is_paid and shrinkage_category = 'internal_planned') as shrinkage_internal_planned_seconds,
        sum(spent_seconds) filter (where is_paid and shrinkage_category = 'internal_unplanned')
            as shrinkage_internal_unplanned_seconds,
        sum(
            case when shrinkage_category = 'external_planned' then spent_seconds - unplanned_absence_seconds
                else planned_absence_seconds end
        ) filter (where is_paid) as shrinkage_external_planned_seconds,
        sum(
            case when shrinkage_category = 'external_unplanned' then spent_seconds - planned_absence_seconds
                else unplanned_absence_seconds end
        ) filter (where is_paid) as shrinkage_external_unplanned_seconds,
        sum(spent_seconds) filter (where is_paid and is_break) as shrinkage_break_seconds
    from adherence
    group by business_date, delivered_agent_id
    union all by name
    select business_date, delivered_agent_id, paid_seconds
    from paid_days
    union all by name
    select headcounts.business_date, headcounts.agent_id as delivered_agent_id, agents.fte
    from headcounts
    inner join agents -- nobody is lost: headcount knows only assigned agents
        on headcounts.agent_id = agents.agent_id
            and headcounts.business_date between agents.valid_from and agents.valid_to

),

summed as (

    select
        business_date,
        delivered_agent_id,
        {%- for part in parts %}
        cast(coalesce(sum({{ part }}), 0) as bigint) as {{ part }},
        {%- endfor %}
        cast(coalesce(sum(fte), 0) as decimal(9, 3)) as fte_days
    from everything
    group by business_date, delivered_agent_id

),

assigned as (

    select
        summed.*,
        coalesce(agents.agent_id, 'unknown') as agent_id,
        coalesce(agents.team_id, 'unknown') as team_id,
        coalesce(agents.site_id, 'unknown') as site_id,
        case when agents.agent_id is null then 'unknown' else agents.vendor_id end as vendor_id
    from summed
    left join agents
        on summed.delivered_agent_id = agents.agent_id
            and summed.business_date between agents.valid_from and agents.valid_to

)

select
    business_date,
    delivered_agent_id,
    agent_id,
    team_id,
    site_id,
    vendor_id,
    {%- for part in parts %}
    {{ part }},
    {%- endfor %}
    fte_days,
    -- a source that is silent for a whole site and day is missing, not zero
    max(logged_in_seconds) over (partition by business_date, site_id) > 0 as has_states,
    max(scheduled_seconds) over (partition by business_date, site_id) > 0 as has_schedule,
    max(paid_seconds) over (partition by business_date, site_id) > 0 as has_paid_time
from assigned
