-- grain: one row per response
{{ conformed('survey_responses') }}
