-- grain: one row per response and question
{{ conformed('survey_answers') }}
