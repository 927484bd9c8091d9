-- grain: one row per ticket and reason, for tickets whose rows in some fact must be computed again
{{ config(materialized='ephemeral') }}

with tickets as (

    select ticket_id, contact_id, group_id, created_at, status from {{ ref('tickets') }}

),

events as not materialized (

    select ticket_id, event_id, event_type, to_value, actor_id, event_at from {{ ref('ticket_events') }}

),

messages as not materialized (

    select ticket_id, agent_id, sent_at from {{ ref('ticket_messages') }}

),

time_entries as (

    select ticket_id, agent_id, worked_on from {{ ref('ticket_time_entries') }}

),

ticket_images as (

    {{ changes('tickets') }}

),

event_images as (

    {{ changes('ticket_events') }}

),

message_images as (

    {{ changes('ticket_messages') }}

),

time_images as (

    {{ changes('ticket_time_entries') }}

),

-- of the contact a ticket came from, its legs count too: they say whether it was handled
changed_contacts as (

    select contact_id from {{ ref('changed_contact') }} where subject = 'leg'

),

queue_images as (

    {{ changes('queues') }}

),

team_images as (

    {{ changes('teams') }}

),

site_images as (

    {{ changes('sites') }}

),

agent_ranges as (

    select * from {{ ref('changed_agent_range') }}

),

calendar_change as (

    select * from {{ ref('changed_calendar_range') }}

),

-- where these change, a ticket may change its home: team, site and with it every local date
rehomed as (

    select tickets.ticket_id
    from tickets
    where tickets.group_id in (select queue_images.queue_id from queue_images)
        or tickets.group_id in (select team_images.team_id from team_images)
        or tickets.contact_id in (select changed_contacts.contact_id from changed_contacts)
    union
    select messages.ticket_id
    from messages
    inner join agent_ranges
        on messages.agent_id = agent_ranges.agent_id
            and cast(messages.sent_at as date) between agent_ranges.first_day - 1 and agent_ranges.last_day + 1
    union
    select events.ticket_id
    from events
    inner join agent_ranges
        on (events.actor_id = agent_ranges.agent_id or events.to_value = agent_ranges.agent_id)
            and cast(events.event_at as date) between agent_ranges.first_day - 1 and agent_ranges.last_day + 1

),

recounted as (

    select messages.ticket_id from messages inner join calendar_change on messages.sent_at >= calendar_change.first_day - 1
    union
    select events.ticket_id from events inner join calendar_change on events.event_at >= calendar_change.first_day - 1

),

-- the backlog of a day follows from what happened up to it, so most changes reach from their own instant on;
-- what says where a ticket is at home, or how it began, reaches back to its creation
first_messages as (

    select ticket_id, min(case when direction = 'inbound' then sent_at end) as asked_at
    from {{ ref('ticket_messages') }}
    where ticket_id in (select message_images.ticket_id from message_images)
    group by ticket_id

),

first_events as (

    select
        events.ticket_id,
        min(case when events.event_type = 'assigned' then events.event_at end) as assigned_at,
        count(*) filter (where events.event_type = 'sla_applied') as promise_count,
        count(*) filter (where event_images.event_id is null) as known_events,
        count(*) filter (where event_images.event_id is null and events.to_value in ('solved', 'closed')) as known_closings,
        count(*) filter (where events.to_value in ('solved', 'closed') or events.event_type = 'merged') as closings
    from events
    left join (select event_id from event_images group by event_id) as event_images
        on events.event_id = event_images.event_id
    where events.ticket_id in (select ticket_images.ticket_id from ticket_images)
        or events.ticket_id in (select changed_events.ticket_id from event_images as changed_events)
        or events.ticket_id in (select message_images.ticket_id from message_images)
    group by events.ticket_id

),

