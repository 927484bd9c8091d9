-- grain: one row per customer and reason, for customers whose dimension, subscriptions or cohorts must be computed again, from some day on
{{ config(materialized='ephemeral') }}

with subscriptions as (

    select * from {{ ref('subscriptions') }}

),

subscription_images as (

    {{ changes('subscriptions') }}

),

customer_images as (

    {{ changes('customers') }}

),

version_images as (

    {{ changes('customer_versions') }}

),

order_images as (

    {{ changes('orders') }}

),

contact_images as (

    {{ changes('contacts') }}

),

rate_images as (

    {{ changes('fx_rates') }}

),

-- a period that only ends differently says the same up to its earlier end
repriced as (

    select
        customer_id,
        case
            when count(*) > 1
                and count(distinct concat_ws(
                    '|', customer_id, coalesce(product_id, ''), started_on, mrr_amount, currency, billing_model
                )) = 1
                then coalesce(min(ended_on), {{ latest_running_date() }})
            else min(started_on)
        end as first_day,
        'subscription changed' as reason
    from subscription_images
    group by subscription_id, customer_id

),

-- the first version of a customer reaches back to the beginning, and so does erasure
described as (

    select
        images.customer_id,
        case
            when images.erased_at is not null
                or images.valid_from <= (
                    select min(versions.valid_from) from {{ ref('customer_versions') }} as versions
                    where versions.customer_id = images.customer_id
                )
                then date '1900-01-01'
            else images.valid_from
        end as first_day
    from version_images as images
    union all
    select customer_id, date '1900-01-01' as first_day
    from customer_images
    where _system <> 'standard'

),

redescribed as (

    select
        customer_id,
        min(first_day) as first_day,
        'customer changed' as reason
    from described
    group by customer_id

),

-- customers without a contract live by their orders and contacts
acted as (

    select customer_id, cast(ordered_at as date) - 1 as first_day from order_images
    union all
    select customer_id, cast(started_at as date) - 1 as first_day from contact_images

),

lived as (

    select acted.customer_id, min(acted.first_day) as first_day, 'order or contact of a customer without contract' as reason
    from acted
    where acted.customer_id in (select subscriptions.customer_id from subscriptions where subscriptions.billing_model = 'non_contract')
    group by acted.customer_id

),

-- a period is priced at the rate of its eve. Months that were open at the last refresh are computed again anyway, so
-- what is delivered day by day changes nobody; a rate that comes late reaches back to a month that was closed
revalued as (

    select subscriptions.customer_id, min(rate_images.rate_date) as first_day, 'exchange rate changed' as reason
    from subscriptions
    inner join rate_images -- lost: customers who pay in currencies whose rates are the same as before
        on subscriptions.currency = rate_images.currency
            and rate_images.rate_date < date_trunc('month', {{ previous_as_of() }} - interval 2 day) - interval 1 month
    group by subscriptions.customer_id

),

changed as (

    select * from repriced
    union all
    select * from revalued
    union all
    select * from redescribed
    union all
    select * from lived

)

select customer_id, min(first_day) as first_day, reason
from changed
where customer_id is not null
group by customer_id, reason
