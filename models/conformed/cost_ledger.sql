-- grain: one row per ledger entry
with every_system as (

    {{ union_systems('cost_ledger') }}

)

select
    entry_id,
    period_start,
    period_end,
    site_id,
    cost_category,
    behaviour,
    direct_channel,
    amount,
    currency,
    source_system
from every_system
where not _is_excluded
