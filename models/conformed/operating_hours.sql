-- grain: one row per queue, local date and opening
{{ conformed('operating_hours') }}
