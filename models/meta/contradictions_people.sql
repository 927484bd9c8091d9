-- grain: one row per rule and training assignment or group of employees that contradicts what it should be
-- a view: both grow with staff, not with contacts
{{ config(materialized='view') }}

select
    'training_is_of_a_known_agent' as rule,
    'training_assignments' as entity,
    assignment_id as record_id,
    due_on as business_date,
    concat('agent ', delivered_agent_id, ' has no assignment on the day it was due; it counts, in no known team') as detail
from {{ ref('fct_training_assignment') }}
where agent_id = 'unknown' and not is_left_before_due
union all
select distinct -- every answer of a group says how large the group is
    'group_of_employees_is_large_enough' as rule,
    'employee_survey_answers' as entity,
    concat_ws('|', survey_period, team_group, question_code) as record_id,
    month_start as business_date,
    'fewer answers than may be shown; they count nowhere' as detail
from {{ ref('fct_employee_survey_answer') }}
where not is_reportable
