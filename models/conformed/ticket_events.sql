-- grain: one row per event of a ticket
{{ conformed('ticket_events') }}
