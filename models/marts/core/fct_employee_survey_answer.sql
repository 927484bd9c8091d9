-- grain: one row per anonymous answer of an employee; equal rows are several answers
-- a plain table: answers grow with staff, not with contacts
{{ config(materialized='table') }}

with answers as (

    select * from {{ ref('employee_survey_answers') }}

),

teams as (

    select * from {{ ref('dim_team') }}

),

sites as (

    select * from {{ ref('dim_site') }}

),

dated as (

    select
        *,
        cast(case
            when survey_period like '%Q%'
                then cast(concat(left(survey_period, 4), '-01-01') as date)
                    + (cast(right(survey_period, 1) as integer) - 1) * interval 3 month
            when length(survey_period) = 7 then cast(concat(survey_period, '-01') as date)
            else cast(concat(left(survey_period, 4), '-01-01') as date)
        end as date) as month_start,
        count(*) over (partition by survey_period, team_group, question_code) as group_size
    from answers

)

select
    dated.survey_period,
    dated.month_start,
    dated.team_group,
    case when sites.site_id is null then teams.team_id end as team_id,
    coalesce(sites.site_id, teams.site_id) as site_id,
    dated.question_code,
    dated.score,
    -- a group of a few would show who said what, and so would a total that it alone is missing from
    dated.group_size >= {{ var('employee_survey_min_answers') }} as is_reportable,
    dated.question_code = 'JOB_SAT' and dated.score >= 4 as is_satisfied,
    dated.question_code = 'ENPS' and dated.score >= 9 as is_promoter,
    dated.question_code = 'ENPS' and dated.score <= 6 as is_detractor
from dated
left join sites
    on dated.team_group = sites.site_id
left join teams
    on dated.team_group = teams.team_id