ticket_changes as (

    select
        ticket_images.ticket_id,
        min(ticket_images.created_at) as created_at,
        max(case when ticket_images._image = 'before' then ticket_images.status end) as status_before,
        count(*) < 2 or count(distinct concat_ws(
            '|',
            ticket_images.created_at,
            ticket_images.channel,
            coalesce(ticket_images.priority, ''),
            coalesce(ticket_images.group_id, ''),
            coalesce(ticket_images.contact_id, ''),
            coalesce(ticket_images.first_response_sla_seconds, 0),
            ticket_images._is_excluded
        )) > 1 as is_another_ticket
    from ticket_images
    group by ticket_images.ticket_id

),

-- whether it counts in the backlog at all: it has a history, and that does not contradict its state
counted_anew as (

    select tickets.ticket_id
    from tickets
    left join ticket_changes
        on tickets.ticket_id = ticket_changes.ticket_id
    left join first_events
        on tickets.ticket_id = first_events.ticket_id
    where (ticket_changes.ticket_id is not null or first_events.ticket_id is not null)
        and (
            coalesce(first_events.known_events, 0) = 0
            or (
                first_events.known_closings = 0
                and (
                    coalesce(ticket_changes.status_before, tickets.status) in ('solved', 'closed')
                    or (tickets.status in ('solved', 'closed') and first_events.closings = 0)
                )
            )
        )

),

reached as (

    select ticket_id, 'ticket changed' as reason, case when is_another_ticket then created_at end as reaches_from
    from ticket_changes
    union all
    select
        event_images.ticket_id,
        'ticket changed' as reason,
        case
            when event_images.event_type in ('created', 'deleted', 'sla_applied') then timestamp '1900-01-01'
            when event_images.event_type = 'assigned' and event_images.event_at <= coalesce(first_events.assigned_at, event_images.event_at)
                then timestamp '1900-01-01'
            when event_images.event_type in ('status_changed', 'merged') then event_images.event_at
        end as reaches_from
    from event_images
    left join first_events
        on event_images.ticket_id = first_events.ticket_id
    union all
    select
        message_images.ticket_id,
        'ticket changed' as reason,
        case
            when first_events.assigned_at is null or first_events.promise_count > 1 then timestamp '1900-01-01'
            when message_images.direction = 'inbound'
                and message_images.sent_at <= coalesce(first_messages.asked_at, message_images.sent_at)
                then timestamp '1900-01-01'
            else message_images.sent_at
        end as reaches_from
    from message_images
    left join first_events
        on message_images.ticket_id = first_events.ticket_id
    left join first_messages
        on message_images.ticket_id = first_messages.ticket_id
    union all
    select ticket_id, 'ticket changed' as reason, null as reaches_from from time_images
    union all
    select ticket_id, 'ticket changed' as reason, timestamp '1900-01-01' as reaches_from from counted_anew
    union all
    select ticket_id, 'agent, group or contact of the ticket changed' as reason, timestamp '1900-01-01' as reaches_from from rehomed
    union all
    select tickets.ticket_id, 'first messages delivered' as reason, tickets.created_at as reaches_from
    from tickets
    where {{ is_first_delivery('message_images', ref('ticket_messages'), 'message_id') }}
    union all
    -- whose days in the backlog are all counted anew for that reason alone
    select tickets.ticket_id, 'a site changed' as reason, null as reaches_from
    from tickets
    where exists (select 1 from site_images)
    union all
    select tickets.ticket_id, 'business hours changed' as reason, null as reaches_from
    from tickets
    inner join calendar_change
        on cast(tickets.created_at as date) <= calendar_change.last_day
    where tickets.ticket_id in (select recounted.ticket_id from recounted)
    union all
    select time_entries.ticket_id, 'agent, group or contact of the ticket changed' as reason, null as reaches_from
    from time_entries
    inner join agent_ranges
        on time_entries.agent_id = agent_ranges.agent_id
            and time_entries.worked_on between agent_ranges.first_day and agent_ranges.last_day

)

select
    reached.ticket_id,
    reached.reason,
    -- from when on its days in the backlog may differ; none where they cannot
    min(case when reached.reaches_from = timestamp '1900-01-01' then tickets.created_at else reached.reaches_from end) as reaches_from
from reached
left join tickets
    on reached.ticket_id = tickets.ticket_id
group by reached.ticket_id, reached.reason
