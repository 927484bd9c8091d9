-- grain: one row per evaluation
{{ conformed('qa_evaluations') }}
