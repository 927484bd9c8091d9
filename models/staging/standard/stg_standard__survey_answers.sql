-- grain: one row per response and question
{{ config(unique_key=["response_id", "question_code"]) }}

with delivered as (

    select * from {{ delivered('standard', 'survey_answers', key=["response_id", "question_code"]) }}

),

renamed as (

    select
        response_id,
        question_code,
        score,
        scale_min,
        scale_max,
        coalesce(scale_direction, 'high_is_good') as scale_direction,
        'standard' as source_system,
        false as _is_excluded,
        _file_id,
        _line_number,
        _extracted_at,
        _file_path,
        _delivery_id
    from delivered

),

latest as (

    {{ latest_version('renamed', key=["response_id", "question_code"]) }}

)

select
    response_id,
    question_code,
    score,
    scale_min,
    scale_max,
    scale_direction,
    source_system,
    _is_excluded,
    _file_id,
    _line_number
from latest
