-- grain: one row per system, day and start of the window
{{ conformed('system_service_days') }}
