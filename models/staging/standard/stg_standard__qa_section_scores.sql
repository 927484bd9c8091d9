-- grain: one row per evaluation and section
{{ config(unique_key=["evaluation_id", "section_code"]) }}

{{ standard_extract('qa_section_scores') }}
