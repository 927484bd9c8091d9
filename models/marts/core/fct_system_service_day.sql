-- grain: one row per system, service date and window of agreed service
{{ config(materialized='table') }}

-- A table: its size follows systems and days, not contacts.
with service as (

    select * from {{ ref('system_service_days') }}

),

-- seconds that two windows of a system share count in the earlier one
cut as (

    select
        system_id,
        service_date,
        window_start_at,
        window_end_at,
        greatest(
            window_start_at,
            coalesce(
                max(window_end_at) over (
                    partition by system_id
                    order by window_start_at, service_date
                    rows between unbounded preceding and 1 preceding
                ),
                window_start_at
            )
        ) as counted_from
    from service

)

-- a window is agreed service as far as it has passed
select
    system_id,
    service_date,
    window_start_at,
    least(counted_from, window_end_at) as counted_from,
    window_end_at as counted_until,
    counted_from > window_start_at as is_overlapping,
    greatest({{ seconds_between('counted_from', 'least(window_end_at, ' ~ as_of() ~ ')') }}, 0) as service_seconds
from cut
