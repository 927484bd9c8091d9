-- grain: one row per business date, site, queue, channel, team and agent, with the additive parts that legs give
{{ config(
    materialized='incremental',
    incremental_strategy='rebuild_touched',
    on_schema_change='fail',
    meta={'touched': {'subjects': ['leg']}}
) }}

with segments as (

    select * from {{ ref('fct_contact_segment') }} where {{ touched() }}

),

queues as (

    select * from {{ ref('dim_queue') }}

),

counted as (

    select
        business_date,
        site_id,
        queue_id,
        channel,
        team_id,
        agent_id,
        count(*) filter (where is_original_entry) as contacts_offered,
        count(*) filter (where is_original_entry and is_abandoned_short) as contacts_offered_short,
        count(*) filter (where is_queue_entry) as queue_entries,
        count(*) filter (where is_queue_entry and wait_seconds is not null) as left_entries,
        count(*) filter (where is_answered) as answered,
        count(*) filter (where is_answered_within_threshold) as answered_within_threshold,
        count(*) filter (where is_abandoned) as abandoned,
        count(*) filter (where is_abandoned_short) as abandoned_short,
        count(*) filter (where is_any_abandon_within_threshold) as abandoned_within_threshold,
        count(*) filter (where is_queue_entry and queue_outcome = 'overflow_out') as overflow_out,
        count(*) filter (where is_queue_entry and queue_outcome = 'callback_requested') as callback_requested,
        count(*) filter (
            where is_queue_entry and queue_outcome = 'callback_requested' and wait_seconds <= service_level_threshold_seconds
        ) as callback_requested_within_threshold,
        count(*) filter (where is_queue_entry and queue_outcome = 'voicemail') as voicemail,
        coalesce(sum(wait_seconds) filter (where is_answered), 0) as wait_answered_seconds,
        coalesce(sum(wait_seconds) filter (where is_queue_entry), 0) as wait_all_seconds,
        coalesce(sum(wait_seconds) filter (where is_abandoned), 0) as wait_abandoned_seconds,
        coalesce(sum(wait_seconds) filter (where is_abandoned_short), 0) as wait_abandoned_short_seconds,
        count(*) filter (where is_handled_leg and transfer_out_type <> 'none') as transferred_legs,
        count(*) filter (where is_first_leg_of_transferred_contact) as transferred_contacts,
        count(*) filter (where is_first_handled_leg) as handled_contacts,
        count(*) filter (where is_handled_leg) as handled_legs,
        count(*) filter (where is_first_outbound_leg) as outbound_contacts,
        count(*) filter (where is_outbound_leg) as outbound_legs,
        coalesce(sum(talk_seconds) filter (where is_handled_leg), 0) as talk_seconds,
        coalesce(sum(hold_seconds) filter (where is_handled_leg), 0) as hold_seconds,
        coalesce(sum(acw_seconds) filter (where is_handled_leg), 0) as acw_seconds,
        coalesce(sum(handle_seconds) filter (where is_handled_leg), 0) as handle_seconds,
        coalesce(sum(handle_seconds) filter (where is_outbound_leg), 0) as outbound_handle_seconds,
        count(*) filter (where is_entry_of_answered_contact) as answered_contacts,
        count(*) filter (where is_entry_of_abandoned_contact) as abandoned_contacts,
        count(*) filter (where is_entry_answered_within_cumulative_wait) as answered_contacts_within_threshold
    from segments
    group by business_date, site_id, queue_id, channel, team_id, agent_id

),

-- a queue without contacts on a day of work has zeros, not silence
quiet_queues as (

    select
        days.business_date,
        coalesce(queues.site_id, 'unknown') as site_id,
        queues.queue_id,
        queues.channel
    from queues
    inner join (select business_date from segments group by business_date) as days
        on days.business_date between queues.valid_from and queues.valid_to
    where queues.queue_id <> 'unknown'
        and not exists (
            select 1 from counted
            where counted.business_date = days.business_date and counted.queue_id = queues.queue_id
        )

),

with_quiet as (

    select * from counted
    union all by name
    select * from quiet_queues

)

select
    business_date,
    site_id,
    queue_id,
    channel,
    team_id,
    agent_id,
    {%- for part in [
        'contacts_offered', 'contacts_offered_short', 'queue_entries', 'left_entries', 'answered', 'answered_within_threshold', 'abandoned',
        'abandoned_short', 'abandoned_within_threshold', 'overflow_out', 'callback_requested',
        'callback_requested_within_threshold', 'voicemail', 'wait_answered_seconds', 'wait_all_seconds',
        'wait_abandoned_seconds', 'wait_abandoned_short_seconds', 'transferred_legs', 'transferred_contacts', 'handled_contacts', 'handled_legs',
        'outbound_contacts', 'outbound_legs', 'talk_seconds', 'hold_seconds', 'acw_seconds', 'handle_seconds',
        'outbound_handle_seconds', 'answered_contacts', 'abandoned_contacts', 'answered_contacts_within_threshold'
    ] %}
    cast(coalesce({{ part }}, 0) as bigint) as {{ part }}{{ ',' if not loop.last }}
    {%- endfor %}
from with_quiet
