-- grain: one row per order and line
{{ config(unique_key=["order_id", "line_no"]) }}

{{ standard_extract('order_lines') }}
