-- grain: one row per assignment
{{ config(unique_key=["assignment_id"]) }}

{{ standard_extract('training_assignments') }}
