-- grain: one row per action
{{ config(unique_key=["action_id"]) }}

{{ standard_extract('action_items') }}
