-- grain: one row per customer and month in which the customer was active on some day, or at its start
{{ config(
    materialized='incremental',
    incremental_strategy='rebuild_touched',
    on_schema_change='fail',
    meta={'touched': {'customers': true, 'column': 'month_start'}}
) }}

with subscriptions as (

    select * from {{ ref('subscriptions') }}

),

customers as (

    select * from {{ ref('customers') }}

),

months as (

    -- the month that is running is measured on its last complete day
    select month_start, cast(max(date_day) as date) as month_end, least(max(date_day), {{ as_of() }}::date - 1) as measured_on
    from {{ ref('dim_date') }}
    where month_start < {{ as_of() }}::date
    group by month_start

),

periods as (

    select
        customer_id,
        started_on,
        coalesce(ended_on, date '9999-12-31') as ended_on
    from subscriptions

),

-- the opening balance is the closing balance of the day before, so no customer falls between two months
states as (

    select
        periods.customer_id,
        months.month_start,
        months.month_end,
        months.measured_on,
        bool_or(periods.started_on < months.month_start and periods.ended_on >= months.month_start - 1) as is_active_at_start,
        bool_or(periods.started_on <= months.measured_on and periods.ended_on >= months.measured_on) as is_active_at_end
    from periods
    inner join months
        on periods.started_on <= months.measured_on
            and periods.ended_on >= months.month_start - 1
    where {{ touched('months.month_start') }}
    group by periods.customer_id, months.month_start, months.month_end, months.measured_on

),

-- a churn event is the first day without any subscription after a day with one
gaps as (

    select endings.customer_id, endings.ended_on + 1 as gone_on
    from periods as endings
    left join periods as others
        on endings.customer_id = others.customer_id
            and others.started_on <= endings.ended_on + 1
            and others.ended_on > endings.ended_on
    where endings.ended_on < date '9999-12-31' and others.customer_id is null
    group by endings.customer_id, endings.ended_on

),

events as (

    select states.customer_id, states.month_start, count(*) as churn_events
    from states
    inner join gaps
        on states.customer_id = gaps.customer_id
            and gaps.gone_on between states.month_start and states.measured_on
    group by states.customer_id, states.month_start

)

select
    states.customer_id,
    states.month_start,
    states.month_end,
    coalesce(customers.segment, 'unknown') as segment,
    states.is_active_at_start,
    states.is_active_at_end,
    cast(coalesce(events.churn_events, 0) as integer) as churn_events
from states
left join customers
    on states.customer_id = customers.customer_id
left join events
    on states.customer_id = events.customer_id
        and states.month_start = events.month_start
