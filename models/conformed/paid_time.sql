-- grain: one row per agent and work date
{{ conformed('paid_time') }}
