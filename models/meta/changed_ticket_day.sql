-- grain: one row per subject, business date and reason, from tickets that changed
{{ config(materialized='ephemeral') }}

with changed as (

    select * from {{ ref('touched_ticket') }} where refresh_id > {{ last_complete_refresh() }}

),

tickets as (

    select ticket_id, contact_id, group_id, created_at, status from {{ ref('tickets') }}

),

events as (

    select ticket_id, event_id, event_type, to_value, actor_id, event_at from {{ ref('ticket_events') }}

),

messages as (

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

calendar_change as (

    select * from {{ ref('changed_calendar_range') }}

),

-- everything of a changed ticket, as it is and as it was; the contact it came from counts its escalation
ticket_dates as (

    select ticket_id, cast(created_at as date) as utc_date from ticket_images
    union
    select ticket_id, cast(event_at as date) as utc_date from event_images
    union
    select ticket_id, cast(sent_at as date) as utc_date from message_images
    union
    select ticket_id, worked_on as utc_date from time_images
    union
    select ticket_id, cast(created_at as date) as utc_date from tickets where ticket_id in (select changed.ticket_id from changed)
    union
    select ticket_id, cast(event_at as date) as utc_date from events where ticket_id in (select changed.ticket_id from changed)
    union
    select ticket_id, cast(sent_at as date) as utc_date from messages where ticket_id in (select changed.ticket_id from changed)
    union
    select ticket_id, worked_on as utc_date from time_entries where ticket_id in (select changed.ticket_id from changed)
    union
    select linked.ticket_id, cast(contacts.started_at as date) as utc_date
    from (
        select ticket_id, contact_id from tickets where ticket_id in (select changed.ticket_id from changed)
        union
        select ticket_id, contact_id from ticket_images
    ) as linked
    inner join {{ ref('contacts') }} as contacts -- lost: tickets that came from no contact
        on linked.contact_id = contacts.contact_id

),

changed_days as (

    select changed.reason, ticket_dates.utc_date, count(*) as change_count
    from changed
    inner join ticket_dates -- lost: records of tickets that were never delivered
        on changed.ticket_id = ticket_dates.ticket_id
    group by changed.reason, ticket_dates.utc_date

),

-- UTC dates are spread by one day on both sides, which covers every zone
spread_days as (

    select
        changed_days.utc_date + cast(shift.days as integer) as business_date,
        changed_days.reason,
        sum(changed_days.change_count) as change_count
    from changed_days
    cross join (select unnest([-1, 0, 1]) as days) as shift
    group by changed_days.utc_date + cast(shift.days as integer), changed_days.reason

),

targets as (

    select max(target_seconds) as longest_seconds
    from (
        select max(first_response_sla_seconds) as target_seconds from {{ ref('tickets') }}
        union all
        select {{ var('same_day_seconds') }} as target_seconds
        union all
        select max(cast(regexp_extract(to_value, '([0-9]+)$', 1) as bigint)) as target_seconds
        from events
        where event_type = 'sla_applied'
    )

),

-- questions that were too young to judge at the last complete refresh, and what happened since
waiting_days as (

    select cast(unnest(generate_series(
        date_trunc('day', greatest({{ previous_as_of() }}, {{ as_of() }} - interval 400 day)
            - (select longest_seconds from targets) * interval 1 second) - interval 1 day,
        {{ as_of() }} + interval 1 day,
        interval 1 day
    )) as date) as business_date

),

-- promises that were neither kept nor broken then: those given within the longest target before, in time or business time
undecided_since as (

    select least(
        {{ previous_as_of() }},
        coalesce((select calendar_change.first_day from calendar_change), {{ previous_as_of() }})
    ) as undecided_at

),

calendars as (

    select
        business_time.calendar_id,
        business_time.utc_date,
        max(
            business_time.business_seconds_before
            + {{ seconds_between('business_time.starts_at', 'business_time.open_until') }}
        ) as seconds_at_end
    from {{ ref('dim_business_time') }} as business_time
    group by business_time.calendar_id, business_time.utc_date

),

undecided_days as (

    select calendars.utc_date
    from calendars
    inner join calendars as then_known
        on calendars.calendar_id = then_known.calendar_id
    inner join calendars as now_known
        on calendars.calendar_id = now_known.calendar_id
    cross join undecided_since
    cross join targets
    where then_known.utc_date = cast(undecided_since.undecided_at as date) - 1
        and now_known.utc_date = {{ local_date(as_of(), "'UTC'") }}
        and calendars.utc_date <= now_known.utc_date
        and then_known.seconds_at_end - calendars.seconds_at_end <= targets.longest_seconds
        -- a calendar that never opens decides nothing
        and (
            now_known.seconds_at_end > then_known.seconds_at_end
            or exists (select 1 from calendar_change)
        )
    group by calendars.utc_date

),

promise_days as (

    select undecided_days.utc_date + cast(shift.days as integer) as business_date
    from undecided_days
    cross join (select unnest([-1, 0, 1]) as days) as shift
    group by undecided_days.utc_date + cast(shift.days as integer)

),

-- contacts are counted from the first ticket on, and with the first event of any, so these reach over every day
earliest_days as (

    select cast(unnest(generate_series(
        date_trunc('day', min(created_at)) - interval 1 day, {{ as_of() }} + interval 1 day, interval 1 day
    )) as date) as business_date
    from ticket_images
    having min(created_at) <= (select min(tickets.created_at) from tickets)
    union
    select cast(unnest(generate_series(
        date_trunc('day', min(created_at)) - interval 1 day, {{ as_of() }} + interval 1 day, interval 1 day
    )) as date) as business_date
    from tickets
    where {{ is_first_delivery('event_images', ref('ticket_events'), 'event_id') }}

),

-- the backlog is a running sum, so a day that differs changes all days after it
backlog_days as (

    select
        cast(unnest(generate_series(
            date_trunc('day', greatest(min(reaches_from), timestamp '2000-01-01 00:00:00')) - interval 1 day,
            {{ as_of() }} + interval 1 day,
            interval 1 day
        )) as date) as business_date,
        reason,
        count(*) as change_count
    from changed
    where reaches_from is not null
    group by reason

)

select 'ticket' as subject, business_date, reason, cast(change_count as bigint) as change_count
from spread_days
union all
select 'ticket_window' as subject, business_date, 'question or promise was open' as reason, 1 as change_count
from (
    select business_date from waiting_days
    union
    select business_date from promise_days
) as open_days
union all
select 'ticket_window' as subject, business_date, 'first ticket or event delivered' as reason, 1 as change_count from earliest_days
union all
select 'ticket_backlog' as subject, business_date, reason, change_count from backlog_days
union all
select 'ticket_backlog' as subject, business_date, 'new day' as reason, 1 as change_count from waiting_days
