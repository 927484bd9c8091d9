-- grain: one row per message
{{ config(unique_key=["message_id"]) }}

{{ standard_extract('ticket_messages') }}
