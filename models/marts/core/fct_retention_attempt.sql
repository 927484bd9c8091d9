-- grain: one row per contact in which a customer wanted to cancel
{{ config(
    materialized='incremental',
    incremental_strategy='rebuild_touched',
    on_schema_change='fail',
    meta={'touched': {'subjects': ['leg', 'contact', 'retention']}}
) }}

with attempts as (

    select * from {{ ref('retention_attempts') }}

),

contacts as (

    select * from {{ ref('fct_contact') }} where {{ touched() }}

),

campaigns as (

    select contact_id, campaign_id from {{ ref('contacts') }}

),

customers as (

    select * from {{ ref('dim_customer') }}

),

sites as (

    select site_id, {{ last_complete_date('time_zone') }} as last_complete_date from {{ ref('dim_site') }}

),

stretches as (

    select * from {{ ref('subscription_stretch') }}

),

dated as (

    select
        attempts.contact_id,
        contacts.business_date,
        attempts.customer_id,
        attempts.outcome,
        contacts.channel,
        contacts.site_id,
        contacts.last_queue_id as queue_id,
        contacts.last_team_id as team_id,
        contacts.last_agent_id as agent_id,
        contacts.contact_reason_id,
        campaigns.campaign_id,
        contacts.is_handled,
        contacts.business_date + {{ var('save_confirm_days') }} as confirmed_on
    from attempts
    inner join contacts -- lost: attempts whose contact has not been delivered (yet)
        on attempts.contact_id = contacts.contact_id
    left join campaigns
        on attempts.contact_id = campaigns.contact_id

),

-- subscribed at some time, and on the day on which a save is confirmed
subscribed as (

    select
        dated.contact_id,
        bool_or(dated.confirmed_on between stretches.started_on and stretches.last_day) as is_active_when_confirmed
    from dated
    inner join stretches -- lost: customers without any subscription
        on dated.customer_id = stretches.customer_id
    group by dated.contact_id

)

select
    dated.contact_id,
    dated.business_date,
    dated.customer_id,
    coalesce(customers.segment, 'unknown') as segment,
    dated.outcome,
    dated.channel,
    dated.site_id,
    dated.queue_id,
    dated.team_id,
    dated.agent_id,
    dated.contact_reason_id,
    dated.campaign_id,
    -- somebody talked to a customer who has, or had, something to cancel
    dated.is_handled and subscribed.contact_id is not null as is_judged,
    cast(dated.confirmed_on as date) as confirmed_on,
    dated.confirmed_on <= sites.last_complete_date as is_due,
    coalesce(subscribed.is_active_when_confirmed, false) as is_active_when_confirmed
from dated
inner join sites -- none lost: the fact knows its sites
    on dated.site_id = sites.site_id
left join subscribed
    on dated.contact_id = subscribed.contact_id
left join customers
    on dated.customer_id = customers.customer_id
        and dated.business_date between customers.valid_from and customers.valid_to
