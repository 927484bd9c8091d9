-- grain: one row per local date, site, team, queue, channel and priority, from the first ticket of such a group on
{{ config(
    materialized='incremental',
    incremental_strategy='rebuild_touched',
    on_schema_change='fail',
    meta={'touched': {'subjects': ['ticket_backlog']}}
) }}

with spans as (

    select * from {{ ref('fct_ticket_open_span') }}

),

-- every day that is over for the operation; a site where it is not yet is shown as it stands
days as (

    select date_day as business_date
    from {{ ref('dim_date') }}
    where date_day <= {{ last_complete_date() }} and {{ touched('date_day') }}

),

movements as (

    {%- set movements = {
        'opened_on': ['case when is_reopening then 0 else 1 end', 'case when is_reopening then 1 else 0 end', 0, 0],
        'closed_on': [0, 0, 1, 0],
        'answer_late_on': [0, 0, 0, 1],
        'answer_settled_on': [0, 0, 0, -1],
        'solution_late_on': [0, 0, 0, 1],
    } %}
    {%- for column, counts in movements.items() %}
    select
        {{ column }} as moved_on,
        site_id,
        team_id,
        queue_id,
        channel,
        priority,
        {{ counts[0] }} as created,
        {{ counts[1] }} as reopened,
        {{ counts[2] }} as closed,
        {{ counts[3] }} as overdue
    from spans
    where {{ column }} is not null
    union all
    {%- endfor %}
    select closed_on as moved_on, site_id, team_id, queue_id, channel, priority, 0 as created, 0 as reopened, 0 as closed, -1 as overdue
    from spans
    where closed_on is not null and solution_late_on is not null

),

-- a running sum over the few days of a group on which something moved: the cost does not grow with what stays open
moved as (

    select
        moved_on,
        site_id,
        team_id,
        queue_id,
        channel,
        priority,
        sum(created) as created,
        sum(reopened) as reopened,
        sum(closed) as closed,
        sum(overdue) as overdue
    from movements
    group by moved_on, site_id, team_id, queue_id, channel, priority

),

balances as (

    select
        *,
        lead(moved_on) over (partition by site_id, team_id, queue_id, channel, priority order by moved_on) as next_moved_on,
        sum(created + reopened - closed) over (
            partition by site_id, team_id, queue_id, channel, priority order by moved_on
            rows between unbounded preceding and current row
        ) as open_at_end,
        sum(overdue) over (
            partition by site_id, team_id, queue_id, channel, priority order by moved_on
            rows between unbounded preceding and current row
        ) as overdue_at_end
    from moved

)

select
    days.business_date,
    balances.site_id,
    balances.team_id,
    balances.queue_id,
    balances.channel,
    balances.priority,
    cast(balances.open_at_end as bigint) as open_tickets,
    -- where nobody delivered messages, nobody knows which promised replies are late
    cast(case when exists (select 1 from {{ ref('ticket_messages') }}) then balances.overdue_at_end end as bigint) as overdue_tickets,
    cast(case when balances.moved_on = days.business_date then balances.created else 0 end as bigint) as created_tickets,
    cast(case when balances.moved_on = days.business_date then balances.reopened else 0 end as bigint) as reopened_tickets,
    cast(case when balances.moved_on = days.business_date then balances.closed else 0 end as bigint) as closed_tickets
from days
inner join balances -- lost: days before the first ticket of a group
    on days.business_date >= balances.moved_on
        and (balances.next_moved_on is null or days.business_date < balances.next_moved_on)
