-- grain: one row per order
{{ conformed('orders') }}
