-- grain: one row per agent and first day of the assignment
{{ config(unique_key=["agent_id", "valid_from"]) }}

{{ standard_extract('agents') }}
