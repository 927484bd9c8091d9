-- grain: one row per price period of a subscription and stretch of days on which it counts as active
{{ config(
    materialized='incremental',
    incremental_strategy='rebuild_touched',
    on_schema_change='fail',
    meta={'touched': {'customers': true}}
) }}

{%- set quiet_days = '(' ~ parameter_by('product', 'inactive_days_non_contract', 'product_id') ~ ')' %}

with periods as (

    select * from {{ ref('fct_subscription_period') }} where {{ touched() }}

),

open_ended as (

    select * from periods where not is_contract

),

-- without a contract, a customer is active for some days after an order or a contact
activity as (

    select customer_id, {{ local_date('ordered_at', reporting_zone()) }} as active_on
    from {{ ref('orders') }}
    where status <> 'cancelled' and customer_id in (select open_ended.customer_id from open_ended)
    union
    select customer_id, {{ local_date('started_at', reporting_zone()) }} as active_on
    from {{ ref('contacts') }}
    where direction = 'inbound' and customer_id in (select open_ended.customer_id from open_ended)

),

active_days as (

    select subscription_id, product_id, started_on as active_on from open_ended
    union
    select open_ended.subscription_id, open_ended.product_id, activity.active_on
    from open_ended
    inner join activity -- lost: activity outside the subscription
        on open_ended.customer_id = activity.customer_id
            and activity.active_on between open_ended.started_on and open_ended.last_day

),

begun as (

    select
        subscription_id,
        product_id,
        active_on,
        coalesce(active_on > lag(active_on) over in_time + {{ quiet_days }}, true) as is_new_stretch
    from active_days
    window in_time as (partition by subscription_id order by active_on)

),

numbered as (

    select
        subscription_id,
        product_id,
        active_on,
        count(*) filter (where is_new_stretch) over (partition by subscription_id order by active_on) as stretch_number
    from begun

),

stretches as (

    select
        subscription_id,
        min(active_on) as started_on,
        max(active_on) + {{ quiet_days }} - 1 as active_until
    from numbered
    group by subscription_id, product_id, stretch_number

)

select
    periods.subscription_id,
    periods.customer_id,
    periods.product_id,
    periods.is_contract,
    periods.started_on as price_started_on,
    coalesce(stretches.started_on, periods.started_on) as started_on,
    least(periods.last_day, coalesce(stretches.active_until, periods.last_day)) as last_day,
    periods.mrr_amount,
    periods.currency
from periods
left join stretches
    on periods.subscription_id = stretches.subscription_id
