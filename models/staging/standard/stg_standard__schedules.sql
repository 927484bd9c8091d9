-- grain: one row per scheduled activity
{{ config(unique_key=['schedule_segment_id']) }}

{{ standard_extract('schedules') }}
