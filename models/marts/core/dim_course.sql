-- grain: one row per training course
{{ config(meta={'published': true}) }}

with assignments as (

    select * from {{ ref('training_assignments') }}

)

select
    course_id,
    min(due_on) as first_due_on,
    max(due_on) as last_due_on,
    count(*) as assignment_count,
    max(hours) as longest_hours
from assignments
group by course_id
