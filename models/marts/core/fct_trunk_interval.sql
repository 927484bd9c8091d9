-- grain: one row per trunk group and interval as the carrier counts it
{{ config(
    materialized='incremental',
    incremental_strategy='rebuild_touched',
    on_schema_change='fail',
    meta={'touched': {'subjects': ['access']}}
) }}

with intervals as (

    select * from {{ ref('trunk_intervals') }} where {{ near_touched('interval_start_at') }}

),

-- lines belong to no site
dated as (

    select *, {{ local_date('interval_start_at', reporting_zone()) }} as business_date
    from intervals

)

select
    trunk_group_id,
    interval_start_at,
    business_date,
    interval_minutes,
    cast(connected_attempts as bigint) as connected_attempts,
    cast(blocked_attempts as bigint) as blocked_attempts,
    cast(all_trunks_busy_seconds as bigint) as all_trunks_busy_seconds,
    cast(case when all_trunks_busy_seconds is not null then 60 * interval_minutes end as bigint) as watched_seconds
from dated
where {{ touched() }}
