-- grain: one row per subject, business date and reason, from orders and ledger entries that changed
{{ config(materialized='ephemeral') }}

with order_images as (

    {{ changes('orders') }}

),

order_line_images as (

    {{ changes('order_lines') }}

),

ledger_images as (

    {{ changes('cost_ledger') }}

),

rate_images as (

    {{ changes('fx_rates') }}

),

contact_days as (

    select subject, business_date from {{ ref('changed_contact_day') }}
    union
    select subject, business_date from {{ ref('changed_reference_day') }}

),

orders as (

    select order_id, ordered_at from {{ ref('orders') }}

),

order_instants as (

    select ordered_at as happened_at from order_images
    union
    select orders.ordered_at as happened_at
    from orders
    where orders.order_id in (select order_line_images.order_id from order_line_images)

),

record_days as (

    select 'order' as subject, cast(happened_at as date) as utc_date, 'order changed' as reason from order_instants

),

spread_days as (

    select record_days.subject, record_days.utc_date + cast(shift.days as integer) as business_date, record_days.reason
    from record_days
    cross join (select unnest(range(-1, 2)) as days) as shift

),

-- an order is credited to a contact some days before it, so a changed contact reaches forward
credited_days as (

    select distinct 'order' as subject, contact_days.business_date + cast(shift.days as integer) as business_date -- reasons merge
    from contact_days
    cross join (select unnest(range(-1, {{ parameter_values('campaign', 'order_attribution_days') | max }} + 2)) as days) as shift
    where contact_days.subject in ('leg', 'contact')

),

-- the days whose handle time a ledger entry is shared by
handled_days as (

    select business_date from contact_days where subject = 'leg'
    union
    select business_date from {{ ref('changed_ticket_day') }} where subject = 'ticket'

),

ledger_periods as (

    select period_start, period_end, 'ledger entry changed' as reason from ledger_images
    union
    select ledger.period_start, ledger.period_end, 'handle time of the period changed' as reason
    from {{ ref('cost_ledger') }} as ledger
    where exists (
            select 1 from handled_days where handled_days.business_date between ledger.period_start and ledger.period_end
        )
    union
    select ledger.period_start, ledger.period_end, 'exchange rate changed' as reason
    from {{ ref('cost_ledger') }} as ledger
    where exists (
            select 1 from rate_images
            where rate_images.currency = ledger.currency and rate_images.rate_date <= ledger.period_end
        )

),

ledger_days as (

    select
        cast(unnest(generate_series(cast(period_start as timestamp), cast(period_end as timestamp), interval 1 day)) as date)
            as business_date,
        reason
    from ledger_periods

),

-- conversions are known from the first order on, so an order earlier than all others reaches over every day
earliest_orders as (

    select min(happened_at) as happened_at
    from order_instants
    having min(happened_at) <= (select min(ordered_at) from orders)

),

days_with_orders as (

    select cast(unnest(generate_series(
        date_trunc('day', happened_at) - interval 1 day, {{ as_of() }} + interval 1 day, interval 1 day
    )) as date) as business_date
    from earliest_orders

),

repriced_orders as (

    select cast(orders.ordered_at as date) as utc_date
    from {{ ref('orders') }} as orders
    where exists (
            select 1 from rate_images
            where rate_images.currency = orders.currency and rate_images.rate_date <= cast(orders.ordered_at as date) + 1
        )

)

select subject, business_date, reason, count(*) as change_count
from spread_days
group by subject, business_date, reason
union all
select subject, business_date, 'contact in the attribution window changed' as reason, 1 as change_count
from credited_days
union all
select 'order' as subject, business_date, 'first order delivered' as reason, 1 as change_count
from days_with_orders
union all
select 'cost' as subject, business_date, reason, count(*) as change_count
from ledger_days
group by business_date, reason
union all
select
    'order' as subject,
    repriced_orders.utc_date + cast(shift.days as integer) as business_date,
    'exchange rate changed' as reason,
    count(*) as change_count
from repriced_orders
cross join (select unnest(range(-1, 2)) as days) as shift
group by repriced_orders.utc_date + cast(shift.days as integer)
