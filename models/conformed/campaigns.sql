-- grain: one row per campaign
{{ conformed('campaigns') }}
