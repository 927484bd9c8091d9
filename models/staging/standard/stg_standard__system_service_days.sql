-- grain: one row per system, day and start of the window
{{ config(unique_key=["system_id", "service_date", "window_start_at"]) }}

{{ standard_extract('system_service_days') }}
