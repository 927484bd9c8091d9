-- grain: one row per business date, its kind, site, queue, channel, team, agent, segment and campaign; kinds: contact, order, opportunity
{{ config(
    materialized='incremental',
    incremental_strategy='rebuild_touched',
    on_schema_change='fail',
    meta={'touched': {'subjects': ['leg', 'contact', 'order', 'opportunity']}}
) }}

with orders as (

    select * from {{ ref('fct_order') }}

),

contacts as (

    select * from {{ ref('fct_contact') }} where is_handled and {{ touched() }}

),

campaigns as (

    select contact_id, campaign_id from {{ ref('contacts') }} where campaign_id is not null

),

customers as (

    select * from {{ ref('dim_customer') }}

),

opportunities as (

    select * from {{ ref('fct_opportunity') }} where {{ touched() }}

),

eligible_contacts as (

    select * from {{ ref('sales_eligible_contact') }}

),

-- several orders from one contact convert it once
credited as (

    select credited_contact_id, bool_or(is_net) as has_net_order
    from orders
    where is_credited
    group by credited_contact_id

),

-- before the first order that was ever delivered the source is missing, and nothing is known of conversions
first_order as (

    select min(business_date) as business_date from orders

),

conversions as (

    select
        'contact' as dated_by,
        contacts.business_date,
        contacts.site_id,
        contacts.last_queue_id as queue_id,
        contacts.channel,
        contacts.last_team_id as team_id,
        contacts.last_agent_id as agent_id,
        coalesce(customers.segment, 'unknown') as segment,
        campaigns.campaign_id,
        count(eligible_contacts.contact_id) as eligible_contacts,
        count(eligible_contacts.contact_id) filter (where credited.has_net_order) as converted_contacts,
        count(eligible_contacts.contact_id) filter (where credited.credited_contact_id is not null) as converted_contacts_gross,
        count(*) as sales_handled_contacts,
        count(*) filter (where credited.has_net_order) as contacts_with_net_order
    from contacts
    inner join first_order -- lost: contacts of days before anything is known of orders
        on contacts.business_date >= first_order.business_date
    left join eligible_contacts
        on contacts.contact_id = eligible_contacts.contact_id
    left join credited
        on contacts.contact_id = credited.credited_contact_id
    left join campaigns
        on contacts.contact_id = campaigns.contact_id
    left join customers
        on contacts.customer_id = customers.customer_id
            and contacts.business_date between customers.valid_from and customers.valid_to
    group by
        contacts.business_date,
        contacts.site_id,
        contacts.last_queue_id,
        contacts.channel,
        contacts.last_team_id,
        contacts.last_agent_id,
        coalesce(customers.segment, 'unknown'),
        campaigns.campaign_id

),

sales as (

    select
        'order' as dated_by,
        business_date,
        site_id,
        queue_id,
        contact_channel as channel,
        team_id,
        agent_id,
        segment,
        campaign_id,
        coalesce(sum(reporting_amount) filter (where is_credited and is_net), 0) as net_sales_amount,
        coalesce(sum(reporting_amount) filter (where is_credited), 0) as gross_sales_amount,
        coalesce(sum(reporting_amount) filter (where not is_credited and is_net), 0) as unattributed_sales_amount,
        count(*) filter (where is_credited and is_net) as net_orders,
        count(*) filter (where is_credited and is_net and has_cross_sell) as net_orders_cross_sell,
        count(*) filter (where rate is null) as unpriced_orders
    from orders
    where {{ touched() }}
    group by business_date, site_id, queue_id, contact_channel, team_id, agent_id, segment, campaign_id

),

chances as (

    select
        'opportunity' as dated_by,
        business_date,
        site_id,
        queue_id,
        channel,
        team_id,
        agent_id,
        segment,
        campaign_id,
        count(*) as opportunities,
        count(*) filter (where is_won) as opportunities_won
    from opportunities
    group by business_date, site_id, queue_id, channel, team_id, agent_id, segment, campaign_id

),

parts as (

    select * from conversions
    union all by name
    select * from sales
    union all by name
    select * from chances

)

select
    business_date,
    dated_by,
    site_id,
    queue_id,
    channel,
    team_id,
    agent_id,
    segment,
    campaign_id,
    cast(eligible_contacts as bigint) as eligible_contacts,
    cast(converted_contacts as bigint) as converted_contacts,
    cast(converted_contacts_gross as bigint) as converted_contacts_gross,
    cast(sales_handled_contacts as bigint) as sales_handled_contacts,
    cast(contacts_with_net_order as bigint) as contacts_with_net_order,
    cast(opportunities as bigint) as opportunities,
    cast(opportunities_won as bigint) as opportunities_won,
    cast(net_sales_amount as decimal(18, 4)) as net_sales_amount,
    cast(gross_sales_amount as decimal(18, 4)) as gross_sales_amount,
    cast(unattributed_sales_amount as decimal(18, 4)) as unattributed_sales_amount,
    cast(net_orders as bigint) as net_orders,
    cast(net_orders_cross_sell as bigint) as net_orders_cross_sell,
    cast(unpriced_orders as bigint) as unpriced_orders
from parts
