-- grain: one row per agent and begin of a state
{{ config(unique_key=['agent_id', 'started_at']) }}

{{ standard_extract('agent_states') }}
