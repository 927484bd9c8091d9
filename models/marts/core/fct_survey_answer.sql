-- grain: one row per valid response and question: the first response to a delivered invitation within its window
{{ config(
    materialized='incremental',
    incremental_strategy='rebuild_touched',
    on_schema_change='fail',
    meta={'touched': {'subjects': ['leg', 'survey']}}
) }}

with invitations as (

    select * from {{ ref('survey_invitations') }}

),

responses as (

    select * from {{ ref('survey_responses') }}

),

answers as (

    select * from {{ ref('survey_answers') }}

),

contacts as (

    select * from {{ ref('fct_contact') }}

),

excluded as (

    select * from {{ ref('excluded_contacts') }}

),

chosen as (

    select *
    from invitations
    where delivery_status = 'delivered'
        and (contact_id is null or contact_id not in (select excluded.contact_id from excluded))
    {%- if is_incremental() %}
        and (
            {{ near_touched('sent_at') }}
            or contact_id in (select contacts.contact_id from contacts where {{ touched('contacts.business_date') }})
        )
    {%- endif %}

),

-- late responses and every response after the first are not valid
valid_responses as (

    select
        chosen.invitation_id,
        min_by(responses.response_id, (responses.responded_at, responses.response_id)) as response_id
    from chosen
    inner join responses -- lost: invitations without a response in time
        on chosen.invitation_id = responses.invitation_id
    where responses.responded_at >= chosen.sent_at
        and responses.responded_at <= chosen.sent_at + interval {{ var('survey_response_window_days') }} day
    group by chosen.invitation_id

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
        and (answers.question_code <> 'NPS' or (answers.scale_min = 0 and answers.scale_max = 10))

),

placed as (

    select
        scored.response_id,
        scored.question_code,
        scored.score,
        scored.scale_min,
        scored.scale_max,
        chosen.invitation_id,
        chosen.survey_id,
        chosen.contact_id,
        coalesce(contacts.business_date, {{ local_date('chosen.sent_at', "'" ~ var('reporting_time_zone') ~ "'") }}) as business_date,
        coalesce(contacts.site_id, 'unknown') as site_id,
        contacts.channel,
        contacts.last_queue_id as queue_id,
        contacts.last_team_id as team_id,
        contacts.last_agent_id as agent_id,
        chosen.sent_at + interval {{ var('survey_response_window_days') }} day as window_ends_at
    from valid_responses
    inner join chosen -- one to one
        on valid_responses.invitation_id = chosen.invitation_id
    inner join scored -- lost: responses without a scored answer
        on valid_responses.response_id = scored.response_id
    left join contacts
        on chosen.contact_id = contacts.contact_id

)

select
    response_id,
    question_code,
    business_date,
    invitation_id,
    survey_id,
    contact_id,
    site_id,
    channel,
    queue_id,
    team_id,
    agent_id,
    score,
    scale_min,
    scale_max,
    -- boxes are counted from the ends of the scale, so a longer scale keeps its own top and bottom
    question_code = 'CSAT'
    and score >= case when scale_max - scale_min >= 4 then scale_max - (5 - {{ var('csat_top') }}) else scale_max end as is_csat_top,
    question_code = 'CSAT'
    and score <= case when scale_max - scale_min >= 4 then scale_min + ({{ var('csat_bottom') }} - 1) else scale_min end as is_csat_bottom,
    question_code = 'NPS' and score >= 9 as is_promoter,
    question_code = 'NPS' and score <= 6 as is_detractor,
    window_ends_at
from placed
where {{ touched() }}
