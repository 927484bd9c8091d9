-- grain: one row per order, with the contact it is credited to
{{ config(
    materialized='incremental',
    incremental_strategy='rebuild_touched',
    on_schema_change='fail',
    meta={'touched': {'subjects': ['order']}}
) }}

{%- set window = '(' ~ parameter_by('campaign', 'order_attribution_days', 'chosen.campaign_id') ~ ') * interval 1 day' %}

with orders as (

    select * from {{ ref('orders') }}

),

order_lines as (

    select * from {{ ref('order_lines') }}

),

contacts as not materialized (

    select * from {{ ref('fct_contact') }}

),

eligible_contacts as (

    select * from {{ ref('sales_eligible_contact') }}

),

sites as (

    select * from {{ ref('dim_site') }}

),

campaigns as (

    select contact_id, campaign_id from {{ ref('contacts') }} where campaign_id is not null

),

customers as (

    select * from {{ ref('dim_customer') }}

),

chosen as (

    select * from orders
    where {{ near_touched('ordered_at') }}

),

lines as (

    select
        order_id,
        sum(net_amount) as net_amount,
        bool_or(line_type in ('cross_sell', 'up_sell')) as has_cross_sell
    from order_lines
    where order_id in (select chosen.order_id from chosen)
    group by order_id

),

-- last touch: the newest eligible contact of the customer in the window before the order
last_touches as (

    select
        chosen.order_id,
        max_by(contacts.contact_id, (contacts.started_at, contacts.contact_id)) as contact_id
    from chosen
    inner join contacts -- lost: orders without a contact of their own and without an eligible contact before them
        on chosen.customer_id = contacts.customer_id
    inner join eligible_contacts -- lost: contacts that no sale can come from
        on contacts.contact_id = eligible_contacts.contact_id
    where contacts.is_handled
        and contacts.started_at <= chosen.ordered_at
        and contacts.started_at >= chosen.ordered_at - {{ window }}
    group by chosen.order_id

),

credited as (

    select
        chosen.*,
        coalesce(explicit_contact.contact_id, last_touches.contact_id) as credited_contact_id
    from chosen
    left join contacts as explicit_contact
        on chosen.contact_id = explicit_contact.contact_id
    left join last_touches
        on chosen.order_id = last_touches.order_id

),

priced as (

    select
        credited.order_id,
        credited.customer_id,
        credited.credited_contact_id,
        coalesce(credited.campaign_id, campaigns.campaign_id) as campaign_id,
        credited.order_channel,
        credited.status,
        credited.ordered_at,
        credited.currency,
        contacts.channel as contact_channel,
        coalesce(contacts.site_id, 'unknown') as site_id,
        contacts.last_queue_id as queue_id,
        coalesce(credited.agent_id, contacts.last_agent_id) as agent_id,
        contacts.last_team_id as team_id,
        {{ local_date('credited.ordered_at', "coalesce(sites.time_zone, " ~ reporting_zone() ~ ")") }} as business_date,
        coalesce(lines.net_amount, 0) as net_amount,
        coalesce(lines.has_cross_sell, false) as has_cross_sell
    from credited
    left join contacts
        on credited.credited_contact_id = contacts.contact_id
    left join sites
        on contacts.site_id = sites.site_id
    left join lines
        on credited.order_id = lines.order_id
    left join campaigns
        on credited.credited_contact_id = campaigns.contact_id

),

converted as (

    select
        priced.*,
        coalesce(customers.segment, 'unknown') as segment,
        {{ reporting_rate('priced.currency', 'priced.business_date') }} as rate
    from priced
    left join customers
        on priced.customer_id = customers.customer_id
            and priced.business_date between customers.valid_from and customers.valid_to

)

select
    order_id,
    business_date,
    customer_id,
    segment,
    credited_contact_id,
    contact_channel,
    site_id,
    queue_id,
    team_id,
    agent_id,
    campaign_id,
    order_channel,
    status,
    ordered_at,
    credited_contact_id is not null as is_credited,
    status not in ('cancelled', 'returned') as is_net,
    has_cross_sell,
    currency,
    cast(rate as decimal(18, 8)) as rate,
    cast(net_amount * rate as decimal(18, 4)) as reporting_amount
from converted
where {{ touched() }}
