-- grain: one row per error, on the day of its evaluation or of what its survey response is about
{{ config(
    materialized='incremental',
    incremental_strategy='rebuild_touched',
    on_schema_change='fail',
    meta={'touched': {'subjects': ['quality', 'survey', 'leg']}}
) }}

with defects as (

    select * from {{ ref('qa_defects') }}

),

evaluations as (

    select * from {{ ref('fct_qa_evaluation') }}

),

responses as (

    select * from {{ ref('survey_responses') }}

),

invitations as (

    select * from {{ ref('fct_survey_invitation') }}

),

-- an error that names both counts where it was found by an evaluation
found_by_evaluation as (

    select
        defects.*,
        evaluations.business_date,
        evaluations.site_id,
        evaluations.team_id,
        evaluations.agent_id,
        'evaluation' as found_by
    from defects
    inner join evaluations -- lost: errors of evaluations that were not delivered
        on defects.evaluation_id = evaluations.evaluation_id

),

found_by_survey as (

    select
        defects.*,
        invitations.answer_date as business_date,
        invitations.site_id,
        invitations.team_id,
        invitations.agent_id,
        'survey' as found_by
    from defects
    inner join responses -- lost: errors of responses that were not delivered, that answer no invitation, or one about a test contact
        on defects.response_id = responses.response_id
    inner join invitations
        on responses.invitation_id = invitations.invitation_id
    where defects.evaluation_id is null

),

found as (

    select * from found_by_evaluation
    union all
    select * from found_by_survey

)

select
    defect_id,
    business_date,
    evaluation_id,
    response_id,
    found_by,
    site_id,
    team_id,
    agent_id,
    defect_type,
    root_cause,
    root_cause is not null as is_analysed,
    coalesce(root_cause = 'training', false) and defect_type in ('product', 'process') as is_from_training
from found
where {{ touched() }}
