-- grain: one row per requested callback
{{ config(
    materialized='incremental',
    incremental_strategy='rebuild_touched',
    on_schema_change='fail',
    meta={'touched': {'subjects': ['leg', 'access']}}
) }}

with callbacks as (

    select * from {{ ref('callbacks') }} where {{ near_touched('requested_at') }}

),

contacts as (

    select * from {{ ref('contacts') }}

),

excluded as (

    select * from {{ ref('excluded_contacts') }}

),

sites as (

    select * from {{ ref('dim_site') }}

),

queues as (

    select * from {{ ref('dim_queue') }}

),

placed as (

    select
        callbacks.*,
        contacts.channel as contact_channel,
        coalesce(sites.site_id, 'unknown') as site_id,
        {{ local_date('callbacks.requested_at', "coalesce(sites.time_zone, " ~ reporting_zone() ~ ")") }} as business_date
    from callbacks
    left join contacts -- a callback without its contact is still owed
        on callbacks.contact_id = contacts.contact_id
    left join sites
        on contacts.site_id = sites.site_id
    where callbacks.contact_id not in (select excluded.contact_id from excluded)

),

judged as (

    select
        placed.*,
        coalesce(queues.queue_id, 'unknown') as known_queue_id,
        coalesce(placed.contact_channel, queues.channel) as channel,
        placed.status = 'completed' as is_completed,
        -- nobody who was promised a time and still waits after it is left out
        placed.status <> 'pending' or coalesce(placed.due_at < {{ as_of() }}, false) as is_closed
    from placed
    left join queues
        on placed.queue_id = queues.queue_id
            and placed.business_date between queues.valid_from and queues.valid_to

)

select
    callback_id,
    contact_id,
    business_date,
    site_id,
    known_queue_id as queue_id,
    queue_id as delivered_queue_id,
    channel,
    requested_at,
    due_at,
    connected_at,
    attempts,
    status,
    is_closed,
    is_completed,
    is_closed and due_at is not null as is_promise_due,
    is_completed and coalesce(connected_at <= due_at, false) as is_promise_kept,
    case when is_completed then {{ seconds_between('requested_at', 'connected_at') }} end as wait_seconds
from judged
where {{ touched() }}
