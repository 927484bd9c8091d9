-- grain: one row per training assignment
-- a plain table: assignments grow with staff, not with contacts
{{ config(materialized='table') }}

with assignments as (

    select * from {{ ref('training_assignments') }}

),

agents as (

    select * from {{ ref('dim_agent') }}

),

spells as (

    select * from {{ ref('employment_spells') }}

),

sites as (

    select site_id, {{ last_complete_date('time_zone') }} as last_complete_date from {{ ref('dim_site') }}

),

-- people of whom spells are known, on the day a course was due and on the day it was completed
employment as (

    select
        assignments.assignment_id,
        bool_or(assignments.due_on between spells.started_on and coalesce(spells.ended_on, date '9999-12-31')) as is_employed_on_due,
        min(spells.ended_on) filter (where spells.ended_on < assignments.due_on) as earlier_end,
        max(spells.started_on) filter (where spells.started_on <= assignments.completed_on) as spell_started_on
    from assignments
    inner join spells -- lost: people without a spell, who are kept below
        on assignments.agent_id = spells.employee_id
    group by assignments.assignment_id

),

described as (

    select
        assignments.*,
        coalesce(not employment.is_employed_on_due and employment.earlier_end is not null, false) as is_left_before_due,
        coalesce(assignments.completed_on <= done_sites.last_complete_date, false) as is_completed,
        assignments.due_on <= due_sites.last_complete_date as is_due_day_over,
        coalesce(assignments.completed_on - employment.spell_started_on < 90, false) as is_new_hire,
        coalesce(due.agent_id, 'unknown') as known_agent_id,
        coalesce(due.team_id, 'unknown') as team_id,
        coalesce(due.site_id, 'unknown') as site_id,
        case when due.agent_id is null then 'unknown' else due.vendor_id end as vendor_id,
        coalesce(done.role, 'agent') as role_on_completion,
        coalesce(done.team_id, 'unknown') as completed_team_id,
        coalesce(done.site_id, 'unknown') as completed_site_id,
        case when done.agent_id is null then 'unknown' else done.vendor_id end as completed_vendor_id
    from assignments
    left join employment
        on assignments.assignment_id = employment.assignment_id
    left join agents as due
        on assignments.agent_id = due.agent_id
            and assignments.due_on between due.valid_from and due.valid_to
    left join agents as done
        on assignments.agent_id = done.agent_id
            and assignments.completed_on between done.valid_from and done.valid_to
    inner join sites as due_sites -- none lost: there is an unknown site
        on coalesce(due.site_id, 'unknown') = due_sites.site_id
    inner join sites as done_sites -- none lost either
        on coalesce(done.site_id, 'unknown') = done_sites.site_id

)

select
    assignment_id,
    known_agent_id as agent_id,
    agent_id as delivered_agent_id,
    team_id,
    site_id,
    vendor_id,
    course_id,
    due_on,
    completed_on,
    -- who left before the day it was due drops out
    is_due_day_over and not is_left_before_due as is_due,
    is_left_before_due,
    is_completed,
    is_completed and completed_on <= due_on as is_on_time,
    completed_team_id,
    completed_site_id,
    completed_vendor_id,
    is_new_hire,
    -- hours of agents only: the headcount that they are divided by has no other roles
    cast(case when is_completed and role_on_completion = 'agent' then round(coalesce(hours, 0) * 3600) else 0 end as bigint)
        as training_seconds
from described
