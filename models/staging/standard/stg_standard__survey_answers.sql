-- grain: one row per response and question
{{ config(unique_key=["response_id", "question_code"]) }}

{{ standard_extract('survey_answers', defaults={'scale_direction': "'high_is_good'"}) }}
