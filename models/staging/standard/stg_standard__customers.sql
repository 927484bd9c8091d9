-- grain: one row per customer
{{ config(unique_key=["customer_id"]) }}

{{ standard_extract('customers') }}
