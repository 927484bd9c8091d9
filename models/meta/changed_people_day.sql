-- grain: one row per subject, business date and reason, from training and employee surveys that changed
{{ config(materialized='ephemeral') }}

with assignments as (

    select * from {{ ref('training_assignments') }}

),

assignment_images as (

    {{ changes('training_assignments') }}

),

answer_images as (

    {{ changes('employee_survey_answers') }}

),

spell_images as (

    {{ changes('employment_spells') }}

),

agent_ranges as (

    select * from {{ ref('changed_agent_range') }}

),

-- a spell decides whether somebody had left before the day, and an assignment in which team they were
assigned as (

    select agent_id, due_on, completed_on, 'training changed' as reason from assignment_images
    union all
    select agent_id, due_on, completed_on, 'employment or assignment changed' as reason
    from assignments
    where agent_id in (
            select spell_images.employee_id from spell_images
            union
            select agent_ranges.agent_id from agent_ranges
        )

),

days as (

    select 'training' as subject, due_on as business_date, reason from assigned
    union all
    select 'training' as subject, completed_on as business_date, reason from assigned
    where completed_on is not null
    union all
    -- the first day of a wave, whatever it is called: its whole year is counted again
    select
        'employee' as subject,
        cast(unnest(generate_series(
            cast(concat(left(survey_period, 4), '-01-01') as timestamp),
            cast(concat(left(survey_period, 4), '-12-01') as timestamp),
            interval 1 month
        )) as date) as business_date,
        'employee survey changed' as reason
    from answer_images

)

select subject, business_date, reason, count(*) as change_count
from days
group by subject, business_date, reason
