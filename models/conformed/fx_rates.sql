-- grain: one row per day and currency
{{ conformed('fx_rates') }}
