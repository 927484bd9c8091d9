-- grain: one row per ticket
{{ config(unique_key=["ticket_id"]) }}

with delivered as (

    select * from {{ delivered('standard', 'tickets', key=["ticket_id"]) }}

),

renamed as (

    select
        ticket_id,
        customer_id,
        contact_id,
        channel,
        priority,
        contact_reason_id,
        group_id,
        created_at,
        status,
        first_response_sla_seconds,
        coalesce(is_deleted, false) as is_deleted,
        'standard' as source_system,
        coalesce(is_deleted, false) as _is_excluded,
        _file_id,
        _line_number,
        _extracted_at,
        _file_path,
        _delivery_id
    from delivered

),

latest as (

    {{ latest_version('renamed', key=["ticket_id"]) }}

)

select
    ticket_id,
    customer_id,
    contact_id,
    channel,
    priority,
    contact_reason_id,
    group_id,
    created_at,
    status,
    first_response_sla_seconds,
    is_deleted,
    source_system,
    _is_excluded,
    _file_id,
    _line_number
from latest
