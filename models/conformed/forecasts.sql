-- grain: one row per forecast version, queue and interval
{{ conformed('forecasts') }}
