-- grain: one row per contact reason
{{ config(unique_key=["contact_reason_id"]) }}

{{ standard_extract('contact_reasons') }}
