-- grain: one row per local interval, site, queue and channel: of legs that began in it, or in which the queue was open
{{ config(
    materialized='incremental',
    incremental_strategy='rebuild_touched',
    on_schema_change='fail',
    meta={'touched': {'subjects': ['leg', 'hours']}}
) }}

{%- set step = "interval " ~ var('interval_minutes') ~ " minute" %}

with segments as (

    select * from {{ ref('fct_contact_segment') }} where {{ touched() }}

),

hours as (

    select * from {{ ref('dim_operating_hours') }}

),

sites as (

    select * from {{ ref('dim_site') }}

),

counted as (

    select
        interval_start_at,
        time_zone,
        site_id,
        queue_id,
        channel,
        {{ leg_parts() }}
    from segments
    group by interval_start_at, time_zone, site_id, queue_id, channel

),

opened as (

    select
        hours.*,
        sites.time_zone,
        {{ local_time('hours.open_at', 'sites.time_zone') }} as local_open_at
    from hours
    inner join sites -- every queue has a site, if only the unknown one
        on hours.site_id = sites.site_id
    where hours.queue_id <> 'unknown' and hours.open_at < {{ as_of() }}
        {%- if is_incremental() %}
        and hours.local_date in {{ touched_days(['leg', 'hours'], spread=1) }}
        {%- endif %}

),

open_steps as (

    select
        time_zone,
        site_id,
        queue_id,
        channel,
        open_at,
        close_at,
        unnest(generate_series(
            open_at - (local_open_at - time_bucket({{ step }}, local_open_at)), close_at - interval 1 microsecond, {{ step }}
        )) as interval_start_at
    from opened

),

open_intervals as (

    select
        interval_start_at,
        time_zone,
        site_id,
        queue_id,
        channel,
        sum({{ seconds_between('greatest(open_at, interval_start_at)', 'least(close_at, interval_start_at + ' ~ step ~ ')') }})
            as open_seconds
    from open_steps
    where interval_start_at < {{ as_of() }}
    group by interval_start_at, time_zone, site_id, queue_id, channel

),

-- an open queue without contacts has zeros, not silence
complete as (

    select counted.*, open_intervals.open_seconds
    from counted
    left join open_intervals
        on counted.interval_start_at = open_intervals.interval_start_at
            and counted.site_id = open_intervals.site_id
            and counted.queue_id = open_intervals.queue_id
            and counted.channel = open_intervals.channel
    union all by name
    select open_intervals.*
    from open_intervals
    where not exists (
            select 1 from counted
            where counted.interval_start_at = open_intervals.interval_start_at
                and counted.site_id = open_intervals.site_id
                and counted.queue_id = open_intervals.queue_id
                and counted.channel = open_intervals.channel
        )

),

placed as (

    select
        *,
        {{ local_interval('interval_start_at', 'time_zone') }}
    from complete

),

dated as (

    select *, cast(interval_local_start as date) as business_date from placed

)

select
    business_date,
    interval_start_at,
    interval_local_start,
    concat(strftime(interval_local_start, '%H:%M'), case when fold_number = 2 then ' again' else '' end) as interval_id,
    fold_number,
    cast({{ seconds_between(utc_instant('cast(business_date as timestamp)', 'time_zone'), 'interval_start_at') }} as bigint) as day_seconds,
    site_id,
    queue_id,
    channel,
    cast(open_seconds as bigint) as open_seconds,
    {{ leg_part_columns() }}
from dated
where {{ touched() }}
