-- grain: one row per outage
{{ config(unique_key=["outage_id"]) }}

{{ standard_extract('system_outages') }}
