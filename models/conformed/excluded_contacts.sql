-- grain: one row per contact that leaves every KPI: a test, a deleted record, one that the platform says to ignore
with every_system as (

    {{ union_systems('contacts') }}

)

select contact_id
from every_system
where _is_excluded
