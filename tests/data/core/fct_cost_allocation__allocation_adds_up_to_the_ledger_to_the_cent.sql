-- Sharing cost out neither makes nor loses money (X21): day by day, and entry by entry.
with ledger as (

    select entry_id, business_date, reporting_amount
    from {{ ref('fct_cost_ledger') }}
    where {{ rebuilt_tonight(['cost']) }}

),

allocated as (

    select
        entry_id,
        business_date,
        sum(allocated_amount) as allocated_amount,
        sum(activity_amount) as activity_amount
    from {{ ref('fct_cost_allocation') }}
    where {{ rebuilt_tonight(['cost']) }}
    group by entry_id, business_date

)

select
    coalesce(ledger.entry_id, allocated.entry_id) as entry_id,
    coalesce(ledger.business_date, allocated.business_date) as business_date,
    ledger.reporting_amount,
    allocated.allocated_amount,
    allocated.activity_amount
from ledger
full join allocated
    on ledger.entry_id = allocated.entry_id
        and ledger.business_date = allocated.business_date
where ledger.entry_id is null
    or allocated.entry_id is null
    or (ledger.reporting_amount is null) <> (allocated.allocated_amount is null)
    or abs(ledger.reporting_amount - allocated.allocated_amount) >= 0.01
    or abs(ledger.reporting_amount - allocated.activity_amount) >= 0.01
