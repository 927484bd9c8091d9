-- grain: one row per response and question
with every_system as (

    {{ union_systems('survey_answers') }}

)

select
    response_id,
    question_code,
    score,
    scale_min,
    scale_max,
    scale_direction,
    source_system
from every_system
where not _is_excluded
