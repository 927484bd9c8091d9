-- grain: one row per self-service session
{{ conformed('self_service_sessions') }}
