-- grain: one row per exception
{{ config(unique_key=['exception_id']) }}

{{ standard_extract('adherence_exceptions') }}
