-- grain: one row per ticket
{{ config(
    materialized='incremental',
    incremental_strategy='rebuild_touched',
    on_schema_change='fail',
    meta={'touched': {'tickets': true}}
) }}

{%- set zone = "coalesce(sites.time_zone, " ~ reporting_zone() ~ ")" %}

with agents as (

    select * from {{ ref('dim_agent') }}

),

queues as (

    select queue_id, site_id from {{ ref('dim_queue') }} where valid_to = date '9999-12-31' and queue_id <> 'unknown'

),

teams as (

    select team_id, site_id from {{ ref('dim_team') }} where team_id <> 'unknown'

),

sites as (

    select site_id, time_zone from {{ ref('dim_site') }} where site_id <> 'unknown'

),

contacts as (

    select contact_id, site_id from {{ ref('contacts') }}

),

business_time as (

    select * from {{ ref('dim_business_time') }}

),

-- a ticket leaves every KPI when it says that it was deleted, or an event does
chosen as (

    select tickets.*
    from {{ ref('tickets') }} as tickets
    where {{ touched('tickets.ticket_id') }}
        and not exists (
            select 1 from {{ ref('ticket_events') }} as deletion
            where deletion.ticket_id = tickets.ticket_id and deletion.event_type = 'deleted'
        )

),

-- nothing happens to a ticket before it exists: such an event counts as one of its creation
events as (

    select
        events.event_id,
        events.ticket_id,
        events.event_type,
        events.to_value,
        events.actor_type,
        events.actor_id,
        greatest(events.event_at, chosen.created_at) as event_at,
        events.event_at < chosen.created_at as is_too_early
    from {{ ref('ticket_events') }} as events
    inner join chosen -- lost: events of deleted tickets, and of tickets that were not delivered
        on events.ticket_id = chosen.ticket_id

),

histories as (

    select
        ticket_id,
        min_by(to_value, (event_at, length(event_id), event_id)) filter (where event_type = 'assigned') as first_assigned_to,
        min(event_at) filter (where event_type = 'assigned') as first_assigned_at,
        min(event_at) filter (where event_type = 'escalated') as first_escalated_at,
        min(actor_type) filter (where event_type = 'created') as opened_by,
        bool_or(is_too_early) as has_early_event
    from events
    group by ticket_id

),

messages as (

    select
        messages.*,
        row_number() over (
            partition by messages.ticket_id
            order by
                case when messages.author_type in ('customer', 'agent') and not messages.is_automated then 0 else 1 end,
                messages.sent_at,
                length(messages.message_id),
                messages.message_id
        ) = 1
        and messages.author_type = 'agent'
        and coalesce(histories.opened_by = 'agent', messages.sent_at <= chosen.created_at) as is_opening,
        messages.direction = 'outbound'
        and messages.author_type = 'agent'
        and messages.is_public
        and not messages.is_automated as is_human_answer,
        chosen.created_at
    from {{ ref('ticket_messages') }} as messages
    inner join chosen -- lost: messages of deleted tickets, and of tickets that were not delivered
        on messages.ticket_id = chosen.ticket_id
    left join histories
        on messages.ticket_id = histories.ticket_id

),

questions as (

    select ticket_id, min(sent_at) as asked_at
    from messages
    where direction = 'inbound'
    group by ticket_id

),

-- bots, rules and internal notes are not replies, and neither is the message with which an agent opens a ticket
replies as (

    select
        messages.ticket_id,
        min(messages.sent_at) filter (where messages.sent_at >= questions.asked_at or questions.asked_at is null) as first_reply_at,
        min_by(messages.agent_id, (messages.sent_at, length(messages.message_id), messages.message_id))
            filter (where messages.sent_at >= questions.asked_at or questions.asked_at is null) as first_reply_agent_id,
        max(messages.sent_at) as last_reply_at,
        count(*) as reply_count
    from messages
    left join questions
        on messages.ticket_id = questions.ticket_id
    where messages.is_human_answer and not messages.is_opening and messages.sent_at >= messages.created_at
    group by messages.ticket_id

),

early_messages as (

    select ticket_id from messages where is_human_answer and not is_opening and sent_at < created_at group by ticket_id

),

statuses as (

    {{ ticket_statuses('events') }}

),

