-- grain: one row per ticket, promise (first response or resolution) and policy
{{ config(
    materialized='incremental',
    incremental_strategy='rebuild_touched',
    on_schema_change='fail',
    meta={'touched': {'tickets': true}}
) }}

with tickets as (

    select * from {{ ref('fct_ticket') }} where {{ touched() }}

),

-- the seconds are the last word; the policy is what the event names as former value
applied as (

    select
        events.ticket_id,
        case when contains(events.to_value, 'resolution') then 'resolution' else 'first_response' end as promise,
        coalesce(events.from_value, 'default') as policy,
        cast(regexp_extract(events.to_value, '([0-9]+)$', 1) as bigint) as target_seconds,
        events.event_at,
        events.event_id
    from {{ ref('ticket_events') }} as events
    where events.event_type = 'sla_applied' and events.ticket_id in (select tickets.ticket_id from tickets)

),

clocks as (

    select
        ticket_id,
        'first_response' as promise,
        asked_at as began_at,
        first_reply_at as kept_at,
        first_response_seconds as elapsed_seconds,
        first_response_business_seconds as elapsed_business_seconds
    from tickets
    -- where nobody delivered messages, nobody knows whether the promise was kept
    where exists (select 1 from {{ ref('ticket_messages') }})
    union all
    select
        ticket_id,
        'resolution' as promise,
        began_at,
        first_solved_at as kept_at,
        first_solution_seconds as elapsed_seconds,
        first_solution_business_seconds as elapsed_business_seconds
    from tickets
    -- without history nobody knows whether the promise was kept
    where has_history and not is_solved_without_event

),

-- what was promised last before it was kept holds; a promise made only afterwards holds from then back
promised as (

    select
        applied.ticket_id,
        applied.promise,
        applied.policy,
        coalesce(
            max_by(applied.target_seconds, (applied.event_at, length(applied.event_id), applied.event_id))
                filter (where clocks.kept_at is null or applied.event_at <= clocks.kept_at),
            min_by(applied.target_seconds, (applied.event_at, length(applied.event_id), applied.event_id))
        ) as target_seconds
    from applied
    inner join clocks -- lost: promises of which nobody knows whether they were kept
        on applied.ticket_id = clocks.ticket_id
            and applied.promise = clocks.promise
    group by applied.ticket_id, applied.promise, applied.policy
    union all
    select ticket_id, 'first_response' as promise, 'default' as policy, first_response_sla_seconds as target_seconds
    from tickets
    where first_response_sla_seconds is not null
        and ticket_id not in (select applied.ticket_id from applied where applied.promise = 'first_response')

),

dated as (

    select
        tickets.ticket_id,
        promised.promise,
        promised.policy,
        {{ local_date('clocks.began_at', 'tickets.time_zone') }} as promised_on,
        clocks.began_at,
        cast(promised.target_seconds as bigint) as target_seconds,
        clocks.began_at + promised.target_seconds * interval 1 second as due_at,
        clocks.kept_at,
        clocks.elapsed_seconds,
        clocks.elapsed_business_seconds,
        tickets.calendar_id,
        tickets.priority,
        tickets.channel,
        tickets.queue_id,
        tickets.team_id,
        tickets.site_id
    from promised
    inner join tickets -- nobody is lost: promises are those of these tickets
        on promised.ticket_id = tickets.ticket_id
    inner join clocks -- as above
        on promised.ticket_id = clocks.ticket_id
            and promised.promise = clocks.promise

)

select
    ticket_id,
    promise,
    policy,
    promised_on,
    began_at,
    target_seconds,
    due_at,
    kept_at,
    elapsed_seconds,
    elapsed_business_seconds,
    calendar_id,
    priority,
    channel,
    queue_id,
    team_id,
    site_id
from dated
