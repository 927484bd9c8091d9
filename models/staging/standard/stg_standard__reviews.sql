-- grain: one row per review
{{ config(unique_key=["review_id"]) }}

{{ standard_extract('reviews') }}
