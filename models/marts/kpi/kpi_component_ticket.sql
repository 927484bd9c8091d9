-- grain: one row per business date, site, team, agent, queue and channel, with the parts of ticket KPIs
{{ config(
    materialized='incremental',
    incremental_strategy='rebuild_touched',
    on_schema_change='fail',
    meta={'touched': {'subjects': ['ticket', 'ticket_window', 'ticket_backlog', 'leg']}}
) }}

{%- set keys = ['site_id', 'team_id', 'agent_id', 'queue_id', 'channel'] %}

with tickets as (

    select * from {{ ref('fct_ticket') }}

),

messages as (

    select * from {{ ref('fct_ticket_message') }} where is_query and {{ touched() }}

),

business_time as (

    select * from {{ ref('dim_business_time') }}

),

-- the cohort of a day: tickets created on it
created as (

    select
        created_on as business_date,
        site_id,
        team_id,
        queue_id,
        channel,
        count(*) filter (where is_assigned) as tickets_assigned,
        count(*) filter (where is_assigned and is_escalated) as tickets_escalated,
        count(first_response_seconds) as cohort_first_replied,
        sum(first_response_seconds) as cohort_response_seconds,
        {{ sum_of_squares('first_response_seconds') }} as cohort_response_seconds_squares
    from tickets
    where {{ touched('created_on') }}
    group by created_on, site_id, team_id, queue_id, channel

),

replied as (

    select
        replied_on as business_date,
        site_id,
        team_id,
        agent_id,
        queue_id,
        channel,
        count(first_response_seconds) as tickets_first_replied,
        sum(first_response_seconds) as first_response_seconds,
        {{ sum_of_squares('first_response_seconds') }} as first_response_seconds_squares,
        count(first_response_business_seconds) as tickets_first_replied_by_calendar,
        sum(first_response_business_seconds) as first_response_business_seconds,
        {{ sum_of_squares('first_response_business_seconds') }} as first_response_business_seconds_squares
    from tickets
    where replied_on is not null and {{ touched('replied_on') }}
    group by replied_on, site_id, team_id, agent_id, queue_id, channel

),

turned_around as (

    select
        replied_on as business_date,
        site_id,
        team_id,
        agent_id,
        queue_id,
        channel,
        count(turnaround_seconds) as assignments_replied,
        sum(turnaround_seconds) as turnaround_seconds,
        {{ sum_of_squares('turnaround_seconds') }} as turnaround_seconds_squares,
        count(turnaround_business_seconds) as assignments_replied_by_calendar,
        sum(turnaround_business_seconds) as turnaround_business_seconds,
        {{ sum_of_squares('turnaround_business_seconds') }} as turnaround_business_seconds_squares
    from {{ ref('fct_ticket_assignment') }}
    where replied_on is not null and {{ touched('replied_on') }}
    group by replied_on, site_id, team_id, agent_id, queue_id, channel

),

first_solved as (

    select
        first_solved_on as business_date,
        site_id,
        team_id,
        queue_id,
        channel,
        count(first_solution_seconds) as tickets_first_solved,
        sum(first_solution_seconds) as first_solution_seconds,
        {{ sum_of_squares('first_solution_seconds') }} as first_solution_seconds_squares,
        count(first_solution_business_seconds) as tickets_first_solved_by_calendar,
        sum(first_solution_business_seconds) as first_solution_business_seconds,
        {{ sum_of_squares('first_solution_business_seconds') }} as first_solution_business_seconds_squares
    from tickets
    where first_solved_on is not null and {{ touched('first_solved_on') }}
    group by first_solved_on, site_id, team_id, queue_id, channel

),

resolved as (

    select
        last_solved_on as business_date,
        site_id,
        team_id,
        solver_agent_id as agent_id,
        queue_id,
        channel,
        count(*) as tickets_resolved,
        count(is_one_touch) as tickets_resolved_with_replies,
        sum(total_resolution_seconds) as total_resolution_seconds,
        {{ sum_of_squares('total_resolution_seconds') }} as total_resolution_seconds_squares,
        count(total_resolution_business_seconds) as tickets_resolved_by_calendar,
        sum(total_resolution_business_seconds) as total_resolution_business_seconds,
        {{ sum_of_squares('total_resolution_business_seconds') }} as total_resolution_business_seconds_squares,
        sum(total_resolution_seconds - customer_wait_seconds) as net_resolution_seconds,
        {{ sum_of_squares('(total_resolution_seconds - customer_wait_seconds)') }} as net_resolution_seconds_squares,
        count(last_reply_seconds) as tickets_last_replied,
        sum(last_reply_seconds) as last_reply_seconds,
        {{ sum_of_squares('last_reply_seconds') }} as last_reply_seconds_squares,
        count(*) filter (where is_one_touch) as one_touch
    from tickets
    where is_resolved and {{ touched('last_solved_on') }}
    group by last_solved_on, site_id, team_id, solver_agent_id, queue_id, channel

),

-- a question that is still young is neither answered nor missed
asked as (

    select
        business_date,
        site_id,
        team_id,
        queue_id,
        channel,
        count(*) filter (
            where answered_at is not null or sent_at + {{ var('same_day_seconds') }} * interval 1 second < {{ as_of() }}
        ) as queries_due,
        count(*) filter (where response_seconds <= {{ var('same_day_seconds') }}) as queries_answered_24h,
        count(answered_at) as queries_answered,
        count(*) filter (where answered_on = business_date) as queries_answered_same_day,
        count(*) filter (
            where answered_at is not null or business_date < {{ local_date(as_of(), 'time_zone') }}
        ) as queries_day_over
    from messages
    group by business_date, site_id, team_id, queue_id, channel

),

