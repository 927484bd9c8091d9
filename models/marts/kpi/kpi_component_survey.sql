-- grain: one row per contact date, site, last queue, channel, and team and agent of the last handling, with the parts of survey KPIs
{{ config(
    materialized='incremental',
    incremental_strategy='rebuild_touched',
    on_schema_change='fail',
    meta={'touched': {'subjects': ['leg', 'survey']}}
) }}

with answers as (

    select * from {{ ref('fct_survey_answer') }} where {{ touched() }}

)

select
    business_date,
    site_id,
    queue_id,
    channel,
    team_id,
    agent_id,
    count(*) filter (where question_code = 'CSAT') as csat_responses,
    count(*) filter (where is_csat_top) as csat_top_boxes,
    count(*) filter (where is_csat_bottom) as csat_bottom_boxes,
    cast(coalesce(sum(score) filter (where question_code = 'CSAT'), 0) as decimal(18, 3)) as csat_score_sum,
    count(*) filter (where question_code = 'NPS') as nps_responses,
    count(*) filter (where is_promoter) as nps_promoters,
    count(*) filter (where is_detractor) as nps_detractors,
    -- effort is asked on seven points; an answer on another scale has no place in the mean
    count(*) filter (where question_code = 'EFFORT' and scale_min = 1 and scale_max = 7) as effort_responses,
    cast(
        coalesce(sum(score) filter (where question_code = 'EFFORT' and scale_min = 1 and scale_max = 7), 0) as decimal(18, 3)
    ) as effort_score_sum,
    count(*) filter (
        where question_code = 'EFFORT' and scale_min = 1 and scale_max = 7 and score >= {{ var('effort_easy_min') }}
    ) as effort_easy,
    count(*) filter (
        where question_code = 'EFFORT' and scale_min = 1 and scale_max = 7 and score <= {{ var('effort_difficult_max') }}
    ) as effort_difficult,
    count(*) filter (where question_code = 'EMOTION') as emotion_responses,
    count(*) filter (where question_code = 'EMOTION' and score > (scale_min + scale_max) / 2) as emotion_positive,
    count(*) filter (where question_code = 'EMOTION' and score < (scale_min + scale_max) / 2) as emotion_negative,
    count(*) filter (where question_code = 'FCR') as fcr_answers,
    count(*) filter (where question_code = 'FCR' and score = scale_max) as fcr_yes,
    count(*) filter (where question_code = 'RESOLVED') as resolved_answers,
    count(*) filter (where question_code = 'RESOLVED' and score = scale_max) as resolved_yes
from answers
group by business_date, site_id, queue_id, channel, team_id, agent_id
