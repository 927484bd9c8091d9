-- grain: one row per wave's first month, site and team, with answers of employees; groups too small to be shown are in none
-- a plain table: answers grow with staff, not with contacts
{{ config(materialized='table') }}

with answers as (

    select * from {{ ref('fct_employee_survey_answer') }} where is_reportable

)

select
    month_start,
    site_id,
    team_id,
    count(*) filter (where question_code = 'JOB_SAT') as esat_answers,
    count(*) filter (where is_satisfied) as esat_satisfied,
    cast(coalesce(sum(score) filter (where question_code = 'JOB_SAT'), 0) as decimal(18, 3)) as esat_score_sum,
    cast(coalesce(sum(score * score) filter (where question_code = 'JOB_SAT'), 0) as decimal(18, 3)) as esat_score_squares,
    count(*) filter (where question_code = 'ENPS') as enps_answers,
    count(*) filter (where is_promoter) as enps_promoters,
    count(*) filter (where is_detractor) as enps_detractors
from answers
group by month_start, site_id, team_id
