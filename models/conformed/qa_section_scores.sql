-- grain: one row per evaluation and section
{{ conformed('qa_section_scores') }}
