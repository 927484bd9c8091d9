-- grain: one row per agent and first day of the assignment
{{ conformed('agents') }}
