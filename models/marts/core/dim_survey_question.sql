-- grain: one row per question, scale and direction: a question asked on another scale is another version of it
{{ config(meta={'published': true}) }}

with answers as (

    select * from {{ ref('survey_answers') }}

),

versions as (

    select distinct -- every answer names the version that it answers
        question_code,
        scale_min,
        scale_max,
        scale_direction
    from answers

)

select
    concat_ws('|', question_code, cast(scale_min as varchar), cast(scale_max as varchar), scale_direction) as question_key,
    question_code,
    scale_min,
    scale_max,
    scale_direction,
    {{ is_usable_scale('question_code', 'scale_min', 'scale_max') }}
    and (question_code <> 'EFFORT' or {{ is_seven_points('scale_min', 'scale_max') }}) as is_used,
    -- cuts on the scale turned so that high is good
    cast(case
        when question_code = 'CSAT' then {{ csat_top_from('scale_min', 'scale_max') }}
        when question_code = 'NPS' then 9
        when question_code = 'EFFORT' then {{ var('effort_easy_min') }}
        when question_code in ('FCR', 'RESOLVED') then scale_max
    end as decimal(11, 3)) as good_from,
    cast(case
        when question_code = 'CSAT' then {{ csat_bottom_to('scale_min', 'scale_max') }}
        when question_code = 'NPS' then 6
        when question_code = 'EFFORT' then {{ var('effort_difficult_max') }}
    end as decimal(11, 3)) as bad_to
from versions
