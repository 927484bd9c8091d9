-- grain: one row per exception
{{ conformed('adherence_exceptions') }}
