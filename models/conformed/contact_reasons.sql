-- grain: one row per contact reason
with every_system as (

    {{ union_systems('contact_reasons') }}

)

select
    contact_reason_id,
    reason_name,
    parent_reason_id,
    is_sales_eligible,
    is_retention,
    source_system
from every_system
where not _is_excluded
