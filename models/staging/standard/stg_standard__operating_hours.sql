-- grain: one row per queue, local date and opening
{{ config(unique_key=["queue_id", "local_date", "open_at"]) }}

{{ standard_extract('operating_hours') }}
