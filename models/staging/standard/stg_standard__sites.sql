-- grain: one row per site
{{ config(unique_key=["site_id"]) }}

{{ standard_extract('sites') }}
