-- grain: one row per message
{{ config(unique_key=["message_id"]) }}

with delivered as (

    select * from {{ delivered('standard', 'ticket_messages', key=["message_id"]) }}

),

renamed as (

    select
        message_id,
        ticket_id,
        direction,
        author_type,
        agent_id,
        is_public,
        is_automated,
        requires_reply,
        sent_at,
        'standard' as source_system,
        false as _is_excluded,
        _file_id,
        _line_number,
        _extracted_at,
        _file_path,
        _delivery_id
    from delivered

),

latest as (

    {{ latest_version('renamed', key=["message_id"]) }}

)

select
    message_id,
    ticket_id,
    direction,
    author_type,
    agent_id,
    is_public,
    is_automated,
    requires_reply,
    sent_at,
    source_system,
    _is_excluded,
    _file_id,
    _line_number
from latest
