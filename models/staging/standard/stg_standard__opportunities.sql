-- grain: one row per sales opportunity
{{ config(unique_key=["opportunity_id"]) }}

{{ standard_extract('opportunities') }}
