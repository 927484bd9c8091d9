-- grain: one row per leg of a contact
{{ config(
    materialized='incremental',
    incremental_strategy='rebuild_touched',
    on_schema_change='fail',
    meta={'touched': {'subjects': ['leg']}}
) }}

{#- a leg in a queue is dated by the clock of the queue's site, any other by that of its contact's #}
{%- set anchor = 'coalesce(legs.queued_at, legs.answered_at, contacts.started_at)' %}
{%- set clock = 'coalesce(queue_sites.time_zone, sites.time_zone, ' ~ reporting_zone() ~ ')' %}

with segments as not materialized (

    select * from {{ ref('contact_segments') }}

),

-- all legs of every contact that has a leg near a touched day: the first leg decides what the later ones are
legs as materialized (

    select *
    from segments
    {%- if is_incremental() %}
    where contact_id in (
        select near.contact_id from segments as near
        where {{ near_touched('coalesce(near.queued_at, near.answered_at)') }}
            or (near.queued_at is null and near.answered_at is null)
    )
    {%- endif %}

),

contacts as (

    select * from {{ ref('contacts') }}

),

sites as (

    select * from {{ ref('dim_site') }}

),

queues as (

    select * from {{ ref('dim_queue') }}

),

agents as (

    select * from {{ ref('dim_agent') }}

),

placed as (

    select
        legs.segment_id,
        legs.contact_id,
        legs.segment_seq,
        legs.leg_type,
        legs.queue_id as delivered_queue_id,
        legs.queued_at,
        legs.dequeued_at,
        legs.queue_outcome,
        legs.agent_id as delivered_agent_id,
        legs.answered_at,
        legs.transfer_out_type,
        legs.talk_seconds,
        legs.hold_seconds,
        legs.acw_seconds,
        legs.transfer_out_type is not null
        and not {{ is_never_recorded('legs.source_system', 'contact_segments', 'transfer_out_type', 'external') }}
            as is_external_transfer_recorded,
        not {{ is_never_recorded('legs.source_system', 'contacts', 'direction', 'outbound') }} as is_outbound_recorded,
        contacts.direction,
        contacts.channel,
        contacts.customer_id,
        contacts.campaign_id,
        contacts.ended_at as contact_ended_at,
        coalesce(sites.site_id, 'unknown') as site_id,
        {{ local_time(anchor, clock) }} as local_at,
        {{ local_date("coalesce(legs.answered_at, contacts.started_at)", "coalesce(sites.time_zone, " ~ reporting_zone() ~ ")") }}
            as answered_on,
        {{ clock }} as time_zone,
        {{ anchor }} as anchored_at,
        -- where a source does not say when the wait ended: an answer ends it, and whoever gives up ends the contact
        coalesce(
            legs.dequeued_at,
            case
                when legs.queue_outcome = 'answered' then legs.answered_at
                when legs.queue_outcome = 'abandoned' and contacts.ended_at >= legs.queued_at then contacts.ended_at
            end
        ) as wait_ended_at
    from legs
    inner join contacts -- lost: legs of test contacts, and legs whose contact has not been delivered (yet)
        on legs.contact_id = contacts.contact_id
    left join sites
        on contacts.site_id = sites.site_id
    left join queues as homes
        on legs.queue_id = homes.queue_id
            and cast({{ anchor }} as date) between homes.valid_from and homes.valid_to
            and homes.site_id <> 'unknown'
    left join sites as queue_sites
        on homes.site_id = queue_sites.site_id

),

promised as (

    select
        placed.*,
        cast(placed.local_at as date) as business_date,
        placed.anchored_at
        - (placed.local_at - time_bucket(interval {{ var('interval_minutes') }} minute, placed.local_at)) as interval_start_at,
        case when placed.delivered_queue_id is not null then coalesce(queues.queue_id, 'unknown') end as queue_id,
        coalesce(
            queues.service_level_threshold_seconds, {{ default_threshold_seconds('placed.channel') }}
        ) as service_level_threshold_seconds,
        coalesce(queues.short_abandon_seconds, {{ var('short_abandon_seconds') }}) as short_abandon_seconds,
        case when placed.answered_at is not null then coalesce(agents.agent_id, 'unknown') end as agent_id,
        case when placed.answered_at is not null then coalesce(agents.team_id, 'unknown') end as team_id,
        case when placed.answered_at is not null and agents.agent_id is null then 'unknown' else agents.vendor_id end as vendor_id,
        coalesce(queues.is_triage, false) as is_triage,
        case when placed.leg_type = 'queue' then {{ seconds_between('placed.queued_at', 'placed.wait_ended_at') }} end as wait_seconds,
        -- who has not left the queue waits until now, or until the contact ended where the end of the wait was lost
        case
            when placed.leg_type = 'queue' and placed.wait_ended_at is not null
                then {{ seconds_between('placed.queued_at', 'placed.wait_ended_at') }}
            when placed.leg_type = 'queue' and placed.contact_ended_at is not null
                then {{ seconds_between('placed.queued_at', 'greatest(placed.queued_at, placed.contact_ended_at)') }}
            when placed.leg_type = 'queue' and placed.queued_at > {{ as_of() }} - interval {{ var('late_data_rebuild_days') }} day
                then {{ seconds_between('placed.queued_at', 'greatest(placed.queued_at, ' ~ as_of() ~ ')') }}
        end as waiting_seconds
    from placed
    left join queues
        on placed.delivered_queue_id = queues.queue_id
            and cast(placed.local_at as date) between queues.valid_from and queues.valid_to
    left join agents
        on placed.delivered_agent_id = agents.agent_id
            and placed.answered_on between agents.valid_from and agents.valid_to

),

classified as (

    select
        *,
        coalesce(direction = 'inbound' and leg_type = 'queue', false) as is_queue_entry,
        coalesce(direction = 'inbound' and leg_type = 'queue' and queue_outcome = 'answered', false) as is_answered,
        coalesce(direction = 'inbound' and leg_type = 'queue' and queue_outcome = 'abandoned', false) as is_any_abandon,
        coalesce(direction = 'inbound' and leg_type in ('queue', 'direct', 'callback') and answered_at is not null, false)
            as is_handled_leg,
        coalesce(direction <> 'internal' and leg_type = 'outbound' and answered_at is not null, false) as is_outbound_leg
    from promised

),

outcomes as (

    select
        *,
        coalesce(is_answered and wait_seconds <= service_level_threshold_seconds, false) as is_answered_within_threshold,
        coalesce(is_any_abandon and wait_seconds >= short_abandon_seconds, false) as is_abandoned,
        coalesce(is_any_abandon and wait_seconds < short_abandon_seconds, false) as is_abandoned_short,
        coalesce(is_any_abandon and wait_seconds <= service_level_threshold_seconds, false) as is_any_abandon_within_threshold,
        is_queue_entry
            and row_number() over (partition by contact_id, is_queue_entry order by segment_seq, segment_id) = 1 as is_original_entry,
        is_handled_leg
            and row_number() over (partition by contact_id, is_handled_leg order by segment_seq, segment_id) = 1 as is_first_handled_leg,
        direction = 'outbound' and is_outbound_leg
            and row_number() over (partition by contact_id, is_outbound_leg order by segment_seq, segment_id) = 1 as is_first_outbound_leg
    from classified

),

-- the customer's view: all hops of a contact together, kept on its original entry so that it stays additive
journeys as (

    select
        *,
        sum(wait_seconds) over (partition by contact_id) as contact_wait_seconds,
        coalesce(bool_or(is_queue_entry and queue_outcome <> 'in_queue' and wait_seconds is null) over (partition by contact_id), false)
            as contact_has_unknown_wait,
        bool_and(talk_seconds is not null or not is_handled_leg) over (partition by contact_id) as is_leg_of_timed_contact,
        bool_or(is_handled_leg and transfer_out_type is null) over (partition by contact_id) as contact_has_unknown_transfer,
        bool_or(is_answered) over (partition by contact_id) as contact_is_answered,
        bool_or(is_any_abandon) over (partition by contact_id) as contact_is_abandoned,
        bool_or(is_handled_leg and transfer_out_type <> 'none') over (partition by contact_id) as contact_is_transferred
    from outcomes

)

select
    segment_id,
    contact_id,
    cast(segment_seq as integer) as segment_seq,
    leg_type,
    direction,
    channel,
    site_id,
    queue_id,
    delivered_queue_id,
    team_id,
    agent_id,
    delivered_agent_id,
    vendor_id,
    campaign_id,
    customer_id,
    business_date,
    interval_start_at,
    time_zone,
    queued_at,
    dequeued_at,
    answered_at,
    queue_outcome,
    transfer_out_type,
    cast(service_level_threshold_seconds as integer) as service_level_threshold_seconds,
    cast(short_abandon_seconds as integer) as short_abandon_seconds,
    wait_seconds,
    waiting_seconds,
    cast(case when is_original_entry and not contact_has_unknown_wait then coalesce(contact_wait_seconds, 0) end as bigint)
        as contact_wait_seconds,
    cast(talk_seconds as bigint) as talk_seconds,
    cast(hold_seconds as bigint) as hold_seconds,
    cast(acw_seconds as bigint) as acw_seconds,
    cast(talk_seconds + coalesce(hold_seconds, 0) + coalesce(acw_seconds, 0) as bigint) as handle_seconds,
    is_external_transfer_recorded,
    is_outbound_recorded,
    is_triage,
    is_queue_entry,
    is_original_entry,
    is_answered,
    is_answered_within_threshold,
    is_abandoned,
    is_abandoned_short,
    is_any_abandon_within_threshold,
    is_handled_leg,
    is_first_handled_leg,
    is_leg_of_timed_contact,
    case when not contact_has_unknown_transfer then is_first_handled_leg and contact_is_transferred end
        as is_first_leg_of_transferred_contact,
    is_outbound_leg,
    is_first_outbound_leg,
    is_original_entry and contact_is_answered as is_entry_of_answered_contact,
    is_original_entry and not contact_is_answered and contact_is_abandoned
    and coalesce(not contact_has_unknown_wait and contact_wait_seconds >= short_abandon_seconds, false) as is_entry_of_abandoned_contact,
    is_original_entry and contact_is_answered and not contact_has_unknown_wait
    and coalesce(contact_wait_seconds <= service_level_threshold_seconds, false) as is_entry_answered_within_cumulative_wait
from journeys
where {{ touched() }}
