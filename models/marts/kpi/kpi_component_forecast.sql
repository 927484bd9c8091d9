-- grain: one row per queue as delivered and interval of days with a baseline forecast, with the parts of forecast accuracy
{{ config(materialized='view') }}

select
    business_date,
    interval_start_at,
    delivered_queue_id,
    site_id,
    queue_id,
    channel,
    actual_contacts,
    forecast_contacts,
    abs_error_contacts,
    abs_error_share,
    cast(case when actual_contacts > 0 then 1 else 0 end as bigint) as intervals_with_contacts,
    cast(case when forecast_aht_seconds is not null then handle_seconds end as decimal(18, 4)) as forecast_handle_seconds,
    abs_error_handle_seconds
from {{ ref('fct_forecast_interval') }}
