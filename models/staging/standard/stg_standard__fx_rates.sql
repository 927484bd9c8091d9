-- grain: one row per day and currency
{{ config(unique_key=["rate_date", "currency"]) }}

{{ standard_extract('fx_rates') }}
