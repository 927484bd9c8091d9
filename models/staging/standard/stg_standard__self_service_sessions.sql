-- grain: one row per self-service session
{{ config(unique_key=["session_id"]) }}

{{ standard_extract('self_service_sessions') }}
