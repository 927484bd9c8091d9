-- grain: one row per event of a ticket
{{ config(unique_key=["event_id"]) }}

{{ standard_extract('ticket_events') }}
