-- grain: one row per event of a ticket
{{ config(
    materialized='incremental',
    incremental_strategy='rebuild_touched',
    on_schema_change='fail',
    meta={'touched': {'tickets': true}}
) }}

with tickets as (

    select ticket_id, created_at, channel, priority, queue_id, team_id, site_id, time_zone
    from {{ ref('fct_ticket') }}

),

delivered as (

    select * from {{ ref('ticket_events') }}

),

agents as (

    select * from {{ ref('dim_agent') }}

),

events as (

    select
        delivered.event_id,
        delivered.ticket_id,
        delivered.event_type,
        delivered.from_value,
        delivered.to_value,
        delivered.actor_type,
        delivered.actor_id,
        greatest(delivered.event_at, tickets.created_at) as event_at,
        tickets.channel,
        tickets.priority,
        tickets.queue_id,
        tickets.team_id,
        tickets.site_id,
        tickets.time_zone
    from delivered
    inner join tickets -- lost: events of deleted tickets, and of tickets that were not delivered
        on delivered.ticket_id = tickets.ticket_id
    where {{ touched('delivered.ticket_id') }}

),

statuses as (

    {{ ticket_statuses('events') }}

),

dated as (

    select
        events.*,
        {{ local_date('events.event_at', 'events.time_zone') }} as business_date,
        statuses.status_before,
        statuses.status,
        coalesce(statuses.is_closing, false) as is_closing,
        coalesce(statuses.is_reopening, false) as is_reopening
    from events
    left join statuses
        on events.event_id = statuses.event_id

)

select
    dated.event_id,
    dated.ticket_id,
    dated.business_date,
    dated.event_at,
    dated.event_type,
    dated.from_value,
    dated.to_value,
    dated.actor_type,
    case when dated.actor_type = 'agent' then coalesce(agents.agent_id, 'unknown') end as agent_id,
    dated.channel,
    dated.priority,
    dated.queue_id,
    dated.team_id,
    dated.site_id,
    dated.status_before,
    dated.status,
    dated.is_closing,
    dated.is_reopening
from dated
left join agents
    on dated.actor_id = agents.agent_id
        and dated.business_date between agents.valid_from and agents.valid_to
