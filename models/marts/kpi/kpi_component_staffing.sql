-- grain: one row per site and interval with a requirement, with the parts of staffing KPIs
{{ config(materialized='view') }}

select
    business_date,
    interval_start_at,
    site_id,
    case when scheduled_fte is not null then required_fte end as required_fte,
    case when actual_fte is not null then required_fte end as required_fte_present,
    case when actual_fte is not null then required_fte_seconds end as required_fte_present_seconds,
    over_fte,
    under_fte,
    under_actual_fte,
    on_queue_seconds,
    on_queue_agents,
    cast(case when scheduled_fte is not null then 1 end as bigint) as intervals,
    cast(case when is_within_tolerance then 1 when scheduled_fte is not null then 0 end as bigint) as intervals_within_tolerance
from {{ ref('fct_staffing_interval') }}