states as (

    select
        ticket_id,
        max_by(status, (event_at, length(event_id), event_id)) in ('solved', 'closed') as is_closed,
        bool_or(is_merge) as is_merged,
        -- a ticket that was closed without being solved was solved when it was closed
        coalesce(
            min(event_at) filter (where status = 'solved' and is_closing),
            min(event_at) filter (where is_closing and not is_merge)
        ) as first_solved_at,
        max(event_at) filter (where is_closing and not is_merge) as last_solved_at,
        max_by(case actor_type when 'agent' then actor_id end, (event_at, length(event_id), event_id))
            filter (where is_closing and not is_merge) as solved_by,
        count(*) filter (where is_reopening) as reopen_count
    from statuses
    group by ticket_id

),

described as (

    select
        chosen.*,
        coalesce(questions.asked_at, chosen.created_at) as asked_at,
        replies.first_reply_at,
        replies.first_reply_agent_id,
        replies.last_reply_at,
        coalesce(replies.reply_count, 0) as reply_count,
        histories.ticket_id is not null as has_history,
        coalesce(histories.has_early_event, false) as has_event_before_creation,
        early_messages.ticket_id is not null as has_reply_before_creation,
        histories.first_assigned_at is not null as is_assigned,
        histories.first_escalated_at,
        coalesce(states.is_merged, false) as is_merged,
        states.first_solved_at,
        case when states.is_closed and not states.is_merged then states.last_solved_at end as last_solved_at,
        states.solved_by,
        coalesce(states.reopen_count, 0) as reopen_count,
        -- where the ticket is at home: its group's queue or team, then who had it first, who replied, and where it came from;
        -- until the site is known there is no local date, and the UTC date stands in
        queues.queue_id,
        teams.team_id as group_team_id,
        coalesce(queue_sites.site_id, team_sites.site_id, assignee_sites.site_id, replier_sites.site_id, contact_sites.site_id, 'unknown')
            as site_id,
        histories.first_assigned_to,
        histories.first_assigned_at
    from chosen
    left join questions
        on chosen.ticket_id = questions.ticket_id
    left join replies
        on chosen.ticket_id = replies.ticket_id
    left join histories
        on chosen.ticket_id = histories.ticket_id
    left join states
        on chosen.ticket_id = states.ticket_id
    left join early_messages
        on chosen.ticket_id = early_messages.ticket_id
    left join queues
        on chosen.group_id = queues.queue_id
    left join teams
        on chosen.group_id = teams.team_id
    left join agents as assignees
        on histories.first_assigned_to = assignees.agent_id
            and cast(histories.first_assigned_at as date) between assignees.valid_from and assignees.valid_to
    left join agents as repliers
        on replies.first_reply_agent_id = repliers.agent_id
            and cast(replies.first_reply_at as date) between repliers.valid_from and repliers.valid_to
    left join contacts
        on chosen.contact_id = contacts.contact_id
    left join sites as queue_sites
        on queues.site_id = queue_sites.site_id
    left join sites as team_sites
        on teams.site_id = team_sites.site_id
    left join sites as assignee_sites
        on assignees.site_id = assignee_sites.site_id
    left join sites as replier_sites
        on repliers.site_id = replier_sites.site_id
    left join sites as contact_sites
        on contacts.site_id = contact_sites.site_id

),

placed as (

    select
        described.*,
        {{ zone }} as time_zone,
        {{ local_date('described.created_at', zone) }} as created_on,
        -- (concat would pass over a missing queue)
        case when described.queue_id is null then concat('site:', described.site_id) else concat('queue:', described.queue_id) end
            as calendar_id,
        -- who writes only after the solution did not begin the matter
        case when described.asked_at > described.first_solved_at then described.created_at else described.asked_at end as began_at,
        coalesce(described.group_team_id, assignees.team_id, repliers.team_id, 'unknown') as team_id,
        case when described.first_reply_at is not null then coalesce(repliers.agent_id, 'unknown') end as agent_id,
        case
            when described.last_solved_at is not null and described.solved_by is not null then coalesce(solvers.agent_id, 'unknown')
        end as solver_agent_id
    from described
    left join sites
        on described.site_id = sites.site_id
    left join agents as assignees
        on described.first_assigned_to = assignees.agent_id
            and {{ local_date('described.first_assigned_at', zone) }} between assignees.valid_from and assignees.valid_to
    left join agents as repliers
        on described.first_reply_agent_id = repliers.agent_id
            and {{ local_date('described.first_reply_at', zone) }} between repliers.valid_from and repliers.valid_to
    left join agents as solvers
        on described.solved_by = solvers.agent_id
            and {{ local_date('described.last_solved_at', zone) }} between solvers.valid_from and solvers.valid_to

),

