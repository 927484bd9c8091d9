-- grain: one row per error
{{ conformed('qa_defects') }}
