-- grain: one row per customer
{{ conformed('customers') }}
