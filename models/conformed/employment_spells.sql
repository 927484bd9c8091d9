-- grain: one row per employment spell
with every_system as (

    {{ union_systems('employment_spells') }}

)

select
    spell_id,
    employee_id,
    started_on,
    ended_on,
    end_type,
    source_system
from every_system
where not _is_excluded
