-- grain: one row per price period of a subscription
with every_system as (

    {{ union_systems('subscriptions') }}

)

select
    subscription_id,
    customer_id,
    product_id,
    started_on,
    ended_on,
    mrr_amount,
    currency,
    billing_model,
    cancel_reason,
    source_system
from every_system
where not _is_excluded
