-- grain: one row per sales opportunity
{{ config(
    materialized='incremental',
    incremental_strategy='rebuild_touched',
    on_schema_change='fail',
    meta={'touched': {'subjects': ['opportunity']}}
) }}

with opportunities as (

    select * from {{ ref('opportunities') }} where {{ near_touched('opened_at') }}

),

contacts as (

    select * from {{ ref('fct_contact') }}

),

campaigns as (

    select contact_id, campaign_id from {{ ref('contacts') }} where campaign_id is not null

),

customers as (

    select * from {{ ref('dim_customer') }}

),

sites as (

    select * from {{ ref('dim_site') }}

),

dated as (

    select
        opportunities.opportunity_id,
        opportunities.customer_id,
        contacts.contact_id,
        contacts.channel,
        coalesce(contacts.site_id, 'unknown') as site_id,
        contacts.last_queue_id as queue_id,
        contacts.last_team_id as team_id,
        contacts.last_agent_id as agent_id,
        opportunities.stage,
        opportunities.opened_at,
        opportunities.closed_at,
        {{ local_date('opportunities.opened_at', "coalesce(sites.time_zone, " ~ reporting_zone() ~ ")") }} as business_date
    from opportunities
    left join contacts
        on opportunities.contact_id = contacts.contact_id
    left join sites
        on contacts.site_id = sites.site_id

)

select
    dated.opportunity_id,
    dated.business_date,
    dated.customer_id,
    coalesce(customers.segment, 'unknown') as segment,
    dated.contact_id,
    dated.channel,
    dated.site_id,
    dated.queue_id,
    dated.team_id,
    dated.agent_id,
    campaigns.campaign_id,
    dated.stage,
    dated.stage = 'won' as is_won,
    dated.opened_at,
    dated.closed_at
from dated
left join campaigns
    on dated.contact_id = campaigns.contact_id
left join customers
    on dated.customer_id = customers.customer_id
        and dated.business_date between customers.valid_from and customers.valid_to
where {{ touched('dated.business_date') }}
