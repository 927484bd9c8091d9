-- grain: one row per order and line
{{ conformed('order_lines') }}
