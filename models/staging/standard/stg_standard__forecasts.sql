-- grain: one row per forecast version, queue and interval
{{ config(unique_key=['forecast_version', 'queue_id', 'interval_start_at']) }}

{{ standard_extract('forecasts') }}
