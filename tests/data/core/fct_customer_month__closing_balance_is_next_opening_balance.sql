-- Customers at the end of a month are those at the start of the next, person by person.
with months as (

    select
        customer_id,
        month_start,
        is_active_at_start,
        is_active_at_end,
        {{ customer_months_tonight() }} as is_of_tonight
    from {{ ref('fct_customer_month') }}
    where {{ customer_months_tonight('cast(month_start + interval 1 month as date)') }}

),

-- the next month has no row yet while the latest one runs
latest as (

    select max(month_start) as month_start from {{ ref('fct_customer_month') }}

),

neighbours as (

    select
        *,
        lag(month_start) over customer_months = month_start - interval 1 month
        and lag(is_active_at_end) over customer_months as was_active_before,
        lead(month_start) over customer_months = month_start + interval 1 month
        and lead(is_active_at_start) over customer_months as is_active_next
    from months
    window customer_months as (partition by customer_id order by month_start)

)

select
    neighbours.customer_id,
    neighbours.month_start,
    neighbours.is_active_at_start,
    neighbours.was_active_before,
    neighbours.is_active_at_end,
    neighbours.is_active_next
from neighbours
cross join latest
where (
        neighbours.is_of_tonight
        and neighbours.is_active_at_start
        and not coalesce(neighbours.was_active_before, false)
    )
    or (
        neighbours.month_start < latest.month_start
        and neighbours.is_active_at_end <> coalesce(neighbours.is_active_next, false)
    )
