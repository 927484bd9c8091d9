-- grain: one row per answer, of the newest file that holds answers of its wave, group and question
{{ config(unique_key=["survey_period", "team_group", "question_code"]) }}

with delivered as (

    select * from {{ delivered('standard', 'employee_survey_answers', key=['survey_period', 'team_group', 'question_code']) }}

),

-- nobody is named, so equal rows are several answers, and a wave's answers of a group are replaced together
latest as (

    select *
    from delivered
    qualify rank() over (
        partition by survey_period, team_group, question_code
        order by
            _extracted_at desc nulls last,
            case when _extracted_at is not null then _file_path end desc nulls last,
            _delivery_id desc
    ) = 1

)

select
    survey_period,
    team_group,
    question_code,
    score,
    'standard' as source_system,
    false as _is_excluded,
    _file_id,
    _line_number
from latest
