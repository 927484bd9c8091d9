-- grain: one row per site
with every_system as (

    {{ union_systems('sites') }}

)

select
    site_id,
    site_name,
    timezone,
    country,
    source_system
from every_system
where not _is_excluded
