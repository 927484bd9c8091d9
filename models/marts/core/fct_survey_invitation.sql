-- grain: one row per invitation, dated by its sending, with its valid response: the first one in time
{{ config(
    materialized='incremental',
    incremental_strategy='rebuild_touched',
    on_schema_change='fail',
    meta={'touched': {'subjects': ['survey']}}
) }}

{%- set window = '(' ~ parameter_by('survey', 'survey_response_window_days', 'invitations.survey_id') ~ ') * interval 1 day' %}

with invitations as (

    select * from {{ ref('survey_invitations') }} where {{ near_touched('sent_at') }}

),

responses as (

    select * from {{ ref('survey_responses') }}

),

contacts as (

    select * from {{ ref('fct_contact') }}

),

sites as (

    select * from {{ ref('dim_site') }}

),

excluded as (

    select * from {{ ref('excluded_contacts') }}

),

-- late responses and every response after the first are not valid
valid_responses as (

    select
        invitations.invitation_id,
        min_by(responses.response_id, (responses.responded_at, responses.response_id)) as response_id,
        min(responses.responded_at) as responded_at
    from invitations
    inner join responses -- lost: invitations without a response in time
        on invitations.invitation_id = responses.invitation_id
    where invitations.delivery_status = 'delivered'
        and responses.responded_at >= invitations.sent_at
        and responses.responded_at <= invitations.sent_at + {{ window }}
    group by invitations.invitation_id

),

placed as (

    select
        invitations.*,
        {{ local_date('invitations.sent_at', "coalesce(sites.time_zone, '" ~ var('reporting_time_zone') ~ "')") }} as business_date,
        contacts.business_date as contact_date,
        coalesce(contacts.site_id, 'unknown') as site_id,
        contacts.channel,
        contacts.last_queue_id as queue_id,
        contacts.last_team_id as team_id,
        contacts.last_agent_id as agent_id,
        invitations.sent_at + {{ window }} as window_ends_at,
        valid_responses.response_id,
        valid_responses.responded_at
    from invitations
    left join valid_responses
        on invitations.invitation_id = valid_responses.invitation_id
    left join contacts
        on invitations.contact_id = contacts.contact_id
    left join sites
        on contacts.site_id = sites.site_id
    -- invitations about test contacts leave with them
    where invitations.contact_id is null or invitations.contact_id not in (select excluded.contact_id from excluded)

)

select
    invitation_id,
    business_date,
    coalesce(contact_date, business_date) as answer_date,
    survey_id,
    contact_id,
    ticket_id,
    customer_id,
    site_id,
    channel,
    queue_id,
    team_id,
    agent_id,
    survey_channel,
    sent_at,
    delivery_status,
    contact_id is not null or ticket_id is not null as is_transactional,
    delivery_status = 'delivered' as is_delivered,
    window_ends_at,
    window_ends_at <= {{ as_of() }} as is_window_closed,
    response_id,
    responded_at
from placed
where {{ touched() }}
