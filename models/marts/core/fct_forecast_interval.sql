-- grain: one row per queue as delivered and complete interval, of queues and days with a baseline forecast
{{ config(
    materialized='incremental',
    incremental_strategy='rebuild_touched',
    on_schema_change='fail',
    meta={'touched': {'subjects': ['forecast', 'leg', 'calendar']}}
) }}

with forecasts as (

    select * from {{ ref('forecasts') }}
    where is_baseline and interval_start_at < {{ as_of() }} and {{ near_touched('interval_start_at') }}

),

-- colleagues who talk to each other are no demand
legs as (

    select * from {{ ref('fct_contact_segment') }} where direction is distinct from 'internal' and {{ touched() }}

),

queues as (

    select * from {{ ref('dim_queue') }}

),

sites as (

    select * from {{ ref('dim_site') }}

),

-- of several baselines for one interval the last version counts
baselines as (

    select *, count(*) over (partition by queue_id, interval_start_at) as baseline_count
    from forecasts
    qualify row_number() over (partition by queue_id, interval_start_at order by forecast_version desc) = 1

),

forecast_spans as (

    select
        baselines.*,
        baselines.interval_start_at as started_at,
        baselines.interval_start_at + baselines.interval_minutes * interval 1 minute as ended_at,
        coalesce(sites.time_zone, {{ reporting_zone() }}) as time_zone,
        {{ local_time('baselines.interval_start_at', "coalesce(sites.time_zone, " ~ reporting_zone() ~ ")") }} as local_at
    from baselines
    left join queues
        on baselines.queue_id = queues.queue_id
            and cast(baselines.interval_start_at as date) between queues.valid_from and queues.valid_to
    left join sites
        on queues.site_id = sites.site_id

),

forecast_pieces as (

    select
        queue_id,
        forecast_version,
        forecast_contacts,
        forecast_aht_seconds,
        baseline_count,
        interval_minutes,
        time_zone,
        started_at,
        ended_at,
        {{ interval_starts('started_at', 'ended_at', 'local_at') }} as starts_at
    from forecast_spans

),

shared as (

    select
        *,
        cast(
            forecast_contacts * {{ seconds_in_interval('started_at', 'ended_at', 'starts_at') }} / (interval_minutes * 60)
            as decimal(18, 9)
        ) as contacts_in_interval
    from forecast_pieces

),

-- an interval's handle time is the mean of what was forecast in it, weighted by contacts
expected as (

    select
        queue_id,
        starts_at as interval_start_at,
        {{ local_date('starts_at', 'time_zone') }} as business_date,
        max(forecast_version) as forecast_version,
        max(baseline_count) as baseline_count,
        cast(sum(contacts_in_interval) as decimal(18, 9)) as forecast_contacts,
        cast(coalesce(
            sum(contacts_in_interval * forecast_aht_seconds)
            / nullif(sum(contacts_in_interval) filter (where forecast_aht_seconds is not null), 0),
            max(forecast_aht_seconds)
        ) as decimal(18, 4)) as forecast_aht_seconds
    from shared
    group by queue_id, starts_at, {{ local_date('starts_at', 'time_zone') }}

),

actual as (

    select
        delivered_queue_id as queue_id,
        interval_start_at,
        business_date,
        count(*) filter (where is_original_entry and not is_abandoned_short) as actual_contacts,
        count(*) filter (where is_handled_leg) as handled_legs,
        count(handle_seconds) filter (where is_handled_leg) as timed_legs,
        coalesce(sum(handle_seconds) filter (where is_handled_leg), 0) as handle_seconds
    from legs
    where delivered_queue_id is not null
    group by delivered_queue_id, interval_start_at, business_date

),

forecast_days as (

    select queue_id, business_date
    from expected
    group by queue_id, business_date

),

-- a day on which nothing was delivered about any contact is missing, not without demand
contact_days as (

    select business_date
    from legs
    group by business_date

),

compared as (

    select
        coalesce(expected.queue_id, actual.queue_id) as queue_id,
        coalesce(expected.interval_start_at, actual.interval_start_at) as interval_start_at,
        coalesce(expected.business_date, actual.business_date) as business_date,
        expected.forecast_version,
        coalesce(expected.baseline_count, 0) as baseline_count,
        coalesce(expected.forecast_contacts, 0) as forecast_contacts,
        expected.forecast_aht_seconds,
        coalesce(actual.actual_contacts, 0) as actual_contacts,
        coalesce(actual.handled_legs, 0) as handled_legs,
        coalesce(actual.timed_legs, 0) as timed_legs,
        coalesce(actual.handle_seconds, 0) as handle_seconds
    from expected
    full join actual
        on expected.queue_id = actual.queue_id
            and expected.interval_start_at = actual.interval_start_at
            and expected.business_date = actual.business_date

)

select
    compared.business_date,
    compared.interval_start_at,
    coalesce(queues.queue_id, 'unknown') as queue_id,
    compared.queue_id as delivered_queue_id,
    queues.channel,
    coalesce(queues.site_id, 'unknown') as site_id,
    compared.forecast_version,
    cast(compared.baseline_count as integer) as baseline_count,
    cast(compared.forecast_contacts as decimal(18, 9)) as forecast_contacts,
    compared.forecast_aht_seconds,
    compared.actual_contacts,
    cast(abs(compared.forecast_contacts - compared.actual_contacts) as decimal(18, 9)) as abs_error_contacts,
    cast(
        abs(compared.forecast_contacts - compared.actual_contacts) / nullif(compared.actual_contacts, 0) as decimal(18, 6)
    ) as abs_error_share,
    compared.handled_legs,
    cast(compared.handle_seconds as bigint) as handle_seconds,
    cast(
        abs(compared.forecast_aht_seconds * compared.timed_legs - compared.handle_seconds) as decimal(18, 4)
    ) as abs_error_handle_seconds
from compared
inner join forecast_days -- lost: queues and days without a baseline forecast
    on compared.queue_id = forecast_days.queue_id
        and compared.business_date = forecast_days.business_date
inner join contact_days -- lost: days without any contact of any queue
    on compared.business_date = contact_days.business_date
left join queues
    on compared.queue_id = queues.queue_id
        and compared.business_date between queues.valid_from and queues.valid_to
where {{ touched('compared.business_date') }}
    and compared.interval_start_at + interval {{ var('interval_minutes') }} minute <= {{ as_of() }}
