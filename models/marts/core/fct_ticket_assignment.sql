-- grain: one row per assignment of a ticket
{{ config(
    materialized='incremental',
    incremental_strategy='rebuild_touched',
    on_schema_change='fail',
    meta={'touched': {'tickets': true}}
) }}

with tickets as (

    select ticket_id, created_at, channel, queue_id, site_id, time_zone, calendar_id
    from {{ ref('fct_ticket') }}

),

events as (

    select * from {{ ref('ticket_events') }} where event_type = 'assigned'

),

messages as (

    select * from {{ ref('ticket_messages') }}

),

agents as (

    select * from {{ ref('dim_agent') }}

),

business_time as (

    select * from {{ ref('dim_business_time') }}

),

-- every assignment ends the one before it, also one to the same agent
assignments as (

    select
        events.event_id,
        events.ticket_id,
        events.to_value,
        greatest(events.event_at, tickets.created_at) as assigned_at,
        lead(greatest(events.event_at, tickets.created_at)) over (
            partition by events.ticket_id order by greatest(events.event_at, tickets.created_at), length(events.event_id), events.event_id
        ) as ended_at,
        tickets.channel,
        tickets.queue_id,
        tickets.site_id,
        tickets.time_zone,
        tickets.calendar_id
    from events
    inner join tickets -- lost: events of deleted tickets, and of tickets that were not delivered
        on events.ticket_id = tickets.ticket_id
    where {{ touched('events.ticket_id') }}

),

answered as (

    select assignments.event_id, min(messages.sent_at) as replied_at
    from assignments
    inner join messages -- lost: assignments that the assignee did not answer; they stay below
        on assignments.ticket_id = messages.ticket_id
            and assignments.to_value = messages.agent_id
            and messages.sent_at >= assignments.assigned_at
            and (assignments.ended_at is null or messages.sent_at < assignments.ended_at)
    where messages.direction = 'outbound'
        and messages.author_type = 'agent'
        and messages.is_public
        and not messages.is_automated
    group by assignments.event_id

),

dated as (

    select
        assignments.*,
        answered.replied_at,
        {{ local_date('assignments.assigned_at', 'assignments.time_zone') }} as business_date
    from assignments
    left join answered
        on assignments.event_id = answered.event_id

)

select
    dated.event_id,
    dated.ticket_id,
    dated.business_date,
    dated.assigned_at,
    dated.ended_at,
    coalesce(agents.agent_id, 'unknown') as agent_id,
    coalesce(agents.team_id, 'unknown') as team_id,
    dated.site_id,
    dated.queue_id,
    dated.channel,
    dated.replied_at,
    {{ local_date('dated.replied_at', 'dated.time_zone') }} as replied_on,
    {{ seconds_between('dated.assigned_at', 'dated.replied_at') }} as turnaround_seconds,
    {{ business_seconds('assigned', 'dated.assigned_at', 'replied', 'dated.replied_at') }} as turnaround_business_seconds,
    dated.replied_at is null and dated.ended_at is not null as is_bounced
from dated
left join agents
    on dated.to_value = agents.agent_id
        and dated.business_date between agents.valid_from and agents.valid_to
left join business_time as assigned
    on {{ at_business_time('assigned', 'dated.calendar_id', 'dated.assigned_at') }}
left join business_time as replied
    on {{ at_business_time('replied', 'dated.calendar_id', 'dated.replied_at') }}
