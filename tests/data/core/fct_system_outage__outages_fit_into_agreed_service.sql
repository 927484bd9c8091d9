-- Merged outages of a day are no longer than its agreed service (X23), and no two of a system overlap.
with outages as (

    select
        system_id,
        service_date,
        window_start_at,
        outage_seconds,
        began_at < lag(ended_at) over (partition by system_id order by began_at) as is_overlapping
    from {{ ref('fct_system_outage') }}

),

by_window as (

    select
        system_id,
        service_date,
        window_start_at,
        sum(outage_seconds) as outage_seconds,
        bool_or(coalesce(is_overlapping, false)) as is_overlapping
    from outages
    group by system_id, service_date, window_start_at

)

select
    service.system_id,
    service.service_date,
    service.window_start_at,
    by_window.outage_seconds,
    service.service_seconds
from by_window
inner join {{ ref('fct_system_service_day') }} as service -- none lost: outages are clipped to these windows
    on by_window.system_id = service.system_id
        and by_window.service_date = service.service_date
        and by_window.window_start_at = service.window_start_at
where by_window.outage_seconds > service.service_seconds or by_window.is_overlapping
