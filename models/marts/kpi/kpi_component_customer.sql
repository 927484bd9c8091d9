-- grain: one row per month and segment, with the cohort that was active when the month opened
{{ config(
    materialized='incremental',
    incremental_strategy='rebuild_touched',
    on_schema_change='fail',
    meta={'touched': {'subjects': ['customer'], 'column': 'month_start'}}
) }}

with customer_months as (

    select * from {{ ref('fct_customer_month') }} where {{ touched() }}

)

select
    month_start,
    segment,
    count(*) filter (where is_active_at_start) as customers_start,
    count(*) filter (where is_active_at_start and is_active_at_end) as customers_retained,
    count(*) filter (where is_active_at_start and not is_active_at_end) as customers_lost,
    cast(coalesce(sum(churn_events) filter (where is_active_at_start), 0) as bigint) as churn_events
from customer_months
group by month_start, segment
