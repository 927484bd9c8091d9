-- grain: one row per contact date, site, last queue, channel, and team and agent of the last handling, with the parts of survey KPIs
{{ config(
    materialized='incremental',
    incremental_strategy='rebuild_touched',
    on_schema_change='fail',
    meta={'touched': {'subjects': ['leg', 'contact', 'survey']}}
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
    count(*) filter (where is_detractor) as nps_detractors
from answers
group by business_date, site_id, queue_id, channel, team_id, agent_id
