-- grain: one row per team and first day of validity
with every_system as (

    {{ union_systems('teams') }}

)

select
    team_id,
    team_name,
    site_id,
    employer_type,
    team_lead_id,
    valid_from,
    valid_to,
    source_system
from every_system
where not _is_excluded
