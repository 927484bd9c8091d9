-- grain: one row per period type, period and scope (the enterprise, or one segment), with the cohort that was active at the opening
{{ config(
    materialized='incremental',
    incremental_strategy='rebuild_touched',
    on_schema_change='fail',
    meta={'touched': {'subjects': ['customer'], 'counted': ['month', 'quarter', 'year', 'trailing_12m']}}
) }}

-- Nothing here adds up over time: every period has a cohort of its own, counted from the subscriptions.
with customers as (

    select * from {{ ref('dim_customer') }}

),

balances as (

    select * from {{ ref('customer_balance') }}

),

customer_months as (

    select customer_id, month_start, churn_events from {{ ref('fct_customer_month') }} where churn_events > 0

),

{%- set months_back = {'own': 0, 'cohort': var('retention_cohort_months') | int - 1, 'year': 11} %}

-- a month also looks back over some months and over a year; the latter is the trailing period of its own right
all_windows as (

    {%- for period in ['month', 'quarter', 'year'] %}
    {%- for horizon, months in months_back.items() if period == 'month' or horizon == 'own' %}
    select
        '{{ period }}' as period_type,
        {{ period }}_start as period_start,
        '{{ horizon }}' as horizon,
        cast({{ period }}_start - interval {{ months }} month as date) as opens_on,
        cast(least(max(date_day), {{ last_complete_date() }}) as date) as measured_on
    from {{ ref('dim_date') }}
    where {{ period }}_start <= {{ last_complete_date() }}
    group by {{ period }}_start
    {{ 'union all' if not (loop.last and period == 'year') }}
    {%- endfor %}
    {%- endfor %}

),

-- lost: windows that open before anybody is known to have subscribed
windows as (

    select * from all_windows
    where opens_on >= (select cast(date_trunc('month', min(balances.started_on)) as date) from balances)
        and {{ touched() }}

),

states as (

    select * from {{ customer_states('windows', 'balances') }}

),

events as (

    select
        windows.period_type,
        windows.period_start,
        windows.horizon,
        customer_months.customer_id,
        sum(customer_months.churn_events) as churn_events
    from windows
    inner join customer_months -- lost: customers who were never left without a subscription
        on customer_months.month_start >= windows.opens_on
            and customer_months.month_start <= windows.measured_on
    group by windows.period_type, windows.period_start, windows.horizon, customer_months.customer_id

),

-- the segment is frozen at the opening
described as (

    select
        states.*,
        windows.opens_on,
        windows.measured_on - windows.opens_on + 1 as days_measured,
        coalesce(customers.segment, 'unknown') as segment,
        coalesce(events.churn_events, 0) as churn_events
    from states
    inner join windows -- none lost: states are of these windows
        on states.period_type = windows.period_type
            and states.period_start = windows.period_start
            and states.horizon = windows.horizon
    left join customers
        on states.customer_id = customers.customer_id
            and windows.opens_on - 1 between customers.valid_from and customers.valid_to
    left join events
        on states.period_type = events.period_type
            and states.period_start = events.period_start
            and states.horizon = events.horizon
            and states.customer_id = events.customer_id

),

counted as (

    select
        period_type,
        period_start,
        horizon,
        opens_on,
        days_measured,
        case when grouping(segment) = 0 then 'segment' else 'enterprise' end as scope_type,
        segment as scope_id,
        count(*) filter (where is_active_at_start) as customers_start,
        count(*) filter (where is_active_at_end) as customers_end,
        count(*) filter (where is_active_at_start and is_active_at_end) as customers_retained,
        count(*) filter (where is_active_at_start and not is_active_at_end) as customers_lost,
        sum(churn_events) filter (where is_active_at_start) as churn_events,
        count(*) filter (where is_active_at_start and is_unpriced) as unpriced_customers,
        sum(mrr_start_amount) filter (where is_active_at_start) as mrr_start_amount,
        sum(mrr_end_amount) filter (where is_active_at_start) as mrr_end_cohort_amount,
        sum(least(mrr_start_amount, mrr_end_amount)) filter (where is_active_at_start) as mrr_retained_capped_amount
    from described
    group by grouping sets (
        (period_type, period_start, horizon, opens_on, days_measured),
        (period_type, period_start, horizon, opens_on, days_measured, segment)
    )

),

periods as (

    select period_type, period_start, * exclude (period_type, period_start) from counted where horizon = 'own'
    union all by name
    -- a segment that everybody left has no customers of the period, but a cohort of which nobody is left
    select
        period_type,
        period_start,
        1 as days_measured,
        scope_type,
        scope_id,
        0 as customers_start,
        0 as customers_end,
        0 as customers_retained,
        0 as customers_lost,
        0 as unpriced_customers
    from counted
    group by period_type, period_start, scope_type, scope_id
    having not bool_or(horizon = 'own')
    union all by name
    select 'trailing_12m' as period_type, opens_on as period_start, * exclude (period_type, period_start)
    from counted
    where horizon = 'year'

)

select
    periods.period_type,
    cast(periods.period_start as date) as period_start,
    periods.scope_type,
    periods.scope_id,
    periods.customers_start,
    periods.customers_end,
    periods.customers_retained,
    periods.customers_lost,
    cast(coalesce(periods.churn_events, 0) as bigint) as churn_events,
    cast((periods.customers_start + periods.customers_end) / 2.0 as decimal(18, 1)) as average_customers,
    -- who would leave within a year if every such stretch of days lost the same share
    periods.customers_start * (
        1 - power(
            cast(periods.customers_retained as double) / nullif(periods.customers_start, 0),
            cast({{ var('annualisation_days') }} as double) / periods.days_measured
        )
    ) as customers_lost_annualised,
    periods.unpriced_customers,
    cast(coalesce(periods.mrr_start_amount, 0) as decimal(38, 6)) as mrr_start_amount,
    cast(coalesce(periods.mrr_end_cohort_amount, 0) as decimal(38, 6)) as mrr_end_cohort_amount,
    cast(coalesce(periods.mrr_retained_capped_amount, 0) as decimal(38, 6)) as mrr_retained_capped_amount,
    cohorts.customers_start as cohort_customers_start,
    cohorts.customers_retained as cohort_customers_retained,
    years.customers_start as year_customers_start,
    years.customers_retained as year_customers_retained,
    cast(years.mrr_start_amount as decimal(38, 6)) as year_mrr_start_amount,
    cast(years.mrr_end_cohort_amount as decimal(38, 6)) as year_mrr_end_cohort_amount,
    cast(years.mrr_retained_capped_amount as decimal(38, 6)) as year_mrr_retained_capped_amount
from periods
left join counted as cohorts
    on periods.period_type = cohorts.period_type
        and periods.period_start = cohorts.period_start
        and periods.scope_type = cohorts.scope_type
        and periods.scope_id is not distinct from cohorts.scope_id
        and cohorts.horizon = 'cohort'
left join counted as years
    on periods.period_type = years.period_type
        and periods.period_start = years.period_start
        and periods.scope_type = years.scope_type
        and periods.scope_id is not distinct from years.scope_id
        and years.horizon = 'year'
