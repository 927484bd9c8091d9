-- grain: one row per agent and begin of a state
{{ conformed('agent_states') }}
