-- grain: one row per leg of a contact
{{ config(unique_key=["segment_id"]) }}

with delivered as (

    select * from {{ delivered('standard', 'contact_segments', key=["segment_id"]) }}

),

renamed as (

    select
        segment_id,
        contact_id,
        segment_seq,
        leg_type,
        queue_id,
        queued_at,
        dequeued_at,
        queue_outcome,
        agent_id,
        answered_at,
        talk_seconds,
        hold_seconds,
        acw_seconds,
        coalesce(transfer_out_type, 'none') as transfer_out_type,
        ended_by,
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

    {{ latest_version('renamed', key=["segment_id"]) }}

)

select
    segment_id,
    contact_id,
    segment_seq,
    leg_type,
    queue_id,
    queued_at,
    dequeued_at,
    queue_outcome,
    agent_id,
    answered_at,
    talk_seconds,
    hold_seconds,
    acw_seconds,
    transfer_out_type,
    ended_by,
    source_system,
    _is_excluded,
    _file_id,
    _line_number
from latest
