-- grain: one row per answer
{{ conformed('employee_survey_answers') }}
