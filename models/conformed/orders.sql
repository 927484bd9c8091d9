-- grain: one row per order
with every_system as (

    {{ union_systems('orders') }}

)

select
    order_id,
    customer_id,
    contact_id,
    agent_id,
    campaign_id,
    ordered_at,
    order_channel,
    status,
    cancelled_at,
    currency,
    source_system
from every_system
where not _is_excluded
