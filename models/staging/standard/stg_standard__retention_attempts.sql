-- grain: one row per handled cancellation contact
{{ config(unique_key=["contact_id"]) }}

{{ standard_extract('retention_attempts') }}
