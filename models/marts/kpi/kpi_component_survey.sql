-- grain: one row per day, site, last queue, channel, team and agent of the last handling, and segment, with the parts of survey KPIs:
-- answers on the day of the contact, invitations on the day they were sent
{{ config(
    materialized='incremental',
    incremental_strategy='rebuild_touched',
    on_schema_change='fail',
    meta={'touched': {'subjects': ['leg', 'survey']}}
) }}

{%- set seven_points = is_seven_points('scale_min', 'scale_max') %}

with answers as (

    select * from {{ ref('fct_survey_answer') }} where {{ touched() }}

),

invitations as (

    select * from {{ ref('fct_survey_invitation') }} where {{ touched() }}

),

asked as (

    select
        business_date,
        site_id,
        queue_id,
        channel,
        team_id,
        agent_id,
        segment,
        question_code,
        score,
        scale_min,
        scale_max,
        is_csat_top,
        is_csat_bottom,
        is_promoter,
        is_detractor,
        is_transactional,
        -- how far from the middle of its scale, from -1 to 1
        cast((2 * score - scale_min - scale_max) / nullif(scale_max - scale_min, 0) as decimal(9, 6)) as strength
    from answers
    union all by name
    select
        business_date,
        site_id,
        queue_id,
        channel,
        team_id,
        agent_id,
        segment,
        case when is_delivered then 'INVITATION' else 'ANSWERED' end as question_code,
        response_id is not null as is_responded
    from invitations
    where coalesce(is_delivered, true) and is_window_closed

)

select
    business_date,
    site_id,
    queue_id,
    channel,
    team_id,
    agent_id,
    segment,
    count(*) filter (where question_code = 'CSAT') as csat_responses,
    count(*) filter (where is_csat_top) as csat_top_boxes,
    count(*) filter (where is_csat_bottom) as csat_bottom_boxes,
    count(*) filter (where question_code = 'CSAT' and score = scale_max) as csat_highest_boxes,
    -- a mean needs one scale: five points
    count(*) filter (where question_code = 'CSAT' and scale_min = 1 and scale_max = 5) as csat_scores,
    cast(
        coalesce(sum(score) filter (where question_code = 'CSAT' and scale_min = 1 and scale_max = 5), 0) as decimal(18, 3)
    ) as csat_score_sum,
    cast(
        coalesce(sum(score * score) filter (where question_code = 'CSAT' and scale_min = 1 and scale_max = 5), 0) as decimal(18, 3)
    ) as csat_score_squares,
    count(*) filter (where question_code = 'NPS') as nps_responses,
    count(*) filter (where is_promoter) as nps_promoters,
    count(*) filter (where is_detractor) as nps_detractors,
    count(*) filter (where question_code = 'NPS' and is_transactional) as nps_transactional_responses,
    count(*) filter (where is_promoter and is_transactional) as nps_transactional_promoters,
    count(*) filter (where is_detractor and is_transactional) as nps_transactional_detractors,
    count(*) filter (where question_code = 'EFFORT' and {{ seven_points }}) as effort_responses,
    cast(coalesce(sum(score) filter (where question_code = 'EFFORT' and {{ seven_points }}), 0) as decimal(18, 3)) as effort_score_sum,
    cast(
        coalesce(sum(score * score) filter (where question_code = 'EFFORT' and {{ seven_points }}), 0) as decimal(18, 3)
    ) as effort_score_squares,
    count(*) filter (where question_code = 'EFFORT' and {{ seven_points }} and score >= {{ var('effort_easy_min') }}) as effort_easy,
    count(*) filter (where question_code = 'EFFORT' and {{ seven_points }} and score <= {{ var('effort_difficult_max') }})
        as effort_difficult,
    count(*) filter (where question_code = 'EFFORT' and {{ seven_points }} and score >= {{ var('net_easy_easy_min') }}) as net_easy_easy,
    count(*) filter (where question_code = 'EFFORT' and {{ seven_points }} and score <= {{ var('net_easy_difficult_max') }})
        as net_easy_difficult,
    count(*) filter (where question_code = 'EMOTION') as emotion_responses,
    count(*) filter (where question_code = 'EMOTION' and strength > 0) as emotion_positive,
    count(*) filter (where question_code = 'EMOTION' and strength < 0) as emotion_negative,
    cast(coalesce(sum(strength) filter (where question_code = 'EMOTION'), 0) as decimal(18, 6)) as emotion_strength_sum,
    cast(coalesce(sum(strength * strength) filter (where question_code = 'EMOTION'), 0) as decimal(18, 6)) as emotion_strength_squares,
    count(*) filter (where question_code = 'FCR') as fcr_answers,
    count(*) filter (where question_code = 'FCR' and score = scale_max) as fcr_yes,
    count(*) filter (where question_code = 'RESOLVED') as resolved_answers,
    count(*) filter (where question_code = 'RESOLVED' and score = scale_max) as resolved_yes,
    count(*) filter (where question_code in ('INVITATION', 'ANSWERED')) as survey_asked,
    count(*) filter (where question_code = 'INVITATION') as survey_delivered,
    count(*) filter (where question_code = 'INVITATION' and is_responded) as survey_responded
from asked
group by business_date, site_id, queue_id, channel, team_id, agent_id, segment
