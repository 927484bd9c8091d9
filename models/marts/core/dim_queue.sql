-- grain: one row per queue and period in which its promises held, and the unknown queue
{{ config(meta={'published': true}) }}

with queues as (

    select * from {{ ref('queues') }}

),

sites as (

    select * from {{ ref('dim_site') }}

),

-- the first promises that we know of are taken to have held before they were written down
periods as (

    select
        queues.queue_id,
        queues.queue_name,
        queues.channel,
        coalesce(sites.site_id, 'unknown') as site_id,
        queues.service_level_threshold_seconds,
        queues.short_abandon_seconds,
        coalesce(queues.is_triage, false) as is_triage,
        case
            when lag(queues.valid_from) over (partition by queues.queue_id order by queues.valid_from) is null then date '1900-01-01'
            else queues.valid_from
        end as valid_from,
        lead(queues.valid_from) over (partition by queues.queue_id order by queues.valid_from) - 1 as valid_to
    from queues
    left join sites
        on queues.site_id = sites.site_id

)

select
    queue_id,
    queue_name,
    channel,
    site_id,
    service_level_threshold_seconds,
    short_abandon_seconds,
    is_triage,
    valid_from,
    cast(coalesce(valid_to, date '9999-12-31') as date) as valid_to
from periods
union all
select
    'unknown' as queue_id,
    'Unknown' as queue_name,
    null as channel,
    'unknown' as site_id,
    null as service_level_threshold_seconds,
    null as short_abandon_seconds,
    false as is_triage,
    date '1900-01-01' as valid_from,
    date '9999-12-31' as valid_to
