-- grain: one row per rule and ticket that contradicts itself
{{ config(materialized='view') }}

with tickets as (

    select ticket_id, source_system, created_on, is_solved_without_event, has_event_before_creation, has_reply_before_creation
    from {{ ref('fct_ticket') }}
    where is_solved_without_event or has_event_before_creation or has_reply_before_creation

),

-- a system that delivers no history contradicts nothing with it
systems as (

    select source_system from {{ ref('ticket_events') }} group by source_system

)

select
    'X13' as rule,
    'tickets' as entity,
    ticket_id as record_id,
    created_on as business_date,
    'is solved by its status, but no event solved it; it is in no KPI of solutions and not in the backlog' as detail
from tickets
where is_solved_without_event and source_system in (select systems.source_system from systems)
union all
select
    'X13' as rule,
    'ticket_messages' as entity,
    ticket_id as record_id,
    created_on as business_date,
    'was replied to before it was created; that reply is not counted' as detail
from tickets
where has_reply_before_creation
union all
select
    'event_not_before_creation' as rule,
    'ticket_events' as entity,
    ticket_id as record_id,
    created_on as business_date,
    'has events from before it was created; they count as of its creation' as detail
from tickets
where has_event_before_creation
