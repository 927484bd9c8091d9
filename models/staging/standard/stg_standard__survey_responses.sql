-- grain: one row per response
{{ config(unique_key=["response_id"]) }}

{{ standard_extract('survey_responses') }}
