-- grain: one row per business date, site, queue, channel, team and agent, and kind of date: that of the order, or of the contact
{{ config(
    materialized='incremental',
    incremental_strategy='rebuild_touched',
    on_schema_change='fail',
    meta={'touched': {'subjects': ['leg', 'contact', 'order']}}
) }}

with orders as (

    select * from {{ ref('fct_order') }}

),

contacts as (

    select * from {{ ref('fct_contact') }} where {{ touched() }}

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
        contacts.business_date,
        contacts.site_id,
        contacts.last_queue_id as queue_id,
        contacts.channel,
        contacts.last_team_id as team_id,
        contacts.last_agent_id as agent_id,
        case when contacts.business_date >= first_order.business_date then count(*) end as eligible_contacts,
        case
            when contacts.business_date >= first_order.business_date then count(*) filter (where credited.has_net_order)
        end as converted_contacts,
        case
            when contacts.business_date >= first_order.business_date then count(credited.credited_contact_id)
        end as converted_contacts_gross
    from contacts
    inner join eligible_contacts -- lost: contacts that no sale can come from
        on contacts.contact_id = eligible_contacts.contact_id
    cross join first_order
    left join credited
        on contacts.contact_id = credited.credited_contact_id
    where contacts.is_handled
    group by
        contacts.business_date,
        first_order.business_date,
        contacts.site_id,
        contacts.last_queue_id,
        contacts.channel,
        contacts.last_team_id,
        contacts.last_agent_id

),

sales as (

    select
        business_date,
        site_id,
        queue_id,
        contact_channel as channel,
        team_id,
        agent_id,
        coalesce(sum(reporting_amount) filter (where is_credited and is_net), 0) as net_sales_amount,
        coalesce(sum(reporting_amount) filter (where is_credited), 0) as gross_sales_amount,
        coalesce(sum(reporting_amount) filter (where not is_credited and is_net), 0) as unattributed_sales_amount,
        count(*) filter (where is_credited and is_net) as net_orders,
        count(*) filter (where is_credited and is_net and has_cross_sell) as net_orders_cross_sell
    from orders
    where {{ touched() }}
    group by business_date, site_id, queue_id, contact_channel, team_id, agent_id

),

parts as (

    select * from conversions
    union all by name
    select * from sales

)

select
    business_date,
    site_id,
    queue_id,
    channel,
    team_id,
    agent_id,
    cast(eligible_contacts as bigint) as eligible_contacts,
    cast(converted_contacts as bigint) as converted_contacts,
    cast(converted_contacts_gross as bigint) as converted_contacts_gross,
    cast(net_sales_amount as decimal(18, 4)) as net_sales_amount,
    cast(gross_sales_amount as decimal(18, 4)) as gross_sales_amount,
    cast(unattributed_sales_amount as decimal(18, 4)) as unattributed_sales_amount,
    cast(net_orders as bigint) as net_orders,
    cast(net_orders_cross_sell as bigint) as net_orders_cross_sell
from parts
