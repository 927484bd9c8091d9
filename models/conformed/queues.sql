-- grain: one row per queue and first day of validity
{{ conformed('queues') }}
