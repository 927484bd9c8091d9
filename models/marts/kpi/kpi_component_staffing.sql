-- grain: one row per site and interval with a requirement, with the parts of staffing KPIs
{{ config(materialized='view') }}

with measured as (

    select * from {{ ref('fct_staffing_interval') }}

),

sites as (

    select * from {{ ref('dim_site') }}

)

select
    measured.business_date,
    measured.interval_start_at,
    {{ local_interval('measured.interval_start_at', 'sites.time_zone') }},
    measured.site_id,
    case when measured.scheduled_fte is not null then measured.required_fte end as required_fte,
    case when measured.actual_fte is not null then measured.required_fte end as required_fte_present,
    case when measured.actual_fte is not null then measured.required_fte_seconds end as required_fte_present_seconds,
    measured.over_fte,
    measured.under_fte,
    measured.under_actual_fte,
    measured.on_queue_seconds,
    measured.on_queue_agents,
    cast(case when measured.scheduled_fte is not null then 1 end as bigint) as intervals,
    cast(case when measured.is_within_tolerance then 1 when measured.scheduled_fte is not null then 0 end as bigint)
        as intervals_within_tolerance
from measured
inner join sites -- nothing is lost: the fact knows its sites, the unknown one included
    on measured.site_id = sites.site_id
