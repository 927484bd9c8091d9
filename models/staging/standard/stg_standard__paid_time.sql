-- grain: one row per agent and work date
{{ config(unique_key=['agent_id', 'work_date']) }}

{{ standard_extract('paid_time') }}
