-- grain: one row per ticket, agent and local day
{{ conformed('ticket_time_entries') }}
