-- grain: one row per team and first day of validity
{{ conformed('teams') }}