-- a ticket waits for its customer while it is pending
customer_waits as (

    select
        statuses.ticket_id,
        sum({{ seconds_between(
            'greatest(statuses.event_at, placed.began_at)',
            'greatest(least(coalesce(statuses.next_event_at, placed.last_solved_at), placed.last_solved_at), statuses.event_at, placed.began_at)'
        ) }}) as customer_wait_seconds
    from statuses
    inner join placed
        on statuses.ticket_id = placed.ticket_id
    where statuses.status = 'pending' and statuses.event_at < placed.last_solved_at
    group by statuses.ticket_id

)

select
    placed.ticket_id,
    placed.source_system,
    placed.customer_id,
    placed.contact_id,
    placed.contact_reason_id,
    placed.channel,
    placed.priority,
    placed.group_id,
    placed.queue_id,
    placed.team_id,
    placed.site_id,
    placed.time_zone,
    placed.calendar_id,
    placed.status,
    placed.first_response_sla_seconds,
    placed.created_at,
    placed.created_on,
    placed.asked_at,
    placed.began_at,
    placed.is_assigned,
    placed.first_escalated_at is not null as is_escalated,
    placed.first_reply_at,
    {{ local_date('placed.first_reply_at', 'placed.time_zone') }} as replied_on,
    placed.agent_id,
    cast(placed.reply_count as integer) as reply_count,
    {{ seconds_between('placed.asked_at', 'placed.first_reply_at') }} as first_response_seconds,
    {{ business_seconds('asked', 'placed.asked_at', 'replied', 'placed.first_reply_at') }} as first_response_business_seconds,
    placed.first_solved_at,
    {{ local_date('placed.first_solved_at', 'placed.time_zone') }} as first_solved_on,
    {{ seconds_between('placed.began_at', 'placed.first_solved_at') }} as first_solution_seconds,
    {{ business_seconds('began', 'placed.began_at', 'first_solved', 'placed.first_solved_at') }} as first_solution_business_seconds,
    placed.last_solved_at,
    {{ local_date('placed.last_solved_at', 'placed.time_zone') }} as last_solved_on,
    placed.solver_agent_id,
    {{ seconds_between('placed.began_at', 'placed.last_solved_at') }} as total_resolution_seconds,
    {{ business_seconds('began', 'placed.began_at', 'last_solved', 'placed.last_solved_at') }} as total_resolution_business_seconds,
    case
        when placed.last_solved_at is not null then cast(coalesce(customer_waits.customer_wait_seconds, 0) as bigint)
    end as customer_wait_seconds,
    case
        when placed.last_solved_at is not null and placed.last_reply_at >= placed.began_at
            then {{ seconds_between('placed.began_at', 'placed.last_reply_at') }}
    end as last_reply_seconds,
    cast(placed.reopen_count as integer) as reopen_count,
    placed.last_solved_at is not null as is_resolved,
    -- where nobody delivered messages, nobody knows how many replies it took
    case
        when exists (select 1 from {{ ref('ticket_messages') }})
            then placed.last_solved_at is not null and placed.reply_count = 1 and placed.reopen_count = 0
    end as is_one_touch,
    placed.is_merged,
    placed.has_history,
    placed.status in ('solved', 'closed') and placed.first_solved_at is null and not placed.is_merged as is_solved_without_event,
    placed.has_event_before_creation,
    placed.has_reply_before_creation
from placed
left join customer_waits
    on placed.ticket_id = customer_waits.ticket_id
left join business_time as asked
    on {{ at_business_time('asked', 'placed.calendar_id', 'placed.asked_at') }}
left join business_time as began
    on {{ at_business_time('began', 'placed.calendar_id', 'placed.began_at') }}
left join business_time as replied
    on {{ at_business_time('replied', 'placed.calendar_id', 'placed.first_reply_at') }}
left join business_time as first_solved
    on {{ at_business_time('first_solved', 'placed.calendar_id', 'placed.first_solved_at') }}
left join business_time as last_solved
    on {{ at_business_time('last_solved', 'placed.calendar_id', 'placed.last_solved_at') }}
