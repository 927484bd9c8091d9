-- grain: one row per response
with every_system as (

    {{ union_systems('survey_responses') }}

)

select
    response_id,
    invitation_id,
    responded_at,
    is_complete,
    source_system
from every_system
where not _is_excluded
