-- grain: one row per customer, currency and stretch of days on which the customer paid the same for the same periods
{{ config(
    materialized='incremental',
    incremental_strategy='rebuild_touched',
    on_schema_change='fail',
    meta={'touched': {'customers': true}}
) }}

with stretches as (

    select * from {{ ref('subscription_stretch') }} where {{ touched() }}

),

turning_days as (

    select customer_id, started_on as turns_on from stretches
    union
    select customer_id, last_day + 1 as turns_on from stretches where last_day < date '9999-12-31'

),

spans as (

    select
        customer_id,
        turns_on as started_on,
        coalesce(lead(turns_on) over (partition by customer_id order by turns_on) - 1, date '9999-12-31') as last_day
    from turning_days

),

-- of overlapping periods of one product the one that began later counts
held as (

    select
        spans.customer_id,
        spans.started_on,
        spans.last_day,
        max_by(stretches.mrr_amount, (stretches.price_started_on, stretches.subscription_id)) as mrr_amount,
        max_by(stretches.currency, (stretches.price_started_on, stretches.subscription_id)) as currency
    from spans
    inner join stretches -- lost: days between two subscriptions
        on spans.customer_id = stretches.customer_id
            and spans.started_on between stretches.started_on and stretches.last_day
    group by spans.customer_id, spans.started_on, spans.last_day, coalesce(stretches.product_id, stretches.subscription_id)

)

select
    customer_id,
    cast(started_on as date) as started_on,
    cast(last_day as date) as last_day,
    currency,
    cast(sum(mrr_amount) as decimal(24, 4)) as mrr_amount,
    count(*) over (partition by customer_id, started_on) = 1 as is_only_currency
from held
group by customer_id, started_on, last_day, currency
