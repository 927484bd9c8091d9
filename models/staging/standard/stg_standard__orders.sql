-- grain: one row per order
{{ config(unique_key=["order_id"]) }}

{{ standard_extract('orders') }}
