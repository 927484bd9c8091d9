-- grain: one row per ticket and uninterrupted time in which it was neither solved nor closed
{{ config(
    materialized='incremental',
    incremental_strategy='rebuild_touched',
    on_schema_change='fail',
    meta={'touched': {'tickets': true}}
) }}

-- a ticket without history, or one that is solved without ever having been, was open nobody knows when
with tickets as (

    select *
    from {{ ref('fct_ticket') }}
    where has_history and not is_solved_without_event and {{ touched() }}

),

events as (

    select ticket_id, event_id, event_at, is_reopening
    from {{ ref('fct_ticket_event') }}
    where (is_closing or is_reopening) and ticket_id in (select tickets.ticket_id from tickets)

),

promises as (

    select
        ticket_id,
        min(due_at) filter (where promise = 'first_response' and (kept_at is null or kept_at > due_at)) as answer_due_at,
        min(due_at) filter (where promise = 'resolution' and (kept_at is null or kept_at > due_at)) as solution_due_at
    from {{ ref('fct_ticket_promise') }}
    where ticket_id in (select tickets.ticket_id from tickets)
    group by ticket_id

),

-- opening and closing alternate
turns as (

    select ticket_id, '' as event_id, created_at as turned_at, false as is_reopening, true as is_opening
    from tickets
    union all
    select ticket_id, event_id, event_at as turned_at, is_reopening, is_reopening as is_opening
    from events

),

spans as (

    select
        *,
        lead(turned_at) over (partition by ticket_id order by turned_at, length(event_id), event_id) as closed_at
    from turns

),

-- late are a reply that is owed, and then the solution; where they overlap, the later of the two states goes on
late as (

    select
        tickets.ticket_id,
        case
            when promises.solution_due_at <= coalesce(tickets.first_reply_at, promises.solution_due_at) then null
            else promises.answer_due_at
        end as answer_late_from,
        case
            when promises.solution_due_at <= coalesce(tickets.first_reply_at, promises.solution_due_at)
                then least(promises.solution_due_at, coalesce(promises.answer_due_at, promises.solution_due_at))
            else promises.solution_due_at
        end as solution_late_from,
        tickets.first_reply_at
    from tickets
    inner join promises -- lost: tickets that nothing late was promised for
        on tickets.ticket_id = promises.ticket_id

),

dated as (

    select
        spans.ticket_id,
        tickets.created_on,
        spans.event_id,
        spans.is_reopening,
        spans.turned_at as opened_at,
        spans.closed_at,
        tickets.time_zone,
        case
            when greatest(spans.turned_at, late.answer_late_from)
                < least(spans.closed_at, late.first_reply_at) -- nulls are passed over: open without end
                or (spans.closed_at is null and late.first_reply_at is null)
                then greatest(spans.turned_at, late.answer_late_from)
        end as answer_late_at,
        least(spans.closed_at, late.first_reply_at) as answer_settled_at,
        case
            when late.solution_late_from < spans.closed_at or spans.closed_at is null
                then greatest(spans.turned_at, late.solution_late_from)
        end as solution_late_at,
        late.answer_late_from,
        late.solution_late_from,
        tickets.channel,
        tickets.priority,
        tickets.queue_id,
        tickets.team_id,
        tickets.site_id
    from spans
    inner join tickets
        on spans.ticket_id = tickets.ticket_id
    left join late
        on spans.ticket_id = late.ticket_id
    where spans.is_opening

)

select
    ticket_id,
    created_on,
    event_id,
    is_reopening,
    opened_at,
    closed_at,
    {{ local_date('opened_at', 'time_zone') }} as opened_on,
    {{ local_date('closed_at', 'time_zone') }} as closed_on,
    case when answer_late_from is not null then {{ local_date('answer_late_at', 'time_zone') }} end as answer_late_on,
    case
        when answer_late_from is not null and answer_late_at is not null
            then {{ local_date('answer_settled_at', 'time_zone') }}
    end as answer_settled_on,
    case when solution_late_from is not null then {{ local_date('solution_late_at', 'time_zone') }} end as solution_late_on,
    channel,
    priority,
    queue_id,
    team_id,
    site_id
from dated
