-- grain: one row per sales opportunity
with every_system as (

    {{ union_systems('opportunities') }}

)

select
    opportunity_id,
    customer_id,
    contact_id,
    opened_at,
    closed_at,
    stage,
    source_system
from every_system
where not _is_excluded
