-- What a ledger entry says of one channel or one site is borne by no other.
select
    allocations.entry_id,
    allocations.business_date,
    ledger.direct_channel,
    allocations.channel,
    ledger.site_id,
    allocations.site_id as bearing_site_id
from {{ ref('fct_cost_allocation') }} as allocations
inner join {{ ref('fct_cost_ledger') }} as ledger -- none lost: every allocation is of a ledger day
    on allocations.entry_id = ledger.entry_id
        and allocations.business_date = ledger.business_date
where allocations.channel <> ledger.direct_channel
    or (ledger.is_of_one_site and allocations.site_id <> ledger.site_id)
