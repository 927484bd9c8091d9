-- A score lies on the scale of its question (X12), and recommendation is asked from 0 to 10.
select response_id, question_code, score, scale_min, scale_max
from {{ ref('fct_survey_answer') }}
where not score between scale_min and scale_max
    or (question_code = 'NPS' and (scale_min <> 0 or scale_max <> 10))
    or (is_csat_top and is_csat_bottom)
    or (is_promoter and is_detractor)
