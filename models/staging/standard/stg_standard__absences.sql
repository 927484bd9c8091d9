-- grain: one row per absence
{{ config(unique_key=['absence_id']) }}

{{ standard_extract('absences') }}
