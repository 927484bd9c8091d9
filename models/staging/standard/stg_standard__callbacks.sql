-- grain: one row per requested callback
{{ config(unique_key=["callback_id"]) }}

{{ standard_extract('callbacks') }}
