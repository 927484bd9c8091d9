-- grain: one row per ticket
{{ config(unique_key=["ticket_id"]) }}

{{ standard_extract('tickets', defaults={'is_deleted': 'false'}, excluded='coalesce(is_deleted, false)') }}
