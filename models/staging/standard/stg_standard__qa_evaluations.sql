-- grain: one row per evaluation
{{ config(unique_key=["evaluation_id"]) }}

{{ standard_extract('qa_evaluations', defaults={'form_id': "'standard'", 'form_version': "'1'", 'evaluation_type': "'standard'"}) }}