-- an unkept promise is broken as soon as its time is over, by the clock or by the business calendar
judged as (

    select
        promises.promised_on as business_date,
        promises.site_id,
        promises.team_id,
        promises.queue_id,
        promises.channel,
        promises.promise,
        promises.kept_at is not null or promises.due_at < {{ as_of() }} as is_due,
        promises.elapsed_seconds <= promises.target_seconds as is_met,
        promises.kept_at is not null
        or {{ business_seconds('began', 'promises.began_at', 'now', as_of()) }} > promises.target_seconds as is_business_due,
        promises.elapsed_business_seconds <= promises.target_seconds as is_business_met
    from {{ ref('fct_ticket_promise') }} as promises
    left join business_time as began
        on promises.kept_at is null
            and {{ at_business_time('began', 'promises.calendar_id', 'promises.began_at') }}
    left join business_time as now
        on promises.kept_at is null
            and {{ at_business_time('now', 'promises.calendar_id', as_of()) }}
    where {{ touched('promises.promised_on') }}

),

promised as (

    select
        business_date,
        site_id,
        team_id,
        queue_id,
        channel,
        count(*) filter (where promise = 'first_response' and is_due) as sla_due,
        count(*) filter (where promise = 'first_response' and is_met) as sla_met,
        count(*) filter (where promise = 'first_response' and is_business_due) as business_sla_due,
        count(*) filter (where promise = 'first_response' and is_business_met) as business_sla_met,
        count(*) filter (where promise = 'resolution' and is_due) as resolution_sla_due,
        count(*) filter (where promise = 'resolution' and is_met) as resolution_sla_met
    from judged
    group by business_date, site_id, team_id, queue_id, channel

),

handed_on as (

    select contact_id from tickets where is_escalated and contact_id is not null group by contact_id

),

contacts as (

    select
        contacts.business_date,
        contacts.site_id,
        contacts.first_team_id as team_id,
        contacts.first_agent_id as agent_id,
        contacts.first_queue_id as queue_id,
        contacts.channel,
        count(*) as contacts_worked,
        count(handed_on.contact_id) as contacts_escalated
    from {{ ref('fct_contact') }} as contacts
    left join handed_on
        on contacts.contact_id = handed_on.contact_id
    where contacts.is_handled
        -- before the first ticket, and without any history of tickets, nobody knows what was escalated
        and exists (select 1 from {{ ref('ticket_events') }})
        and contacts.business_date >= (select min(tickets.created_on) from tickets)
        and {{ touched('contacts.business_date') }}
    group by
        contacts.business_date, contacts.site_id, contacts.first_team_id, contacts.first_agent_id, contacts.first_queue_id,
        contacts.channel

),

backlog as (

    select
        business_date,
        site_id,
        team_id,
        queue_id,
        channel,
        sum(open_tickets) as open_tickets,
        sum(overdue_tickets) as overdue_tickets
    from {{ ref('fct_ticket_backlog_day') }}
    where {{ touched() }}
    group by business_date, site_id, team_id, queue_id, channel

),

parts as (

    {%- for stream in ['created', 'replied', 'turned_around', 'first_solved', 'resolved', 'asked', 'promised', 'contacts', 'backlog'] %}
    select * from {{ stream }}
    {{ 'union all by name' if not loop.last }}
    {%- endfor %}

)

select
    business_date,
    {{ keys | join(', ') }},
    {%- for part in [
        'tickets_assigned', 'tickets_escalated', 'cohort_first_replied', 'cohort_response_seconds',
        'tickets_first_replied', 'first_response_seconds', 'tickets_first_replied_by_calendar', 'first_response_business_seconds',
        'assignments_replied', 'turnaround_seconds', 'assignments_replied_by_calendar', 'turnaround_business_seconds',
        'tickets_first_solved', 'first_solution_seconds', 'tickets_first_solved_by_calendar', 'first_solution_business_seconds',
        'tickets_resolved', 'tickets_resolved_with_replies', 'total_resolution_seconds', 'tickets_resolved_by_calendar', 'total_resolution_business_seconds',
        'net_resolution_seconds', 'tickets_last_replied', 'last_reply_seconds', 'one_touch',
        'queries_due', 'queries_answered_24h', 'queries_answered', 'queries_answered_same_day', 'queries_day_over',
        'sla_due', 'sla_met', 'business_sla_due', 'business_sla_met', 'resolution_sla_due', 'resolution_sla_met',
        'contacts_worked', 'contacts_escalated', 'open_tickets', 'overdue_tickets'
    ] %}
    -- empty where the day says nothing about it, as a backlog that nobody delivered the history of
    cast(sum({{ part }}) as bigint) as {{ part }},
    {%- endfor %}
    {%- for time in [
        'cohort_response_seconds', 'first_response_seconds', 'first_response_business_seconds', 'turnaround_seconds',
        'turnaround_business_seconds', 'first_solution_seconds', 'first_solution_business_seconds', 'total_resolution_seconds',
        'total_resolution_business_seconds', 'net_resolution_seconds', 'last_reply_seconds'
    ] %}
    cast(sum({{ time }}_squares) as decimal(38, 0)) as {{ time }}_squares{{ ',' if not loop.last }}
    {%- endfor %}
from parts
group by business_date, {{ keys | join(', ') }}
