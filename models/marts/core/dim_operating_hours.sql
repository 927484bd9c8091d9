-- grain: one row per queue and uninterrupted stretch of a business date in which it is open
-- a plain table: it grows with queues and days, never with contacts
{{ config(meta={'published': true}) }}

with hours as (

    select * from {{ ref('operating_hours') }}

),

queues as (

    select * from {{ ref('dim_queue') }}

),

placed as (

    select
        coalesce(queues.queue_id, 'unknown') as queue_id,
        coalesce(queues.site_id, 'unknown') as site_id,
        queues.channel,
        hours.local_date,
        hours.open_at,
        hours.close_at
    from hours
    left join queues
        on hours.queue_id = queues.queue_id
            and hours.local_date between queues.valid_from and queues.valid_to

),

-- windows that overlap or meet are one stretch
begun as (

    select
        *,
        coalesce(
            open_at > max(close_at) over (
                partition by queue_id, local_date order by open_at, close_at
                rows between unbounded preceding and 1 preceding
            ),
            true
        ) as is_new
    from placed

),

numbered as (

    select
        *,
        count(*) filter (where is_new) over (
            partition by queue_id, local_date order by open_at, close_at
            rows between unbounded preceding and current row
        ) as stretch
    from begun

)

select
    queue_id,
    any_value(site_id) as site_id,
    any_value(channel) as channel,
    local_date,
    min(open_at) as open_at,
    max(close_at) as close_at,
    {{ seconds_between('min(open_at)', 'max(close_at)') }} as open_seconds
from numbered
group by queue_id, local_date, stretch
