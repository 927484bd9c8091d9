-- grain: one row per sales opportunity
{{ conformed('opportunities') }}
