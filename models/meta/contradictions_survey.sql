-- grain: one row per rule and invitation, response or answer that contradicts another record, or its own scale
{{ config(
    materialized='incremental',
    incremental_strategy='rebuild_touched',
    on_schema_change='fail',
    meta={'touched': {'subjects': ['survey']}}
) }}

{%- set zone = reporting_zone() %}

with invitations as (

    select * from {{ ref('survey_invitations') }}

),

responses as (

    select *, {{ local_date('responded_at', zone) }} as business_date
    from {{ ref('survey_responses') }}
    where {{ near_touched('responded_at') }}

),

answers as (

    select * from {{ ref('survey_answers') }}

),

contacts as (

    select contact_id, ended_at from {{ ref('contacts') }}

),

contradictions as (

    select
        'invitation_follows_its_contact' as rule,
        'survey_invitations' as entity,
        invitations.invitation_id as record_id,
        {{ local_date('invitations.sent_at', zone) }} as business_date,
        concat('sent before contact ', contacts.contact_id, ' ended; it counts') as detail
    from invitations
    inner join contacts -- lost: invitations about nothing that was delivered
        on invitations.contact_id = contacts.contact_id
    where invitations.sent_at < contacts.ended_at and {{ near_touched('invitations.sent_at') }}
    union all
    select
        'response_follows_its_invitation' as rule,
        'survey_responses' as entity,
        responses.response_id as record_id,
        responses.business_date,
        concat('answered before invitation ', invitations.invitation_id, ' was sent; it does not count') as detail
    from responses
    inner join invitations -- lost: responses to nobody's invitation, which follow
        on responses.invitation_id = invitations.invitation_id
    where responses.responded_at < invitations.sent_at
    union all
    select
        'response_answers_a_known_invitation' as rule,
        'survey_responses' as entity,
        responses.response_id as record_id,
        responses.business_date,
        concat('names invitation ', responses.invitation_id, ', which was not delivered; it does not count') as detail
    from responses
    left join invitations
        on responses.invitation_id = invitations.invitation_id
    where responses.invitation_id is not null and invitations.invitation_id is null
    union all
    select
        'answer_lies_on_its_scale' as rule,
        'survey_answers' as entity,
        concat_ws('|', answers.response_id, answers.question_code) as record_id,
        responses.business_date,
        concat(answers.score, ' on a scale from ', answers.scale_min, ' to ', answers.scale_max, '; it is no answer') as detail
    from responses
    inner join answers -- lost: responses without answers
        on responses.response_id = answers.response_id
    where answers.score not between answers.scale_min and answers.scale_max
        or (answers.score is not null and not {{ is_usable_scale('answers.question_code', 'answers.scale_min', 'answers.scale_max') }})

)

select
    cast(rule as varchar) as rule,
    cast(entity as varchar) as entity,
    cast(record_id as varchar) as record_id,
    cast(business_date as date) as business_date,
    cast(detail as varchar) as detail
from contradictions
where {{ touched() }}
