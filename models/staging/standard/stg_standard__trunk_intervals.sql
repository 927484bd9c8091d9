-- grain: one row per trunk group and interval
{{ config(unique_key=["trunk_group_id", "interval_start_at"]) }}

{{ standard_extract('trunk_intervals') }}
