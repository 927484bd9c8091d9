-- grain: one row per error
{{ config(unique_key=["defect_id"]) }}

{{ standard_extract('qa_defects') }}
