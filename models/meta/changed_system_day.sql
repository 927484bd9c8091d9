-- grain: one row per business date and reason, from agreed service and outages of systems that changed
{{ config(materialized='ephemeral') }}

with outage_images as (

    {{ changes('system_outages') }}

),

service_images as (

    {{ changes('system_service_days') }}

),

outage_files as (

    select delivery_id
    from {{ source('meta', 'loaded_file') }}
    where entity = 'system_outages'

),

spans as (

    select
        cast(start_at as date) - 1 as first_day,
        cast(coalesce(end_at, {{ as_of() }}) as date) + 1 as last_day,
        'outage changed' as reason
    from outage_images
    union all
    select
        least(service_date, cast(window_start_at as date)) as first_day,
        cast(window_end_at as date) + 1 as last_day,
        'agreed service changed' as reason
    from service_images
    union all
    -- an outage that still lasts reaches as far as time does
    select
        {{ local_date(previous_as_of(), "'UTC'") }} - 1 as first_day,
        {{ latest_running_date() }} as last_day,
        'time passed' as reason
    where {{ last_complete_refresh() }} > 0
    union all
    -- from the first report on, even an empty one, it is known that systems were up
    select
        min(service_date) as first_day,
        max(service_date) as last_day,
        'first report of outages' as reason
    from {{ ref('system_service_days') }}
    having (select min(outage_files.delivery_id) from outage_files) > {{ delivered_through() }}

)

select
    'system' as subject,
    cast(unnest(generate_series(cast(first_day as timestamp), cast(last_day as timestamp), interval 1 day)) as date)
        as business_date,
    reason,
    1 as change_count
from spans
where first_day is not null
