-- grain: one row per customer
with every_system as (

    {{ union_systems('customers') }}

)

select
    customer_id,
    segment,
    country,
    created_at,
    erased_at,
    consent_survey,
    source_system
from every_system
where not _is_excluded
