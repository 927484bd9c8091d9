-- grain: one row per message
{{ conformed('ticket_messages') }}
