-- grain: one row per scheduled activity
{{ conformed('schedules') }}
