-- grain: one row per customer and first day on which segment, country or products held differ (SCD2), and the unknown customer
{{ config(
    materialized='incremental',
    incremental_strategy='rebuild_touched',
    on_schema_change='fail',
    meta={'touched': {'customers': true}}
) }}

with customers as (

    select * from {{ ref('customers') }} where {{ touched() }}

),

subscriptions as (

    select * from {{ ref('fct_subscription_period') }} where {{ touched() }}

),

-- systems that deliver no history say what has always been
versions as (

    select customer_id, segment, country, erased_at, valid_from
    from {{ ref('customer_versions') }}
    where {{ touched() }}
    union all
    select customer_id, segment, country, erased_at, date '1900-01-01' as valid_from
    from customers
    where customer_id not in (select known.customer_id from {{ ref('customer_versions') }} as known)

),

-- erased here; who was erased by the system that delivers says so in `erased_at`
erased as (

    select customer_id, erased_at from {{ source('meta', 'erasure') }}

),

-- what was first said of a customer holds from the beginning
spans as (

    select
        customer_id,
        case when erased_at is null then segment end as segment,
        case when erased_at is null then country end as country,
        case when lag(valid_from) over in_time is null then date '1900-01-01' else valid_from end as valid_from,
        coalesce(lead(valid_from) over in_time - 1, date '9999-12-31') as valid_to
    from versions
    window in_time as (partition by customer_id order by valid_from)

),

turning_days as (

    select customer_id, valid_from as turns_on from spans
    union
    select customer_id, started_on as turns_on from subscriptions where product_id is not null
    union
    select customer_id, last_day + 1 as turns_on from subscriptions where product_id is not null and last_day < date '9999-12-31'

),

stretches as (

    select
        customer_id,
        turns_on as valid_from,
        coalesce(lead(turns_on) over (partition by customer_id order by turns_on) - 1, date '9999-12-31') as valid_to
    from turning_days

),

held as (

    select
        stretches.customer_id,
        stretches.valid_from,
        string_agg(distinct subscriptions.product_id, ',' order by subscriptions.product_id) as product_ids
    from stretches
    inner join subscriptions -- lost: stretches without a product
        on stretches.customer_id = subscriptions.customer_id
            and stretches.valid_from between subscriptions.started_on and subscriptions.last_day
    group by stretches.customer_id, stretches.valid_from

)

select
    concat_ws('|', stretches.customer_id, cast(stretches.valid_from as varchar)) as customer_key,
    stretches.customer_id,
    coalesce(spans.segment, 'unknown') as segment,
    spans.country,
    held.product_ids,
    customers.erased_at is not null or erased.erased_at is not null as is_erased,
    customers.created_at,
    stretches.valid_from,
    stretches.valid_to
from stretches
inner join customers -- lost: subscribers who were never delivered as customers; facts map them to the unknown customer
    on stretches.customer_id = customers.customer_id
inner join spans -- none lost: spans have no gaps
    on stretches.customer_id = spans.customer_id
        and stretches.valid_from between spans.valid_from and spans.valid_to
left join erased
    on stretches.customer_id = erased.customer_id
left join held
    on stretches.customer_id = held.customer_id
        and stretches.valid_from = held.valid_from
{%- if not is_incremental() %}
union all
select
    'unknown' as customer_key,
    'unknown' as customer_id,
    'unknown' as segment,
    null as country,
    null as product_ids,
    false as is_erased,
    null as created_at,
    date '1900-01-01' as valid_from,
    date '9999-12-31' as valid_to
{%- endif %}
