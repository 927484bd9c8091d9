-- A queue's half-hour is one row, wherever the sites lie from which contacts overflow into it.
select kpi_id, variant, scope_id, interval_start_at, count(*) as row_count
from {{ ref('kpi_value_computed') }}
where period_type = 'interval'
    and scope_type = 'queue'
    and {{ computed_tonight() }}
    and scope_id in (
        select queue_id from {{ ref('dim_queue') }}
        where queue_id <> 'unknown' and site_id <> 'unknown'
        group by queue_id
        having count(distinct site_id) = 1 -- one that moves to another zone has another clock from that day on
    )
group by kpi_id, variant, scope_id, interval_start_at
having count(*) > 1
