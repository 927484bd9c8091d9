-- grain: one row per queue and period in which its promises held
{{ config(meta={'published': true}) }}

with queues as (

    select * from {{ ref('queues') }}

),

periods as (

    select
        queue_id,
        queue_name,
        channel,
        site_id,
        service_level_threshold_seconds,
        short_abandon_seconds,
        valid_from,
        lead(valid_from) over (partition by queue_id order by valid_from) - 1 as valid_to
    from queues

)

select
    queue_id,
    queue_name,
    channel,
    site_id,
    service_level_threshold_seconds,
    short_abandon_seconds,
    valid_from,
    cast(coalesce(valid_to, date '9999-12-31') as date) as valid_to
from periods
