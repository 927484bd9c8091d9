-- grain: one row per response and question mapped for its survey; unanswered questions are flagged
{{ config(unique_key=["response_id"]) }}

with delivered as (

    select * from {{ delivered('qualtrics', 'responses', key=["response_id"]) }}

),

questions as (

    select * from {{ ref('qualtrics_questions') }}

),

latest as (

    {{ latest_version('delivered', key=["response_id"], newest='recorded_date') }}

),

-- landing/qualtrics/responses/<survey>/<file>: an export does not say which survey it is of.
placed as (

    select
        *,
        case when split_part(_file_path, '/', 4) <> '' then split_part(_file_path, '/', 3) end as survey_folder
    from latest

),

-- Left join: a response keeps a row when no question is mapped for its survey, and when an answer was withdrawn.
asked as (

    select
        placed.response_id,
        placed.status,
        placed._file_id,
        placed._line_number,
        questions.question_code,
        questions.scale_min,
        questions.scale_max,
        questions.scale_direction,
        {{ dbt.safe_cast("json_extract_string(placed._extra_columns, '$.\"' || questions.question_tag || '\"')", "decimal(9, 3)") }}
            as score
    from placed
    left join questions
        on questions.survey_id is null or placed.survey_folder = questions.survey_id

),

checked as (

    select
        *,
        coalesce(score < scale_min or score > scale_max, false) as is_off_scale
    from asked

)

select
    'qualtrics:' || response_id as response_id,
    question_code,
    score,
    scale_min,
    scale_max,
    scale_direction,
    'qualtrics' as source_system,
    status not in ('0', 'IP Address') or score is null or is_off_scale as _is_excluded,
    is_off_scale as _is_off_scale,
    _file_id,
    _line_number
from checked
