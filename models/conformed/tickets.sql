-- grain: one row per ticket
{{ conformed('tickets') }}
