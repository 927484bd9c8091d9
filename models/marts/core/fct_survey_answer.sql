-- grain: one row per valid response and question, dated by what was asked about
{{ config(
    materialized='incremental',
    incremental_strategy='rebuild_touched',
    on_schema_change='fail',
    meta={'touched': {'subjects': ['leg', 'survey']}}
) }}

with invitations as (

    select * from {{ ref('fct_survey_invitation') }} where response_id is not null and {{ touched('answer_date') }}

),

answers as (

    select * from {{ ref('survey_answers') }}

),

-- every scale is turned so that high is good; an answer off its scale is no answer
scored as (

    select
        answers.response_id,
        answers.question_code,
        answers.scale_min,
        answers.scale_max,
        case
            when answers.scale_direction = 'low_is_good' then answers.scale_min + answers.scale_max - answers.score
            else answers.score
        end as score
    from answers
    where answers.score between answers.scale_min and answers.scale_max
        and {{ is_usable_scale('answers.question_code', 'answers.scale_min', 'answers.scale_max') }}

)

select
    scored.response_id,
    scored.question_code,
    invitations.answer_date as business_date,
    invitations.invitation_id,
    invitations.survey_id,
    invitations.contact_id,
    invitations.site_id,
    invitations.channel,
    invitations.queue_id,
    invitations.team_id,
    invitations.agent_id,
    invitations.segment,
    invitations.is_transactional,
    scored.score,
    scored.scale_min,
    scored.scale_max,
    scored.question_code = 'CSAT' and scored.score >= {{ csat_top_from('scored.scale_min', 'scored.scale_max') }} as is_csat_top,
    scored.question_code = 'CSAT' and scored.score <= {{ csat_bottom_to('scored.scale_min', 'scored.scale_max') }} as is_csat_bottom,
    scored.question_code = 'NPS' and scored.score >= 9 as is_promoter,
    scored.question_code = 'NPS' and scored.score <= 6 as is_detractor,
    invitations.window_ends_at
from invitations
inner join scored -- lost: responses without a scored answer
    on invitations.response_id = scored.response_id
