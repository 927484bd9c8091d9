-- grain: one row per ticket, agent and local day
{{ config(unique_key=["ticket_id", "agent_id", "worked_on"]) }}

{{ standard_extract('ticket_time_entries') }}
