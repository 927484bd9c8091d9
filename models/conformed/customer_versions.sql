-- grain: one row per customer and first day of a version
{{ conformed('customer_versions') }}
