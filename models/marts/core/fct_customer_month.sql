-- grain: one row per customer and month in which the customer was active at its start or end, or was left without a subscription
{{ config(
    materialized='incremental',
    incremental_strategy='rebuild_touched',
    on_schema_change='fail',
    meta={'touched': {'customers': true, 'column': 'month_start'}}
) }}

with customers as (

    select * from {{ ref('dim_customer') }}

),

balances as (

    select * from {{ ref('customer_balance') }}

),

months as (

    -- the month that is running is measured on its last complete day
    select
        'month' as period_type,
        month_start as period_start,
        'own' as horizon,
        month_start as opens_on,
        least(max(date_day), {{ last_complete_date() }}) as measured_on,
        max(date_day) as month_end
    from {{ ref('dim_date') }}
    where month_start <= {{ last_complete_date() }}
    group by month_start

),

{% if is_incremental() %}
-- tonight's two kinds of rows, computed apart so that neither multiplies the other: everybody in the months that were
-- still open, and touched customers in the months before
open_months as (

    select * from months
    where period_start >= (select cast(date_trunc('month', {{ previous_as_of() }} - interval 2 day) as date))

),

closed_months as (

    select * from months where period_start not in (select open_months.period_start from open_months)

),

touched_balances as (

    select * from balances
    where customer_id in (
            select touched.customer_id from {{ ref('touched_customer') }} as touched
            where touched.refresh_id > {{ last_complete_refresh() }}
        )

),

states as (

    select * from {{ customer_states('open_months', 'balances') }}
    union all
    select * from {{ customer_states('closed_months', 'touched_balances') }}

),
{% else %}
states as (

    select * from {{ customer_states('months', 'balances') }}

),
{% endif %}

-- a churn event is the first day without any subscription after a day with one
gaps as (

    select endings.customer_id, endings.last_day + 1 as gone_on
    from balances as endings
    left join balances as others
        on endings.customer_id = others.customer_id
            and endings.last_day + 1 = others.started_on
    where endings.last_day < date '9999-12-31' and others.customer_id is null
    group by endings.customer_id, endings.last_day

),

events as (

    select gaps.customer_id, months.period_start, count(*) as churn_events
    from gaps
    inner join months -- lost: customers whose time runs out in the future
        on gaps.gone_on between months.opens_on and months.measured_on
    where {{ touched('months.period_start') }}
    group by gaps.customer_id, months.period_start

),

present as (

    select customer_id, period_start from states
    union
    select customer_id, period_start from events

)

select
    present.customer_id,
    present.period_start as month_start,
    cast(months.month_end as date) as month_end,
    coalesce(customers.segment, 'unknown') as segment,
    coalesce(states.is_active_at_start, false) as is_active_at_start,
    coalesce(states.is_active_at_end, false) as is_active_at_end,
    coalesce(states.is_unpriced, false) as is_unpriced,
    case when not coalesce(states.is_unpriced, false) then coalesce(states.mrr_start_amount, 0) end as mrr_start_amount,
    case when not coalesce(states.is_unpriced, false) then coalesce(states.mrr_end_amount, 0) end as mrr_end_amount,
    cast(coalesce(events.churn_events, 0) as integer) as churn_events
from present
inner join months -- none lost: both sides are of these months
    on present.period_start = months.period_start
left join states
    on present.customer_id = states.customer_id
        and present.period_start = states.period_start
left join events
    on present.customer_id = events.customer_id
        and present.period_start = events.period_start
left join customers
    on present.customer_id = customers.customer_id
        and present.period_start - 1 between customers.valid_from and customers.valid_to
