-- Customers at the end of a month are those at the start of the next, person by person.
select
    coalesce(this_month.customer_id, next_month.customer_id) as customer_id,
    this_month.month_start,
    this_month.is_active_at_end,
    next_month.is_active_at_start
from {{ ref('fct_customer_month') }} as this_month
full join {{ ref('fct_customer_month') }} as next_month
    on this_month.customer_id = next_month.customer_id
        and this_month.month_start + interval 1 month = next_month.month_start
where (next_month.is_active_at_start and not coalesce(this_month.is_active_at_end, false))
    or (
        this_month.is_active_at_end
        and not coalesce(next_month.is_active_at_start, false)
        -- the next month has no row yet while this one runs
        and this_month.month_start < (select max(latest.month_start) from {{ ref('fct_customer_month') }} as latest)
    )
