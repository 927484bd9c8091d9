-- grain: one row per subscription period or service window that overlaps an earlier one
{{ config(materialized='view') }}

select
    'periods_of_a_product_do_not_overlap' as rule,
    'subscriptions' as entity,
    subscription_id as record_id,
    started_on as business_date,
    'begins before an earlier period of the same customer and product ended; of the amounts, the one that began later counts' as detail
from {{ ref('fct_subscription_period') }}
where is_overlapping
union all
select
    'service_windows_of_a_system_do_not_overlap' as rule,
    'system_service_days' as entity,
    concat_ws('|', system_id, cast(service_date as varchar), cast(window_start_at as varchar)) as record_id,
    service_date as business_date,
    'begins before an earlier window ended; what they share counts in the earlier one' as detail
from {{ ref('fct_system_service_day') }}
where is_overlapping
