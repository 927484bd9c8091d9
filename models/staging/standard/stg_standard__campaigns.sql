-- grain: one row per campaign
{{ config(unique_key=["campaign_id"]) }}

{{ standard_extract('campaigns') }}
