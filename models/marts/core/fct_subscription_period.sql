-- grain: one row per price period of a subscription
{{ config(
    materialized='incremental',
    incremental_strategy='rebuild_touched',
    on_schema_change='fail',
    meta={'touched': {'customers': true}}
) }}

with subscriptions as (

    select * from {{ ref('subscriptions') }} where {{ touched() }}

)

select
    subscription_id,
    customer_id,
    product_id,
    started_on,
    coalesce(ended_on, date '9999-12-31') as last_day,
    billing_model = 'contract' as is_contract,
    mrr_amount,
    currency,
    cancel_reason,
    product_id is not null
    and coalesce(
        started_on <= max(coalesce(ended_on, date '9999-12-31')) over (
            partition by customer_id, product_id
            order by started_on, subscription_id
            rows between unbounded preceding and 1 preceding
        ),
        false
    ) as is_overlapping
from subscriptions
