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

tickets as (

    select * from {{ ref('fct_ticket') }}

),

sites as (

    select * from {{ ref('dim_site') }}

),

customers as (

    select * from {{ ref('dim_customer') }}

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
    -- who answered was asked, whether or not the source tells whom else it asked
    where coalesce(invitations.delivery_status, 'delivered') = 'delivered'
        and responses.responded_at >= invitations.sent_at
        and responses.responded_at <= invitations.sent_at + {{ window }}
    group by invitations.invitation_id

),

placed as (

    select
        invitations.*,
        {{ local_date('invitations.sent_at', "coalesce(sites.time_zone, " ~ reporting_zone() ~ ")") }} as business_date,
        contacts.business_date as contact_date,
        coalesce(contacts.site_id, tickets.site_id, 'unknown') as site_id,
        coalesce(contacts.channel, tickets.channel) as channel,
        coalesce(contacts.last_queue_id, tickets.queue_id) as queue_id,
        coalesce(contacts.last_team_id, tickets.team_id) as team_id,
        coalesce(contacts.last_agent_id, tickets.solver_agent_id) as agent_id,
        coalesce(invitations.customer_id, contacts.customer_id, tickets.customer_id) as asked_customer_id,
        invitations.sent_at + {{ window }} as window_ends_at,
        valid_responses.response_id,
        valid_responses.responded_at
    from invitations
    left join valid_responses
        on invitations.invitation_id = valid_responses.invitation_id
    left join contacts
        on invitations.contact_id = contacts.contact_id
    left join tickets -- a contact is the nearer of the two
        on contacts.contact_id is null
            and invitations.ticket_id = tickets.ticket_id
    left join sites
        on coalesce(contacts.site_id, tickets.site_id) = sites.site_id
    -- invitations about test contacts leave with them
    where invitations.contact_id is null or invitations.contact_id not in (select excluded.contact_id from excluded)

),

dated as (

    select *, coalesce(contact_date, business_date) as answer_date from placed

)

select
    dated.invitation_id,
    dated.business_date,
    dated.answer_date,
    dated.survey_id,
    dated.contact_id,
    dated.ticket_id,
    dated.customer_id,
    coalesce(customers.segment, 'unknown') as segment,
    dated.site_id,
    dated.channel,
    dated.queue_id,
    dated.team_id,
    dated.agent_id,
    dated.survey_channel,
    dated.sent_at,
    dated.delivery_status,
    dated.contact_id is not null or dated.ticket_id is not null as is_transactional,
    dated.delivery_status = 'delivered' as is_delivered,
    dated.window_ends_at,
    dated.window_ends_at <= {{ as_of() }} as is_window_closed,
    dated.response_id,
    dated.responded_at
from dated
left join customers
    on dated.asked_customer_id = customers.customer_id
        and dated.answer_date between customers.valid_from and customers.valid_to
where {{ touched('dated.business_date') }}
