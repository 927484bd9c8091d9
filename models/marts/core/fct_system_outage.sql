-- grain: one row per system, service window and stretch of it in which the system was down, in maintenance or degraded
{{ config(materialized='table') }}

-- A table: its size follows outages, not contacts. Stretches of a window do not overlap: what two reports share counts once.
with service as (

    select * from {{ ref('fct_system_service_day') }} where service_seconds > 0

),

outages as (

    select * from {{ ref('system_outages') }}

),

-- what is still going on has lasted until now
reported as (

    select
        service.system_id,
        service.service_date,
        service.window_start_at,
        greatest(outages.start_at, service.counted_from) as began_at,
        least(coalesce(outages.end_at, {{ as_of() }}), service.counted_until, {{ as_of() }}) as ended_at,
        -- being down outweighs maintenance, and maintenance a bad connection
        case when outages.is_planned then 2 when outages.is_degraded then 1 else 3 end as weight
    from outages
    inner join service -- lost: outages outside agreed service
        on outages.system_id = service.system_id
            and outages.start_at < least(service.counted_until, {{ as_of() }})
            and coalesce(outages.end_at, {{ as_of() }}) > service.counted_from

),

turns as (

    select system_id, service_date, window_start_at, began_at as turned_at from reported
    union
    select system_id, service_date, window_start_at, ended_at as turned_at from reported

),

pieces as (

    select
        *,
        lead(turned_at) over (partition by system_id, service_date, window_start_at order by turned_at) as next_turned_at
    from turns

),

judged as (

    select
        pieces.system_id,
        pieces.service_date,
        pieces.window_start_at,
        pieces.turned_at as began_at,
        pieces.next_turned_at as ended_at,
        max(reported.weight) as weight
    from pieces
    inner join reported -- lost: pieces of the window in which the system was up
        on pieces.system_id = reported.system_id
            and pieces.service_date = reported.service_date
            and pieces.window_start_at = reported.window_start_at
            and reported.began_at <= pieces.turned_at
            and reported.ended_at >= pieces.next_turned_at
    group by pieces.system_id, pieces.service_date, pieces.window_start_at, pieces.turned_at, pieces.next_turned_at

),

compared as (

    select
        *,
        coalesce(
            began_at > lag(ended_at) over in_time or weight <> lag(weight) over in_time, true
        ) as is_new
    from judged
    window in_time as (partition by system_id, service_date, window_start_at order by began_at)

),

numbered as (

    select
        *,
        count(*) filter (where is_new) over (
            partition by system_id, service_date, window_start_at order by began_at
        ) as stretch_number
    from compared

)

select
    system_id,
    service_date,
    window_start_at,
    min(began_at) as began_at,
    max(ended_at) as ended_at,
    case max(weight) when 3 then 'down' when 2 then 'maintenance' else 'degraded' end as state,
    {{ seconds_between('min(began_at)', 'max(ended_at)') }} as outage_seconds
from numbered
group by system_id, service_date, window_start_at, stretch_number
