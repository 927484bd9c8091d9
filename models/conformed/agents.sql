-- grain: one row per agent and first day of the assignment
with every_system as (

    {{ union_systems('agents') }}

)

select
    agent_id,
    role,
    team_id,
    site_id,
    employer_type,
    vendor_id,
    fte,
    valid_from,
    valid_to,
    source_system
from every_system
where not _is_excluded
