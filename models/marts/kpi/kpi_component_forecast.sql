-- grain: one row per queue as delivered and interval of days with a baseline forecast, with the parts of forecast accuracy
{{ config(materialized='view') }}

with measured as (

    select * from {{ ref('fct_forecast_interval') }}

),

sites as (

    select * from {{ ref('dim_site') }}

)

select
    measured.business_date,
    measured.interval_start_at,
    {{ local_interval('measured.interval_start_at', 'sites.time_zone') }},
    measured.delivered_queue_id,
    measured.site_id,
    measured.queue_id,
    measured.channel,
    measured.actual_contacts,
    measured.forecast_contacts,
    measured.abs_error_contacts,
    measured.abs_error_share,
    cast(case when measured.actual_contacts > 0 then 1 else 0 end as bigint) as intervals_with_contacts,
    cast(case when measured.forecast_aht_seconds is not null then measured.handle_seconds end as decimal(18, 4)) as forecast_handle_seconds,
    measured.abs_error_handle_seconds
from measured
inner join sites -- nothing is lost: the fact knows its sites, the unknown one included
    on measured.site_id = sites.site_id
