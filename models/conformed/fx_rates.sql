-- grain: one row per day and currency
with every_system as (

    {{ union_systems('fx_rates') }}

)

select
    rate_date,
    currency,
    rate_to_reporting,
    source_system
from every_system
where not _is_excluded
