-- grain: one row per business date, site, queue and channel, with the parts that callbacks, self-service and trunks give
{{ config(
    materialized='incremental',
    incremental_strategy='rebuild_touched',
    on_schema_change='fail',
    meta={'touched': {'subjects': ['leg', 'access']}}
) }}

with legs as (

    select * from {{ ref('kpi_component_leg') }} where {{ touched() }}

),

callbacks as (

    select * from {{ ref('fct_callback') }}

),

sessions as (

    select * from {{ ref('fct_self_service_session') }}

),

trunks as (

    select * from {{ ref('fct_trunk_interval') }} where {{ touched() }}

),

-- before its first record a source is missing, and what stands beside it is not compared with nothing
first_days as (

    select
        (select min(business_date) from callbacks) as first_callback_on,
        (select min(business_date) from sessions) as first_session_on

),

offered as (

    select
        business_date,
        site_id,
        queue_id,
        channel,
        sum(contacts_offered) as contacts_offered,
        sum(answered) as answered,
        sum(queue_entries - still_waiting) as left_entries,
        sum(queue_entries - still_waiting - wait_unrecorded) as timed_entries,
        sum(wait_answered_seconds) as wait_answered_seconds,
        sum(wait_answered_seconds_squares) as wait_answered_seconds_squares
    from legs
    group by business_date, site_id, queue_id, channel

),

called_back as (

    select
        business_date,
        site_id,
        queue_id,
        channel,
        count(*) as callbacks_requested,
        count(*) filter (where is_closed) as callbacks_closed,
        count(*) filter (where is_completed) as callbacks_completed,
        count(*) filter (where is_promise_due) as callbacks_promised,
        count(*) filter (where is_promise_kept) as callbacks_kept,
        sum(wait_seconds) as callback_wait_seconds,
        {{ sum_of_squares('wait_seconds') }} as callback_wait_seconds_squares
    from callbacks
    where {{ touched() }}
    group by business_date, site_id, queue_id, channel

),

served_themselves as (

    select
        business_date,
        site_id,
        count(*) as sessions_started,
        count(*) filter (where not is_agent_requested) as sessions_no_agent,
        count(*) filter (where is_contained) as sessions_contained,
        count(*) filter (where is_contained and not has_agent_contact_within_24h) as sessions_contained_for_a_day
    from sessions
    where {{ touched() }}
    group by business_date, site_id

),

attempted as (

    select
        business_date,
        sum(connected_attempts) as connected_attempts,
        sum(blocked_attempts) as blocked_attempts,
        sum(all_trunks_busy_seconds) as all_trunks_busy_seconds,
        sum(watched_seconds) as watched_seconds
    from trunks
    group by business_date

),

parts as (

    select * from offered
    union all by name
    select * from called_back
    union all by name
    select * from served_themselves
    union all by name
    select * from attempted

)

select
    parts.business_date,
    parts.site_id,
    parts.queue_id,
    parts.channel,
    {%- for part, column in {
        'contacts_beside_callbacks': 'contacts_offered',
        'answered_beside_callbacks': 'answered',
        'left_entries_beside_callbacks': 'left_entries',
        'timed_entries_beside_callbacks': 'timed_entries',
        'wait_answered_seconds': 'wait_answered_seconds',
        'callbacks_requested': 'callbacks_requested',
        'callbacks_closed': 'callbacks_closed',
        'callbacks_completed': 'callbacks_completed',
        'callbacks_promised': 'callbacks_promised',
        'callbacks_kept': 'callbacks_kept',
        'callback_wait_seconds': 'callback_wait_seconds',
    }.items() %}
    cast(sum(case when parts.business_date >= first_days.first_callback_on then coalesce(parts.{{ column }}, 0) end) as bigint)
        as {{ part }},
    {%- endfor %}
    {%- for part in ['wait_answered_seconds_squares', 'callback_wait_seconds_squares'] %}
    cast(sum(case when parts.business_date >= first_days.first_callback_on then coalesce(parts.{{ part }}, 0) end) as decimal(38, 0))
        as {{ part }},
    {%- endfor %}
    {%- for part, column in {
        'contacts_beside_sessions': 'contacts_offered',
        'sessions_started': 'sessions_started',
        'sessions_no_agent': 'sessions_no_agent',
        'sessions_contained': 'sessions_contained',
        'sessions_contained_for_a_day': 'sessions_contained_for_a_day',
    }.items() %}
    cast(sum(case when parts.business_date >= first_days.first_session_on then coalesce(parts.{{ column }}, 0) end) as bigint)
        as {{ part }},
    {%- endfor %}
    cast(sum(parts.connected_attempts) as bigint) as connected_attempts,
    cast(sum(parts.blocked_attempts) as bigint) as blocked_attempts,
    cast(sum(parts.all_trunks_busy_seconds) as bigint) as all_trunks_busy_seconds,
    cast(sum(parts.watched_seconds) as bigint) as watched_seconds
from parts
cross join first_days
group by parts.business_date, parts.site_id, parts.queue_id, parts.channel
