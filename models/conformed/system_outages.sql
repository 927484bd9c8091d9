-- grain: one row per outage
{{ conformed('system_outages') }}
